"""Room 5, sessions: what the server remembers between two requests.

HTTP forgets. A cookie with a random id, and a store that keeps data under the id's hash, make
a visit out of requests.
In   Cookie: session=mV3…       Out  request.session["cart"]

Read: session → middleware → stores/contract, then one store.
"""
