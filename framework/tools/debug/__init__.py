"""Debug: what a developer sees where a visitor sees "Something went wrong".

In   an exception that nobody answered, in development
Out  the sentence of the error, the frames with their source, how far into the chain the request
     had come, the request itself; plain text for curl
The page runs no code and asks no object to describe itself: only plain values are shown. Secrets
are found by where they stand and hidden by value, wherever else they turn up.
"""

from framework.tools.debug.pages import STATIC, explain

__all__ = ["STATIC", "explain"]
