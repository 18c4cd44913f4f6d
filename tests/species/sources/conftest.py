"""A server that stands in for those on the web, and settings that lead to it without waiting."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.species.sources.server import Server, serving
from wildlife.species.imports.records import Problem, Reader, Record


@pytest.fixture(autouse=True)
def data_folder(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where files are put in order."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with serving() as one:
        settings.IUCN_API_URL = f"{one.url}/api/v4"
        settings.IUCN_API_TOKEN = "a-token"
        settings.IUCN_API_PAUSE = 0.0
        settings.WIKIDATA_URL = f"{one.url}/sparql"
        settings.IMPORT_CONTACT = "curator@example.org"
        settings.IMPORT_BACKOFF = 0.0
        settings.IMPORT_RETRIES = 2
        settings.IMPORT_TIMEOUT = 5.0
        yield one


def read(reader: Reader, position: str = "") -> tuple[list[Record], list[Problem]]:
    """Return the records and the problems of a reader, which is closed after it."""
    try:
        found = list(reader.records(position))
    finally:
        reader.close()
    return (
        [one for one in found if isinstance(one, Record)],
        [one for one in found if isinstance(one, Problem)],
    )
