"""SpeciesNet's predictions: boxes, and what is in each or, before 5.0.6, on a photo as a whole."""

from typing import Any

import ijson
from django.utils.translation import gettext_noop as _

from wildlife.exchange.formats.speciesnet import VERSION
from wildlife.exchange.imports.entries import (
    LEAST,
    WHOLE,
    Box,
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

_WHOLE = "whole_image_classification"
_HUMAN, _NONE = "human", "none"
"""What our own files say where a person answered, and where no model did."""


def read(brought: Brought, name: str) -> Items:
    """Yield a photo per prediction. Raises WrongFile for a later version."""
    version = text_of(first(brought, name, "info.format_version"))
    if version > VERSION:
        raise WrongFile(
            _("This is SpeciesNet's format %(version)s. Up to %(newest)s can be read."),
            version=version[:20],
            newest=VERSION,
        )
    from_line = 0
    with brought.table(name) as file:
        try:
            for from_line, one in enumerate(items(file, "predictions.item"), 1):
                yield _entry(from_line, one, brought.name)
        except (ijson.JSONError, UnicodeDecodeError):
            reason = _("After item %(line)d this is no JSON any more: the rest cannot be read.")
            yield Trouble(from_line + 1, "", "broken_json", reason, {"line": from_line})


def names_of(label: str) -> tuple[str, ...]:
    """Return the names of a label: id;class;order;family;genus;species;common name.

    Its lowest rank names it; the common name is for what has none. Without a `;` it is a name.
    """
    parts = [part.strip() for part in label.split(";")]
    if len(parts) < 6:
        return (label.strip(),)
    ranks = parts[1:6]
    genus, species = ranks[3], ranks[4]
    names = [f"{genus} {species}"] if genus and species else list(filter(None, ranks))[-1:]
    return tuple(filter(None, (*names, *parts[6:7])))


def _kind(label: str) -> str:
    """Return the kind of a label without a taxon, "" for one with a taxon."""
    names = names_of(label)
    return kind_of(names[-1]) if names else ""


def _entry(line: int, told: Any, file: str) -> Entry | Trouble:
    path = text_of(told.get("filepath")) if isinstance(told, dict) else ""
    if not path:
        return Trouble(line, "", "no_name", _("This item names no file."))
    model = text_of(told.get("model_version"))
    model = f"SpeciesNet {model}".strip() if not model or model[0].isdigit() else model
    rows = told.get("detections")
    rows = rows if isinstance(rows, list) else [None] if rows else []
    found: list[tuple[str, Box, float]] = []
    said: list[Said] = []
    troubles: list[Trouble] = []
    whole = dict(told)
    for row in rows:
        try:
            if not isinstance(row, dict) or row.get("processed_classification") is None:
                found += _detection(row)
            elif text_of(row.get("label")) == _WHOLE:
                whole |= _as_before(row)
            else:
                said += _answered(row, model, file)
        except WrongValue as wrong:
            troubles.append(trouble(line, path, wrong))
    try:
        of_whole = _said(whole, found, model)
        if whole.get("prediction_source") == _HUMAN:
            of_whole = _by_person(of_whole, found, model, file)
    except WrongValue as wrong:
        of_whole = _boxes(found, model)
        troubles.append(trouble(line, path, wrong))
    said += of_whole
    looked = "detections" in told and "prediction" not in whole and not told.get("failures")
    if looked and not said and not troubles:
        said.append(Said("no_animal", model=model))
    if not said and not troubles:
        reason = _("It could not be read where it was looked at, so nothing is said of it.")
        troubles.append(Trouble(line, path, "failed_there", reason))
    return Entry(line, path, said=tuple(said), troubles=tuple(troubles))


def _detection(row: Any) -> list[tuple[str, Box, float]]:
    """Return a box, none where it is too unsure to say anything. Raises WrongValue."""
    kind = kind_of(text_of(row.get("label"))) if isinstance(row, dict) else ""
    if kind not in ("animal", "person", "vehicle"):
        raise WrongValue("bad_category", _("The category of a detection is not explained."))
    where, sure = box(row.get("bbox")), number(row.get("conf"), 0, 1, "conf")
    return [(kind, where, sure)] if sure >= LEAST else []


def _as_before(row: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of a whole photo as files before 5.0.6 have it."""
    answer = row["processed_classification"]
    answer = answer if isinstance(answer, dict) else {}
    return {
        "prediction": answer.get("class"),
        "prediction_score": answer.get("score", 1.0),
        "prediction_source": answer.get("source"),
        "classifications": row.get("raw_classifications"),
    }


def _answered(row: dict[str, Any], model: str, file: str) -> list[Said]:
    """Return what is said of one box: by a model or, where we wrote it, by a person.

    Raises WrongValue.
    """
    told = _as_before(row)
    label = text_of(told["prediction"])
    score = number(told["prediction_score"], 0, 1, "score")
    ((seen, where, _sure),) = _detection({**row, "conf": 1.0})
    sure = number(row.get("conf"), 0, 1, "conf")
    kind = _kind(label) if "no cv result" not in label else ""
    if kind == "no_animal":
        return []
    named = not kind and bool(label) and "no cv result" not in label
    names = names_of(label) if named else ()
    kind = "animal" if named else kind or seen
    if told["prediction_source"] == _HUMAN:
        spoken = [Said(kind, where, names, person=file)]
        return spoken if sure == 1 else [*spoken, *_boxes([(seen, where, sure)], model)]
    if sure < LEAST:
        return []
    others = tuple(one for one in _guesses(told) if one[0] != names) if kind == "animal" else ()
    return [Said(kind, where, names, None, model, sure, score, others)]


def _boxes(found: list[tuple[str, Box, float]], model: str) -> list[Said]:
    return [Said(kind, where, model=model, confidence=sure, score=sure)
            for kind, where, sure in found]  # fmt: skip


def _said(told: dict[str, Any], found: list[tuple[str, Box, float]], model: str) -> list[Said]:
    """Return what is on a photo: its answer belongs to the surest animal, or to all of it."""
    said = _boxes(found, model)
    label = text_of(told.get("prediction"))
    if not label:
        return said
    score = number(told.get("prediction_score", 1.0), 0, 1, "prediction_score")
    kind = _kind(label)
    if "no cv result" in label:
        return said
    if kind == "no_animal":
        return said or [Said(kind, model=model, confidence=score, score=score)]
    if kind in ("person", "vehicle", "unsure"):
        same = any(one.kind == kind for one in said)
        return said if same else [*said, Said(kind, model=model, confidence=score, score=score)]
    names = () if kind == "animal" else names_of(label)
    others = tuple(one for one in _guesses(told) if one[0] != names)
    animals = [index for index, one in enumerate(said) if one.kind == "animal"]
    if not animals:
        whole = Said("animal", WHOLE, names, None, model, score, score, others)
        return [*said, whole]
    surest = max(animals, key=lambda index: said[index].confidence)
    one = said[surest]
    said[surest] = Said("animal", one.box, names, None, model, one.confidence, score, others)
    return said


def _by_person(
    said: list[Said], found: list[tuple[str, Box, float]], model: str, who: str
) -> list[Said]:
    """Give a person's answer to the person; boxes that a model found stay its own.

    So it is where we wrote the file: a box that a person drew is of the model "none".
    """
    answer = max(said, key=lambda one: (bool(one.names), one.kind != "person", one.confidence))
    spoken = Said(answer.kind, answer.box, answer.names, person=who)
    boxes = [one for one in _boxes(found, model) if model != _NONE or one.box != answer.box]
    return [spoken, *boxes]


def _guesses(told: dict[str, Any]) -> list[tuple[tuple[str, ...], float]]:
    rows = told.get("classifications")
    if not isinstance(rows, dict):
        return []
    classes, scores = rows.get("classes"), rows.get("scores")
    if not isinstance(classes, list) or not isinstance(scores, list):
        return []
    return [
        (names_of(text_of(label)), number(score, 0, 1, "classifications"))
        for label, score in zip(classes, scores, strict=False)
        if not _kind(text_of(label))
    ]
