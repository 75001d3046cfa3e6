"""Room 2, routing: which controller answers an address, and the way back.

In   method and path            "GET", "/blog/2026/11/20/light/"
Out  a name and its arguments   ("post_detail", {"year": 2026, …})
Back ("post_detail", {…})   →   "/blog/2026/11/20/light/"

Read: pattern → router → routes.
"""
