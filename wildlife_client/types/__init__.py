"""What the API takes and says, as JSON: typed dictionaries with the names of its schema.

With `fields=` an answer has only what was asked for. `tests/client/test_schema.py` compares each
name and type with the OpenAPI description of the server.
"""
