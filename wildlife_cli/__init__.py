"""The command `wildlife`: works against a server by its API, or alone on this machine.

Like the client a package of its own, so that it runs where photos are: on a laptop beside a card
reader, without the server's code.
"""
