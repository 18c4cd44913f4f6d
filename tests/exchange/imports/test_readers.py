"""Readers meet whatever strangers write: each item is read, or told of, and none stops the rest."""

import io
import json
from typing import Any

import pytest

from wildlife.exchange.imports.entries import Entry, Trouble, WrongFile
from wildlife.exchange.imports.files import Brought, _Numbers
from wildlife.exchange.imports.readers import READERS, recognised

JUNK = (None, True, 5, -1, 1e300, "x", "", [], {}, [None], [[1]], {"a": 1}, "\u0000", "é" * 3000)
GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "megadetector": (
        "images",
        {
            "file": "a.jpg",
            "failure": None,
            "detections": [
                {"category": "1", "conf": 0.9, "bbox": [0.1, 0.1, 0.2, 0.2],
                 "classifications": [["0", 0.5]]}
            ],
        },
    ),
    "speciesnet": (
        "predictions",
        {
            "filepath": "a.jpg",
            "classifications": {"classes": ["x;;;;a;b;c"], "scores": [0.5]},
            "detections": [{"label": "animal", "conf": 0.9, "bbox": [0.1, 0.1, 0.2, 0.2]}],
            "prediction": "x;;;;a;b;c",
            "prediction_score": 0.5,
            "model_version": "4",
            "prediction_source": "classifier",
        },
    ),
    "speciesnet-5": (
        "predictions",
        {
            "filepath": "a.jpg",
            "detections": [
                {"label": "animal", "conf": 0.9, "bbox": [0.1, 0.1, 0.2, 0.2],
                 "raw_classifications": {"classes": ["x;;;;a;b;c"], "scores": [0.5]},
                 "processed_classification": {"class": "x;;;;a;b;c", "score": 0.5,
                                              "source": "classifier"}}
            ],
            "model_version": "4",
        },
    ),
    "coco": (
        "annotations",
        {"image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2], "bbox_relative": None, "count": 2,
         "sequence_level_annotation": False},
    ),
}  # fmt: skip


def _read(document: dict[str, Any] | bytes, name: str = "a.json") -> list[Entry | Trouble]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    brought = Brought(io.BytesIO(data), name)
    key, inner = recognised(brought)
    return list(READERS[key].read(brought, inner))


def _document(key: str, *rows: Any) -> dict[str, Any]:
    told: dict[str, Any] = {GOOD[key][0]: list(rows)}
    if key == "megadetector":
        told |= {"detection_categories": {"1": "animal"}, "classification_categories": {"0": "a"}}
    if key == "coco":
        told["images"] = [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9}]
        told["categories"] = [{"id": 1, "name": "a"}]
    return told


def _spoilt(value: Any) -> list[Any]:
    """Return a value with each part of it replaced by junk."""
    found = list(JUNK)
    if isinstance(value, dict):
        for key, inner in value.items():
            found += [{**value, key: one} for one in _spoilt(inner)]
    if isinstance(value, list) and value:
        found += [[one, *value[1:]] for one in _spoilt(value[0])]
    return found


@pytest.mark.parametrize("key", GOOD)
def test_junk_spoils_no_other_item(key: str) -> None:
    good = GOOD[key][1]
    (alone,) = _read(_document(key, good))
    assert isinstance(alone, Entry)
    assert len(alone.said) == 1
    for spoilt in _spoilt(good):
        read = _read(_document(key, spoilt, good))
        said = [one.said for one in read if isinstance(one, Entry)]
        assert alone.said[0] in said[-1], spoilt


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 16])
def test_what_is_no_number_is_found_wherever_it_is_cut(size: int) -> None:
    start = b'{"images": [{"file": "NaN, Infinity.jpg", "detections": [{"category": "1", '
    data = start + b'"conf":NaN, "bbox": [0, -Infinity ,NaN,1]}]}]}'
    numbers, read = _Numbers(io.BytesIO(data)), b""
    while chunk := numbers.read(size):
        read += chunk
    told = json.loads(read)["images"][0]["detections"][0]
    assert told == {"category": "1", "conf": None, "bbox": [0, None, None, 1]}


@pytest.mark.parametrize("version", ["1.0", "1.6", None])
def test_versions_that_can_be_read(version: str | None) -> None:
    document = _document("megadetector", GOOD["megadetector"][1])
    document["info"] = {"format_version": version} if version else 5
    assert len(_read(document)) == 1


def test_other_versions_are_refused() -> None:
    document = {**_document("megadetector"), "info": {"format_version": "1.7"}}
    with pytest.raises(WrongFile, match=r"1\.7"):
        _read(document)
