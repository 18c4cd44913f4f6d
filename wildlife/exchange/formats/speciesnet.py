"""SpeciesNet's predictions: https://github.com/google/cameratrapai.

Since 5.0.6 an answer belongs to each detection; before it was one for the photo. The package reads
only what it writes itself, so there are both.
"""

from collections.abc import Callable, Iterable
from typing import IO, Any
from uuid import NAMESPACE_URL, uuid5

from wildlife.exchange.formats.base import Files, JsonList, dump
from wildlife.exchange.notes import Note
from wildlife.exchange.records import PhotoRecord, ProjectRecord, TaxonRecord, ThingRecord

BLANK = "f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank"
ANIMAL = "1f689929-883d-4dae-958c-3d57ab5b6c16;;;;;;animal"
HUMAN = "990ae9dd-7a59-4344-afcb-1b7b21368000;mammalia;primates;hominidae;homo;sapiens;human"
VEHICLE = "e2895ed5-780b-48f6-8a11-9e27cb594511;;;;;;vehicle"
NO_RESULT = "no cv result"
UNKNOWN = ";".join(["f2efdae9-efb8-48fb-8a91-eccf79ab4ffb", *[NO_RESULT] * 6])

VERSION = "20261015"
WHOLE = ("0", "whole_image_classification")
CATEGORIES = {"animal": ("1", "animal"), "person": ("2", "human"), "vehicle": ("3", "vehicle")}
_OTHERS = {"person": HUMAN, "vehicle": VEHICLE, "blank": BLANK}
_MOST = 5


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write the detections of each photo with an answer each."""
    to.write(f'{{"info":{dump({"format_version": VERSION})},"predictions":['.encode())
    return _written(records, to, _detailed)


def write_old(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write one prediction per photo: of its surest animal, else of what else is on it."""
    to.write(b'{"predictions":[')
    return _written(records, to, _prediction)


def _written(
    records: Iterable[PhotoRecord], to: IO[bytes], told: Callable[[PhotoRecord], dict[str, Any]]
) -> list[Note]:
    items = JsonList(to)
    for record in records:
        items.add(told(record))
    to.write(b"\n]}\n")
    return []


def label(taxon: TaxonRecord) -> str:
    """Return a taxon as SpeciesNet names it: id;class;order;family;genus;species;common name."""
    lineage = taxon.lineage
    ranks = [lineage.get(rank, "").lower() for rank in ("class", "order", "family", "genus")]
    common = (taxon.common_name or taxon.scientific_name).lower().replace(";", ",")
    return ";".join([str(uuid5(NAMESPACE_URL, taxon.slug)), *ranks, taxon.epithet, common])


def _photo(record: PhotoRecord) -> dict[str, Any]:
    told: dict[str, Any] = {"filepath": record.name}
    if record.state == "failed":
        return told | {"failures": ["CLASSIFIER", "DETECTOR"]}
    if record.place:
        told |= {"latitude": record.place.latitude, "longitude": record.place.longitude}
    return told


def _detailed(record: PhotoRecord) -> dict[str, Any]:
    told = _photo(record)
    if "failures" in told:
        return told
    found = [_detection(thing) | _classified(thing) for thing in record.shown if thing.box]
    found.sort(key=lambda one: -one["conf"])
    whole: list[ThingRecord | None] = [thing for thing in record.shown if not thing.box]
    if not found and not whole and (record.things or record.state != "done"):
        whole = [max(record.things, key=_weight, default=None)]
    told["detections"] = [_of_whole(thing) for thing in whole] + found
    return told | {"model_version": _model(record)}


def _of_whole(thing: ThingRecord | None) -> dict[str, Any]:
    """Return what is said of a photo as a whole; of one that nobody has looked at, nothing."""
    number, name = WHOLE
    answer = {"class": UNKNOWN, "score": 0.0, "source": "unknown"}
    told = {"processed_classification": answer} if thing is None else _classified(thing)
    return {"category": number, "label": name, "conf": 1.0, "bbox": [0.0, 0.0, 1.0, 1.0], **told}


def _detection(thing: ThingRecord) -> dict[str, Any]:
    number, name = CATEGORIES[thing.kind]
    return {
        "category": number,
        "label": name,
        "conf": round(thing.confidence if thing.confidence is not None else 1.0, 4),
        "bbox": [round(side, 4) for side in thing.box or ()],
    }


def _classified(thing: ThingRecord) -> dict[str, Any]:
    """Return the answer of one thing, with the models' best guesses where it is theirs."""
    name, score = _named(thing)
    source = "human" if thing.person else "classifier" if thing.sureness else "detector"
    told: dict[str, Any] = {
        "processed_classification": {"class": name, "score": round(score, 4), "source": source}
    }
    return {"raw_classifications": _guesses(thing), **told} if thing.scores else told


def _guesses(thing: ThingRecord) -> dict[str, Any]:
    best = thing.scores[:_MOST]
    return {
        "classes": [label(taxon) for taxon, _ in best],
        "scores": [round(score, 4) for _, score in best],
    }


def _model(record: PhotoRecord) -> str:
    """Return the models of the surest animal, else of whatever has some."""
    surest = _surest(record)
    told = surest.models if surest else ""
    return told or next((thing.models for thing in record.things if thing.models), "none")


def _prediction(record: PhotoRecord) -> dict[str, Any]:
    told = _photo(record)
    if "failures" in told:
        return told
    surest = _surest(record)
    if surest and surest.scores:
        told["classifications"] = _guesses(surest)
    told["detections"] = [_detection(thing) for thing in record.shown if thing.box]
    name, score, source = _answer(record, surest)
    model = surest.models if surest and surest.models else "none"
    return told | {
        "prediction": name,
        "prediction_score": round(score, 4),
        "prediction_source": source,
        "model_version": model,
    }


def _surest(record: PhotoRecord) -> ThingRecord | None:
    animals = [thing for thing in record.things if thing.kind == "animal"]
    return max(animals, key=_sureness, default=None)


def _sureness(thing: ThingRecord) -> float:
    return 2.0 if thing.person else (thing.sureness or 0.0)


def _weight(thing: ThingRecord) -> tuple[bool, float]:
    """Return how much a thing that is no animal says: a person's word goes first."""
    return thing.person is not None, thing.confidence or 0.0


def _answer(record: PhotoRecord, surest: ThingRecord | None) -> tuple[str, float, str]:
    if record.state != "done" and not record.things:
        return UNKNOWN, 0.0, "unknown"
    thing = surest or max(record.shown or record.things, key=_weight, default=None)
    if thing is None:
        return BLANK, 1.0, "detector"
    source = "human" if thing.person else "classifier" if surest else "detector"
    return *_named(thing), source


def _named(thing: ThingRecord) -> tuple[str, float]:
    """Return what a thing is called, and how sure that is."""
    score = 1.0 if thing.person else thing.sureness or thing.confidence or 0.0
    if thing.kind == "animal":
        return (label(thing.taxon) if thing.taxon else ANIMAL), score
    return _OTHERS[thing.kind], score
