"""Room 3, middleware: what surrounds every request.

In   a Handler (the next inner one)
Out  a Handler that does something before, after or instead of it
The order is decided in one place, `chain.default_chain`, outermost first: request id, security
headers, errors, hosts and limits, static, sessions, locale, unit of work, auth, messages, csrf.

Read: chain → hooks → errors → csrf; the others when you meet them.
"""
