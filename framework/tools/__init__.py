"""The workshop: what serves the developer and never the visitor.

client      a visitor without a browser: the way of the tests into the application
servers     ways to put the application on the wire
migrations  the tables follow the models
commands    what `python serve.py COMMAND` can do

Nothing in the other rooms imports from here.
"""
