"""COCO Camera Traps: labels that people gave, of photos or of boxes on them."""

from collections.abc import Iterator
from typing import Any

import ijson
from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports.entries import (
    WHOLE,
    Box,
    Entry,
    Items,
    Said,
    Trouble,
    WrongValue,
    box,
    kind_of,
    number,
    text_of,
    trouble,
)
from wildlife.exchange.imports.files import Brought, first, items
from wildlife.exchange.imports.readers.megadetector import broken
from wildlife.exchange.imports.shelf import Shelf

_KEPT = ("category_id", "bbox", "bbox_relative", "count", "sequence_level_annotation")


def read(brought: Brought, name: str) -> Items:
    """Yield a photo per image; annotations wait on disk until their image comes."""
    rows = first(brought, name, "categories")
    labels = {
        str(row.get("id")): text_of(row.get("name"))
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    }
    shelf = Shelf()
    line = 0
    try:
        complete = [True]
        shelf.put(_annotations(brought, name, complete))
        with brought.table(name) as file:
            try:
                for line, image in enumerate(items(file, "images.item"), 1):
                    yield _entry(line, image, shelf, labels, brought.name)
            except (ijson.JSONError, UnicodeDecodeError):
                complete[0] = False
        if not complete[0]:
            yield broken(line)
        for key, _row in shelf.rest():
            reason = _("This annotation is of an image that the file does not have.")
            yield Trouble(0, key[:120], "no_image", reason)
    finally:
        shelf.close()


def _annotations(brought: Brought, name: str, complete: list[bool]) -> Iterator[tuple[str, Any]]:
    with brought.table(name) as file:
        try:
            for row in items(file, "annotations.item"):
                if isinstance(row, dict):
                    yield str(row.get("image_id")), {key: row.get(key) for key in _KEPT}
        except (ijson.JSONError, UnicodeDecodeError):
            complete[0] = False


def _entry(line: int, image: Any, shelf: Shelf, labels: dict[str, str], who: str) -> Any:
    path = text_of(image.get("file_name")) if isinstance(image, dict) else ""
    if not path:
        return Trouble(line, "", "no_name", _("This item names no file."))
    said: list[Said] = []
    troubles: list[Trouble] = []
    rows = shelf.take(str(image.get("id")))
    sequence = [row for row in rows if row["sequence_level_annotation"] is True]
    if sequence:
        reason = _("A label of a whole sequence is not one of each of its photos: left out.")
        troubles.append(Trouble(line, path, "of_sequence", reason))
    for row in rows:
        if row in sequence:
            continue
        try:
            said.append(_said(row, image, labels, who))
        except WrongValue as wrong:
            troubles.append(trouble(line, path, wrong))
    return Entry(line, path, said=tuple(said), troubles=tuple(troubles))


def _said(row: dict[str, Any], image: dict[str, Any], labels: dict[str, str], who: str) -> Said:
    label = labels.get(str(row["category_id"]), "")
    if not label:
        raise WrongValue("bad_category", _("The category of an annotation is not explained."))
    kind = kind_of(label)
    count = None
    if row["count"] is not None and kind != "no_animal":
        count = int(number(row["count"], 0, 10_000, "count")) or None
    names = () if kind else (label,)
    return Said(kind or "animal", _box(row, image), names, person=who, count=count)


def _box(row: dict[str, Any], image: dict[str, Any]) -> Box:
    if row["bbox_relative"] is not None:
        return box(row["bbox_relative"])
    if not row["bbox"]:
        return WHOLE
    if not isinstance(row["bbox"], list) or len(row["bbox"]) != 4:
        return box(row["bbox"])
    sizes = [number(image.get(side), 1, 1e6, side) for side in ("width", "height")] * 2
    pixels = [number(one, -1e9, 1e9, "bbox") for one in row["bbox"]]
    return box([one / size for one, size in zip(pixels, sizes, strict=True)])
