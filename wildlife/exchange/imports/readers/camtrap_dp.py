"""Camtrap DP 1.0: media with the observations that are of single ones."""

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext_noop as _

from wildlife.exchange.formats.camtrap_dp import NO_TIME
from wildlife.exchange.imports.entries import (
    Entry,
    Items,
    Said,
    Trouble,
    WrongFile,
    WrongValue,
    number,
    trouble,
)
from wildlife.exchange.imports.files import Brought
from wildlife.exchange.imports.readers.observed import animal_of, box_of, count_of, moment_of
from wildlife.exchange.imports.readers.visits import not_on_photos, told_of
from wildlife.exchange.imports.rows import Row, rows
from wildlife.exchange.imports.shelf import Shelf

PACKAGE = "datapackage.json"
_LARGEST_PACKAGE = 64 * 1024 * 1024
_BOX = ("bboxX", "bboxY", "bboxWidth", "bboxHeight")
_KINDS = {"animal": "animal", "human": "person", "vehicle": "vehicle", "blank": "no_animal",
          "unknown": "unsure"}  # fmt: skip


def tables_of(brought: Brought) -> dict[str, str]:
    """Return where in the archive each table is, and the package's description.

    Raises WrongFile where it is no such package.
    """
    name = next(one for one in brought.names(PACKAGE))
    with brought.table(name) as file:
        try:
            told = json.loads(file.read(_LARGEST_PACKAGE))
        except (ValueError, RecursionError) as error:
            raise WrongFile(_("datapackage.json is no JSON.")) from error
    profile = str(told.get("profile", "")) if isinstance(told, dict) else ""
    if "camtrap-dp" not in profile or "/1." not in f"/{profile.split('camtrap-dp/', 1)[-1]}":
        raise WrongFile(_("This package is not Camtrap DP 1.0: look at its profile."))
    found: dict[str, str] = {}
    resources = told.get("resources")
    for one in resources if isinstance(resources, list) else []:
        path = one.get("path") if isinstance(one, dict) else None
        path = path[0] if isinstance(path, list) and len(path) == 1 else path
        if isinstance(path, str):
            found[str(one.get("name"))] = _beside(name, path)
    missing = {"deployments", "media", "observations"} - found.keys()
    if missing:
        raise WrongFile(_("The package has no table %(name)s."), name=sorted(missing)[0])
    return found | {PACKAGE: name}


def _beside(package: str, path: str) -> str:
    """Return where a table is that the package names. Raises WrongFile where that leads out."""
    inner = PurePosixPath(path.replace("\\", "/"))
    if inner.is_absolute() or ".." in inner.parts or "://" in path:
        raise WrongFile(_("The package names a table outside of itself: %(path)s"), path=path)
    return str(PurePosixPath(package.replace("\\", "/")).parent / inner)


def deployments_of(brought: Brought, tables: dict[str, str], most: int) -> str:
    """Return the table of deployments as text, at most so many bytes of it."""
    with brought.table(tables["deployments"]) as file:
        return file.read(most).decode("utf-8-sig", "replace")


def read(brought: Brought, name: str) -> Items:
    """Yield a photo per medium; observations wait on disk until theirs comes."""
    tables = tables_of(brought)
    shelf, visits = Shelf(), Shelf()
    try:
        troubles: list[Trouble] = []
        shelf.put(_observations(brought, tables, visits, troubles))
        yield from troubles
        with brought.table(tables["media"]) as file:
            for row in rows(file):
                yield row if isinstance(row, Trouble) else _entry(row, shelf, brought, tables)
        for key, (line, _cells) in shelf.rest():
            reason = _("This observation is of a medium that the package does not have.")
            yield Trouble(line, key[:120], "no_image", reason)
        yield from not_on_photos(visits)
    finally:
        shelf.close()
        visits.close()


def _observations(
    brought: Brought, tables: dict[str, str], visits: Shelf, troubles: list[Trouble]
) -> Iterator[tuple[str, Any]]:
    """Yield what is said of single media; `visits` keep what that tells of their events."""
    with brought.table(tables["observations"]) as file:
        for row in rows(file):
            if isinstance(row, Trouble):
                troubles.append(row)
                continue
            if row.cells.get("eventID") or not row.cells.get("mediaID"):
                visits.put([told_of(row)])
            if medium := row.cells.get("mediaID"):
                yield medium, (row.line, row.cells)


def _entry(row: Row, shelf: Shelf, brought: Brought, tables: dict[str, str]) -> Entry | Trouble:
    cells = row.cells
    key = cells.get("mediaID", "")
    path = cells.get("filePath", "")
    inside = ""
    if "://" in path or not path:
        path = cells.get("fileName", path)
    else:
        inside = _inside(path, brought, tables)
    if not path:
        return Trouble(row.line, key, "no_name", _("This item names no file."))
    said: list[Said] = []
    troubles: list[Trouble] = []
    for line, told in shelf.take(key) if key else []:
        try:
            if one := _said(told, brought.name):
                said.append(one)
        except WrongValue as wrong:
            troubles.append(trouble(line, path, wrong))
    moment = None
    try:
        moment = moment_of(cells.get("timestamp", ""))
    except WrongValue as wrong:
        troubles.append(trouble(row.line, path, wrong))
    sha256 = key if len(key) == 64 and not set(key) - set("0123456789abcdef") else ""
    return Entry(
        row.line,
        path,
        sha256=sha256,
        said=tuple(said),
        troubles=tuple(troubles),
        deployment=cells.get("deploymentID", ""),
        moment=moment if cells.get("mediaComments") != NO_TIME else None,
        member=inside,
    )


def _inside(path: str, brought: Brought, tables: dict[str, str]) -> str:
    """Return where the archive has a photo of the package: there, or beside it without folders."""
    root, there = PurePosixPath(tables[PACKAGE]).parent, PurePosixPath(path.replace("\\", "/"))
    beside = str(root / there.name)
    return (
        beside if brought.has(beside) and not brought.has(str(root / there)) else str(root / there)
    )


def _said(cells: dict[str, str], package: str) -> Said | None:
    told = cells.get("observationType", "")
    if told == "unclassified":
        return None
    kind = _KINDS.get(told)
    if kind is None:
        raise WrongValue("bad_category", _("This type of observation is not in Camtrap DP."))
    animal = kind == "animal"
    about: Any = animal_of(cells, "sex", "lifeStage", "behavior") if animal else {}
    name = cells.get("scientificName", "") if animal else ""
    machine = cells.get("classificationMethod") == "machine"
    who = cells.get("classifiedBy", "") or package
    sure = number(cells.get("classificationProbability") or 1.0, 0, 1, "classificationProbability")
    return Said(
        kind,
        box_of(cells, _BOX),
        (name,) if name else (),
        person=None if machine else who,
        model=who if machine else "",
        confidence=sure,
        score=sure,
        count=count_of(cells.get("count", "")) if kind not in ("no_animal", "unsure") else None,
        at=moment_of(cells.get("classificationTimestamp", "")),
        **about,
    )
