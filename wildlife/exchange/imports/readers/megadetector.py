"""MegaDetector's batch results, 1.0 to 1.6: boxes, and perhaps what a classifier says of them."""

from collections.abc import Mapping
from typing import Any

import ijson
from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports.entries import (
    LEAST,
    WHOLE,
    Entry,
    Items,
    Said,
    Trouble,
    WrongFile,
    WrongValue,
    box,
    kind_of,
    number,
    text_of,
    trouble,
)
from wildlife.exchange.imports.files import Brought, first, items
from wildlife.exchange.imports.readers.speciesnet import names_of

VERSIONS = tuple(f"1.{minor}" for minor in range(7))


def read(brought: Brought, name: str) -> Items:
    """Yield a photo per image. Raises WrongFile for another version."""
    info = first(brought, name, "info")
    info = info if isinstance(info, dict) else {}
    version = str(info.get("format_version", "1.0"))
    if version not in VERSIONS:
        raise WrongFile(
            _("This is MegaDetector's format %(version)s. 1.0 to 1.6 can be read."),
            version=version[:20],
        )
    found = {key: first(brought, name, key) for key in _TABLES}
    tables = {key: value if isinstance(value, dict) else {} for key, value in found.items()}
    kinds = {
        key: kind_of(text_of(value)) for key, value in tables["detection_categories"].items()
    } or {"1": "animal", "2": "person", "3": "vehicle"}
    labels = {
        key: _names(text_of(value), text_of(tables[_TABLES[2]].get(key)))
        for key, value in tables["classification_categories"].items()
    }
    models = [text_of(info.get(key)) for key in ("classifier", "detector")]
    model = next(filter(None, models), "MegaDetector")
    line = 0
    with brought.table(name) as file:
        try:
            for line, image in enumerate(items(file, "images.item"), 1):
                yield _entry(line, image, kinds, labels, model)
        except (ijson.JSONError, UnicodeDecodeError):
            yield broken(line)


_TABLES = (
    "detection_categories", "classification_categories", "classification_category_descriptions",
)  # fmt: skip


def broken(line: int) -> Trouble:
    """Return what is said of a document that ends or breaks after so many items."""
    reason = _("After item %(line)d this is no JSON any more: the rest cannot be read.")
    return Trouble(line + 1, "", "broken_json", reason, {"line": line})


def _names(label: str, description: str) -> tuple[str, ...]:
    return names_of(f";{description}") if description.count(";") >= 5 else (label,)


def _entry(
    line: int,
    image: Any,
    kinds: Mapping[str, str],
    labels: Mapping[str, tuple[str, ...]],
    model: str,
) -> Entry | Trouble:
    path = text_of(image.get("file")) if isinstance(image, dict) else ""
    if not path:
        return Trouble(line, "", "no_name", _("This item names no file."))
    if image.get("failure") or image.get("detections") is None:
        told = _("It could not be read where it was looked at, so nothing is said of it.")
        return Entry(line, path, troubles=(Trouble(line, path, "failed_there", told),))
    said: list[Said] = []
    troubles: list[Trouble] = []
    rows = image["detections"]
    for one in rows if isinstance(rows, list) else [None]:
        try:
            thing = _said(one, kinds, labels, model)
            if thing.confidence >= LEAST or thing.box == WHOLE:
                said.append(thing)
        except WrongValue as wrong:
            troubles.append(trouble(line, path, wrong))
    if not said and not troubles:
        said.append(Said("no_animal", model=model))
    return Entry(line, path, said=tuple(said), troubles=tuple(troubles))


def _said(
    one: Any, kinds: Mapping[str, str], labels: Mapping[str, tuple[str, ...]], model: str
) -> Said:
    if not isinstance(one, dict):
        raise WrongValue("bad_detection", _("This is no detection."))
    kind = kinds.get(str(one.get("category")), "")
    if kind not in ("animal", "person", "vehicle"):
        raise WrongValue("bad_category", _("The category of a detection is not explained."))
    scores = []
    guesses = one.get("classifications")
    for pair in guesses if isinstance(guesses, list) else ():
        if not isinstance(pair, list) or len(pair) != 2 or str(pair[0]) not in labels:
            raise WrongValue("bad_category", _("A classification is not explained."))
        scores.append((labels[str(pair[0])], number(pair[1], 0, 1, "classifications")))
    scores.sort(key=lambda pair: -pair[1])
    sure = number(one.get("conf"), 0, 1, "conf")
    best = scores[0] if scores and kind == "animal" else ((), sure)
    return Said(
        kind,
        box(one.get("bbox")),
        names=best[0],
        model=model,
        confidence=sure,
        score=best[1],
        scores=tuple(scores[1:]),
    )
