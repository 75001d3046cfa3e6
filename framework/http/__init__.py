"""Room 1, http: what crosses the wire, as values.

In   the environ that a WSGI server made of a request (PEP 3333)
Out  status, header lines and bytes of an answer (RFC 9110)
Nothing in this room knows of routes, sessions, databases or templates.

Read: request → cookies → body → response; the others when you meet them.
"""
