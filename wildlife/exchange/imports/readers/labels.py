"""A table of labels: a file and what is on it, one row per animal, columns by many names."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports.entries import (
    Entry,
    Items,
    Said,
    Trouble,
    WrongFile,
    WrongValue,
    kind_of,
    number,
    trouble,
)
from wildlife.exchange.imports.files import Brought
from wildlife.exchange.imports.readers.observed import animal_of, box_of, count_of, moment_of
from wildlife.exchange.imports.rows import Row, rows
from wildlife.exchange.imports.shelf import Shelf

COLUMNS = {
    "file": ("file", "filename", "file_name", "filepath", "path", "image", "relativepath"),
    "sha256": ("sha256",),
    "kind": ("kind", "observationtype", "observation_type"),
    "taxon": ("scientific_name", "scientificname", "taxon", "species_name", "label"),
    "common": ("common_name", "commonname", "vernacularname", "animal", "name"),
    "species": ("species",),
    "count": ("count", "number_of_objects", "group_size", "individualcount"),
    "sex": ("sex",),
    "life_stage": ("life_stage", "lifestage", "age"),
    "behaviour": ("behaviour", "behavior"),
    "person": ("identified_by", "identifiedby", "classifiedby", "observer"),
    "at": ("identified_at", "dateidentified"),
    "method": ("method", "classificationmethod"),
    "x": ("x", "bboxx"),
    "y": ("y", "bboxy"),
    "width": ("width", "bboxwidth"),
    "height": ("height", "bboxheight"),
    "confidence": ("detection_confidence",),
    "score": ("confidence",),
}  # fmt: skip
"""From what a column means to the headings that mean it, without case and with _ for spaces."""
MOST_UNNAMED = 1000
"""Rows without a photo that are listed; a table may have nothing else."""
_Line = tuple[int, dict[str, str]]
_SIDES = ("x", "y", "width", "height")


def read(brought: Brought, name: str) -> Items:
    """Yield a photo per file, whose rows may be anywhere: they wait on disk for each other.

    Raises WrongFile where no column names files.
    """
    shelf = Shelf()
    troubles: list[Trouble] = []
    try:
        with brought.table(name) as file:
            shelf.put(_meant(rows(file, lower=True), troubles))
        yield from troubles
        for key, group in shelf.groups():
            path, _sign, sha256 = key.rpartition("\n")
            yield _entry(path, sha256, group, brought)
    finally:
        shelf.close()


def _meant(table: Iterator[Row | Trouble], troubles: list[Trouble]) -> Iterator[tuple[str, _Line]]:
    """Yield rows by the photo that they name, with their cells by what they mean."""
    named = False
    for row in table:
        if isinstance(row, Trouble):
            troubles.append(row)
            continue
        cells = {
            meaning: next((row.cells[one] for one in names if one in row.cells), "")
            for meaning, names in COLUMNS.items()
        }
        if cells["file"] or cells["sha256"]:
            named = True
            yield f"{cells['file']}\n{cells['sha256'].lower()}", (row.line, cells)
        elif len(troubles) < MOST_UNNAMED:
            troubles.append(Trouble(row.line, "", "no_name", _("This item names no file.")))
    if not named:
        raise WrongFile(
            _("No column names the photos. Call it “file”, and that of the animals “taxon”.")
        )


def _entry(
    path: str, sha256: str, group: list[tuple[int, dict[str, str]]], brought: Brought
) -> Entry:
    said: list[Said] = []
    troubles: list[Trouble] = []
    for line, cells in group:
        try:
            if one := _said(cells, brought.name):
                said.append(one)
        except WrongValue as wrong:
            troubles.append(trouble(line, path or sha256, wrong))
    return Entry(group[0][0], path or sha256, sha256, tuple(said), tuple(troubles))


def _said(cells: dict[str, str], file: str) -> Said | None:
    name = cells["taxon"] or cells["species"]
    kind = kind_of(cells["kind"]) or kind_of(name) or kind_of(cells["common"])
    names = tuple(filter(None, (name, cells["common"])))
    if not kind and not names:
        return None
    kind = kind or "animal"
    if kind != "animal":
        names = ()
    about: Any = animal_of(cells, "sex", "life_stage", "behaviour") if kind == "animal" else {}
    machine = cells["method"].lower() == "machine"
    who = cells["person"] or file
    sure = number(cells["confidence"] or 1.0, 0, 1, "confidence") if machine else 1.0
    score = number(cells["score"] or sure, 0, 1, "confidence") if machine else 1.0
    return Said(
        kind,
        box_of(cells, _SIDES),
        tuple(one for one in names if not kind_of(one)),
        person=None if machine else who,
        model=who if machine else "",
        confidence=sure,
        score=score,
        count=count_of(cells["count"]) if kind not in ("no_animal", "unsure") else None,
        at=moment_of(cells["at"]),
        **about,
    )
