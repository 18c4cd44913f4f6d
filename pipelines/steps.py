"""What the steps do: plain functions over all photos, or all crops, of a run."""

from __future__ import annotations

import io
from collections import Counter, deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PIL import Image

from models_registry.errors import ModelError
from models_registry.interfaces import Box, Comparer, Label
from pipelines.keys import crop_key, preview_key, thumb_key
from pipelines.pictures import Picture, PictureUnreadable, decode
from pipelines.types import NO_ANIMAL, Ballot, Crop, Detection, Photo, Scene, Vote

if TYPE_CHECKING:
    from pipelines.identify import Member, Tools
    from pipelines.taxonomy import Tree

DECODED_SIDE = 1600
"""Pixels: enough for the crop of an animal that fills a seventh of the frame's width."""
PREVIEW_SIDE = 1280
PREVIEW_QUALITY = 82
CROP_SIDE = 320
CROP_QUALITY = 92
CROP_MARGIN = 0.08
"""Share of the box's longer side that is added around it: ears, tails and a bit of ground."""
SURELY_NO_ANIMAL = 0.6
"""A person or vehicle found with this confidence is no overlooked animal."""
WHOLE = (0.0, 0.0, 1.0, 1.0)
LEAST_SHARE_TO_ASK = 0.05
"""An expert is asked if the crop belongs to one of its groups with at least this probability."""
LEAST_PROBABILITY_KEPT = 1e-4
MOST_DETECTIONS = 100
SPECK = 0.001
"""Share of a photo's area."""


def detect(photos: list[Photo], *, member: Member, tools: Tools) -> list[Scene]:
    """Find what is on each photo, and cut out what the experts shall see.

    Each photo is decoded once. One that cannot be read becomes a scene with a failure; the others
    go on. Where nothing is found, or only what looks a bit like a person or a vehicle, the whole
    image becomes a candidate: detectors overlook, or mistake, what they were not trained on.
    """
    scenes: dict[str, Scene] = {}
    in_flight: deque[tuple[Photo, Picture]] = deque()

    def images() -> Iterator[Image.Image]:
        for photo in photos:
            try:
                with tools.media.open(photo.key) as file:
                    picture = decode(file, long_side=DECODED_SIDE, max_pixels=tools.max_pixels)
            except PictureUnreadable as error:
                scenes[photo.id] = Scene(photo.id, failure=str(error))
            except FileNotFoundError:
                scenes[photo.id] = Scene(
                    photo.id, failure="The file of this photo is gone; please upload it again."
                )
            else:
                in_flight.append((photo, picture))
                yield picture.image

    for boxes in tools.models.detector(member).detect(images()):
        photo, picture = in_flight.popleft()
        sure = (box for box in boxes if box.confidence >= member.threshold)
        kept = [box for box in sure if not _is_speck(box)][:MOST_DETECTIONS]
        scenes[photo.id] = _scene(photo, picture, kept, tools)
    return [scenes[photo.id] for photo in photos]


def _is_speck(box: Box) -> bool:
    """Return whether something is so small that it may be a letter in the camera's strip.

    Nobody could recognise who, or what, is in it.
    """
    return box.width * box.height < SPECK and box.confidence < SURELY_NO_ANIMAL


def _scene(photo: Photo, picture: Picture, boxes: list[Box], tools: Tools) -> Scene:
    image = picture.image
    preview = preview_key(photo.id)
    tools.media.save(preview, jpeg(image, PREVIEW_SIDE, quality=PREVIEW_QUALITY))
    detections = [
        Detection(
            photo_id=photo.id,
            index=index,
            category=box.label,
            confidence=round(box.confidence, 4),
            box=(round(box.x, 5), round(box.y, 5), round(box.width, 5), round(box.height, 5)),
            crop=crop_key(photo.id, index) if box.label == "animal" else "",
        )
        for index, box in enumerate(boxes)
    ]
    if not any(one.crop or one.confidence >= SURELY_NO_ANIMAL for one in detections):
        index = len(detections)
        detections.append(
            Detection(photo.id, index, "animal", 0.0, WHOLE, crop_key(photo.id, index), True)
        )
    if not any(one.crop for one in detections):
        tools.media.save(thumb_key(photo.id), jpeg(image, CROP_SIDE, quality=PREVIEW_QUALITY))
    for detection in detections:
        if detection.crop:
            cut = (
                image
                if detection.whole_image
                else image.crop(cut_around(detection.box, image.size))
            )
            tools.media.save(detection.crop, jpeg(cut, CROP_SIDE, quality=CROP_QUALITY))
    return Scene(
        photo.id,
        picture.width,
        picture.height,
        preview,
        tuple(detections),
        origin=picture.origin,
    )


def cut_around(
    box: tuple[float, float, float, float], size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Return a square around the box in pixels, with a margin, cut off at the image's edges.

    Square, because the classifiers' inputs are: an animal squeezed to a square looks like another.
    """
    width, height = size
    x, y, w, h = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    side = max(w, h) * (1 + 2 * CROP_MARGIN)
    left, top = x + w / 2 - side / 2, y + h / 2 - side / 2
    return (
        max(0, int(left)),
        max(0, int(top)),
        min(width, max(int(left + side), int(left) + 1, 1)),
        min(height, max(int(top + side), int(top) + 1, 1)),
    )


def jpeg(image: Image.Image, side: int, *, quality: int) -> bytes:
    """Return a JPEG of an image, scaled down to a long side of so many pixels if it is larger."""
    copy = image
    if max(image.size) > side:
        scale = side / max(image.size)
        copy = image.resize(
            (max(1, round(image.width * scale)), max(1, round(image.height * scale))),
            Image.Resampling.BILINEAR,
            reducing_gap=2.0,
        )
    buffer = io.BytesIO()
    copy.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def sort(
    scenes: list[Scene], *, member: Member, experts: tuple[Member, ...], tools: Tools
) -> list[Crop]:
    """Give every animal its coarse groups, and say which experts are asked about it."""
    candidates = [detection for scene in scenes for detection in scene.detections if detection.crop]
    if not candidates:
        return []
    classifier = tools.models.classifier(member)
    probabilities = classifier.classify([_open(tools, one.crop) for one in candidates])
    crops = []
    for detection, row in zip(candidates, probabilities, strict=True):
        groups: dict[str, float] = {}
        for label, probability in zip(classifier.labels, row, strict=True):
            group = label.group or NO_ANIMAL
            groups[group] = groups.get(group, 0.0) + float(probability)
        ranked = sorted(groups.items(), key=lambda item: (-item[1], item[0]))
        crops.append(
            Crop(
                photo_id=detection.photo_id,
                index=detection.index,
                key=detection.crop,
                whole_image=detection.whole_image,
                groups=tuple((group, round(share, 5)) for group, share in ranked),
                experts=tuple(one.name for one in experts if _is_asked(one, groups)),
                confidence=detection.confidence,
            )
        )
    return crops


def _is_asked(expert: Member, groups: dict[str, float]) -> bool:
    if not expert.groups:
        return True
    return sum(groups.get(group, 0.0) for group in expert.groups) >= LEAST_SHARE_TO_ASK


def vote(crops: list[Crop], *, member: Member, tools: Tools) -> Ballot:
    """Let one expert vote on the crops it is asked about.

    Labels that the tree does not know count as "none of my labels", so that a taxon missing from
    the species database makes an expert less sure, and never wrong.
    """
    asked = [crop for crop in crops if member.name in crop.experts]
    if not asked:
        return Ballot(member.name, member.release, member.weight)
    classifier = tools.models.classifier(member)
    keys = _keys(classifier.labels, tools.tree())
    images = [_open(tools, crop.key) for crop in asked]
    vectors = [b""] * len(asked)
    if isinstance(classifier, Comparer):
        rows, compared = classifier.compare(images)
        vectors = [vector.astype("float16").tobytes() for vector in compared]
    else:
        rows = classifier.classify(images)
    votes = (
        _vote(crop, keys, row.tolist(), vector)
        for crop, row, vector in zip(asked, rows, vectors, strict=True)
    )
    breadth = _breadth(classifier.labels, keys, member.groups)
    return Ballot(member.name, member.release, member.weight, breadth, tuple(votes))


def _keys(labels: tuple[Label, ...], tree: Tree) -> list[str]:
    return [tree.meant_by(label) for label in labels]


def _breadth(
    labels: tuple[Label, ...], keys: list[str], groups: tuple[str, ...]
) -> tuple[tuple[str, int], ...]:
    """Count the taxa that the labels name in each group, of those that the expert is made for."""
    named = {(label.group, key) for label, key in zip(labels, keys, strict=True) if key}
    count = Counter(group for group, _ in named if group and (not groups or group in groups))
    return tuple(sorted(count.items()))


def _vote(crop: Crop, keys: list[str], probabilities: list[float], vector: bytes) -> Vote:
    scores: dict[str, float] = {}
    for key, probability in zip(keys, probabilities, strict=True):
        if key and probability >= LEAST_PROBABILITY_KEPT:
            scores[key] = scores.get(key, 0.0) + probability
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    kept = tuple((key, round(probability, 6)) for key, probability in ranked)
    none = max(0.0, 1.0 - sum(probability for _, probability in kept))
    return Vote(crop.photo_id, crop.index, kept, round(none, 6), vector)


def abstain(error: Exception, *, member: Member) -> Ballot:
    """Turn an expert's failure into an abstention with its reason.

    The text of an error that nobody foresaw may name files and servers: that is for the log.
    """
    foreseen = isinstance(error, ModelError)
    reason = str(error) if foreseen else f"It failed unexpectedly ({type(error).__name__})."
    return Ballot(member.name, member.release, member.weight, abstention=reason[:200])


def _open(tools: Tools, key: str) -> Image.Image:
    with tools.media.open(key) as file, Image.open(file) as image:
        return image.convert("RGB")
