"""The test client: a visitor without a browser.

payload      values → bytes: query, form, multipart, JSON
environ      method, path and payload → the WSGI environ that a server would make
gateway      environ → application → answer, each call checked against PEP 3333
set_cookie   one Set-Cookie header → what it asks for
cookie_jar   what the visitor's browser keeps of it, and sends back
response     the answer, and what is read from it
form         a page's form, filled in and sent
redirect     where an answer sends the visitor next
client       the visitor: all of the above in one object
factory      a Request alone, for the unit test of a middleware or controller
sql          the statements that a block of code sends to the database
"""

from framework.tools.client.client import Client
from framework.tools.client.cookie_jar import CookieJar
from framework.tools.client.environ import make_environ
from framework.tools.client.factory import RequestFactory
from framework.tools.client.response import TestResponse
from framework.tools.client.sql import count_sql

__all__ = ["Client", "CookieJar", "RequestFactory", "TestResponse", "count_sql", "make_environ"]
