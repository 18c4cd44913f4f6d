"""The Python client of Wildlife's API: typed, for programs with and without asyncio.

    from wildlife_client import Client

    with Client("https://wildlife.example", token) as wildlife:
        print(wildlife.identify("fox.jpg")["detections"])

A package of its own beside the server's, so that it needs neither Django nor the server's
settings: httpx is all. `wildlife_client.types` are the answers, `wildlife_client.errors` what can
go wrong.
"""

from wildlife_client.aio import AsyncClient
from wildlife_client.asking import Part
from wildlife_client.errors import Problem, Unreachable, WildlifeError
from wildlife_client.pacing import Retries
from wildlife_client.sync import Client
from wildlife_client.uploading import Local, Sent

__all__ = [
    "AsyncClient",
    "Client",
    "Local",
    "Part",
    "Problem",
    "Retries",
    "Sent",
    "Unreachable",
    "WildlifeError",
]
