"""The project's catalogue, loaded once per module and rolled back after it, and a small one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from wildlife.species.catalogue_rows import COLUMNS
from wildlife.species.loader import LoadReport, load


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[LoadReport]:
    """The report of the first load. Tests that use it see the whole catalogue."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load()
        transaction.set_rollback(True)


class Folder:
    """A small catalogue, written line by line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("sources.csv", "book,A book,,", "notes,Some notes,,")
        self.write("habitats.csv", "1,Forest", "2,Savanna", "2.1,Savanna – Dry")
        self.write(
            "taxa.csv",
            "animalia,Animalia,kingdom,,,",
            "felidae,Felidae,family,animalia,,",
            "panthera,Panthera,genus,felidae,,",
            "panthera-leo,Panthera leo,species,panthera,,",
            "felis-leo,Felis leo,species,,panthera-leo,",
        )
        self.write("common_names.csv", "panthera-leo,en,Lion,1,book")
        self.write("assessments.csv", "panthera-leo,IUCN Red List,VU,2016,decreasing,book")
        self.write("taxon_habitats.csv", "panthera-leo,1;2.1,book")
        self.write("ranges.csv", "panthera-leo,native,KEN;TZA,book")

    def write(self, file: str, *lines: str) -> None:
        head = ",".join(COLUMNS[file])
        (self.path / file).write_text("\n".join([head, *lines, ""]))

    def add(self, file: str, *lines: str) -> None:
        with (self.path / file).open("a") as out:
            out.write("\n".join([*lines, ""]))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
