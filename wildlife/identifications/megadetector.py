"""MegaDetector batch results, version 1.6, which Timelapse, AddaxAI and others read.

Format: https://lila.science/megadetector-output-format
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils import timezone

from pipelines.identify import Lineup
from wildlife.identifications.local import FileAnswer, Seen
from wildlife.species.selectors import tree

FORMAT_VERSION = "1.6"
CATEGORIES = {"animal": "1", "person": "2", "vehicle": "3"}


def batch_results(answers: Iterable[FileAnswer], who: Lineup, root: Path) -> dict[str, Any]:
    """Return the answers as one MegaDetector document, with file names relative to `root`.

    A file that could not be read has `failure` and null detections; one without an animal has an
    empty list. An animal that only the experts saw has the whole image as its box, with the
    confidence of its answer, because the detector gave none.
    """
    classes: dict[str, str] = {}
    images = [_image(answer, classes, root) for answer in answers]
    nodes = tree()
    return {
        "info": {
            "format_version": FORMAT_VERSION,
            "detector": who.detector.release,
            "classifier": ", ".join(expert.release for expert in who.experts),
            "detection_completion_time": timezone.now().strftime("%Y-%m-%d %H:%M:%S"),
            "detector_metadata": {
                "typical_detection_threshold": who.detector.threshold,
                "conservative_detection_threshold": who.detector.threshold,
            },
        },
        "detection_categories": {number: name for name, number in CATEGORIES.items()},
        "classification_categories": {number: nodes[slug].name for slug, number in classes.items()},
        "classification_category_descriptions": {
            number: ";".join(node.name for node in nodes.lineage(slug))
            for slug, number in classes.items()
        },
        "images": images,
    }


def _image(answer: FileAnswer, classes: dict[str, str], root: Path) -> dict[str, Any]:
    name = answer.path.relative_to(root) if answer.path.is_relative_to(root) else answer.path
    if answer.failure:
        return {"file": name.as_posix(), "failure": answer.failure, "detections": None}
    return {
        "file": name.as_posix(),
        "width": answer.width,
        "height": answer.height,
        "detections": [_detection(seen, classes) for seen in answer.seen if _is_something(seen)],
    }


def _is_something(seen: Seen) -> bool:
    if not seen.detection.whole_image:
        return True
    return seen.answer is not None and bool(seen.answer.taxon)


def _detection(seen: Seen, classes: dict[str, str]) -> dict[str, Any]:
    detection, answer = seen.detection, seen.answer
    confidence = detection.confidence
    if detection.whole_image and answer is not None:
        confidence = answer.confidence
    entry: dict[str, Any] = {
        "category": CATEGORIES[detection.category],
        "conf": round(confidence, 4),
        "bbox": list(detection.box),
    }
    if answer is not None:
        first = [(answer.taxon, answer.confidence)] if answer.taxon else []
        ranked = [*first, *answer.runners_up]
        entry["classifications"] = [
            [classes.setdefault(slug, str(len(classes) + 1)), round(share, 4)]
            for slug, share in sorted(ranked, key=lambda pair: -pair[1])
        ]
    return entry
