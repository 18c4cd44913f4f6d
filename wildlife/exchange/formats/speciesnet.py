"""SpeciesNet's predictions: https://github.com/google/cameratrapai."""

from collections.abc import Iterable
from typing import IO, Any
from uuid import NAMESPACE_URL, uuid5

from wildlife.exchange.formats.base import Files, JsonList
from wildlife.exchange.notes import Note
from wildlife.exchange.records import PhotoRecord, ProjectRecord, TaxonRecord, ThingRecord

BLANK = "f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank"
ANIMAL = "1f689929-883d-4dae-958c-3d57ab5b6c16;;;;;;animal"
HUMAN = "990ae9dd-7a59-4344-afcb-1b7b21368000;mammalia;primates;hominidae;homo;sapiens;human"
VEHICLE = "e2895ed5-780b-48f6-8a11-9e27cb594511;;;;;;vehicle"
NO_RESULT = "no cv result"
UNKNOWN = ";".join(["f2efdae9-efb8-48fb-8a91-eccf79ab4ffb", *[NO_RESULT] * 6])

CATEGORIES = {"animal": ("1", "animal"), "person": ("2", "human"), "vehicle": ("3", "vehicle")}
_OTHERS = {"person": HUMAN, "vehicle": VEHICLE, "blank": BLANK}
_MOST = 5


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write one prediction per photo: of its surest animal, else of what else is on it."""
    to.write(b'{"predictions":[')
    items = JsonList(to)
    for record in records:
        items.add(_prediction(record))
    to.write(b"\n]}\n")
    return []


def label(taxon: TaxonRecord) -> str:
    """Return a taxon as SpeciesNet names it: id;class;order;family;genus;species;common name."""
    lineage = taxon.lineage
    ranks = [lineage.get(rank, "").lower() for rank in ("class", "order", "family", "genus")]
    common = (taxon.common_name or taxon.scientific_name).lower().replace(";", ",")
    return ";".join([str(uuid5(NAMESPACE_URL, taxon.slug)), *ranks, taxon.epithet, common])


def _prediction(record: PhotoRecord) -> dict[str, Any]:
    told: dict[str, Any] = {"filepath": record.name}
    if record.state == "failed":
        return told | {"failures": ["CLASSIFIER", "DETECTOR"]}
    if record.place:
        told |= {"latitude": record.place.latitude, "longitude": record.place.longitude}
    surest = _surest(record)
    if surest and surest.scores:
        best = surest.scores[:_MOST]
        told["classifications"] = {
            "classes": [label(taxon) for taxon, _ in best],
            "scores": [round(score, 4) for _, score in best],
        }
    told["detections"] = [
        {
            "category": CATEGORIES[thing.kind][0],
            "label": CATEGORIES[thing.kind][1],
            "conf": round(thing.confidence if thing.confidence is not None else 1.0, 4),
            "bbox": [round(side, 4) for side in thing.box],
        }
        for thing in record.shown
        if thing.box
    ]
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
    score = 1.0 if thing.person else thing.sureness or thing.confidence or 0.0
    if thing.kind == "animal":
        return (label(thing.taxon) if thing.taxon else ANIMAL), score, source
    return _OTHERS[thing.kind], score, source
