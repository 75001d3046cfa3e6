"""`python -m framework COMMAND`: the same as `python serve.py COMMAND`."""

from framework.tools.commands import main

if __name__ == "__main__":
    main()
