"""Benchmarks: Glasshouse side by side with its peers, work by work.

`python -m benchmarks` measures CPU time in interleaved rounds and prints ratios;
`python -m benchmarks.instructions` counts machine instructions under valgrind, free of noise.

works.py     what is asked, and the bytes that must come back
peers/       one module per framework, one function per work, each returning a WSGI application
gateway.py   the WSGI server's side of a request, without a network
worker.py    one process: one contestant, one work
runner.py    the parent: interleaved rounds over all workers
figures.py   from seconds to ratios; goals.py, what was promised
report.py    the table and JSON; plot.py, the SVG
"""
