"""Every operation that the clients use: once, as data, for the sync and the async client alike.

`operation` is the operationId in the OpenAPI description, so that a test can find each of them
there; the type parameter of a `Call` is what it is answered with.
"""
