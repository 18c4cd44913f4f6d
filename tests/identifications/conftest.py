"""A small world: three taxa, four releases, and networks that answer by the colour of a photo."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from numpy.typing import NDArray
from PIL import Image

from models_registry.errors import ReleaseUnknown
from models_registry.interfaces import Box, Label
from models_registry.models import ModelRelease
from wildlife.identifications import services, sweeping, toolbox
from wildlife.identifications.models import Run
from wildlife.photos.models import Photo
from wildlife.species.models import Taxon

RED, GREEN = (200, 30, 30), (30, 200, 30)
"""A red photo shows one fox in its middle; on a green one the detector finds nothing."""


class ColourDetector:
    precision = "fp32"

    def detect(self, images: Iterable[Image.Image]) -> Iterator[list[Box]]:
        for image in images:
            red, green, _ = image.resize((1, 1)).getpixel((0, 0))
            yield [Box(0.25, 0.25, 0.5, 0.5, "animal", 0.9)] if red > green else []


class ColourClassifier:
    precision = "fp32"

    def __init__(self, labels: Sequence[Label], red: list[float], green: list[float]) -> None:
        self.labels = tuple(labels)
        self._rows = {True: red, False: green}

    def classify(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        rows = []
        for image in images:
            red, green, _ = image.resize((1, 1)).getpixel((0, 0))
            rows.append(self._rows[red > green])
        return np.array(rows, dtype=np.float32).reshape(len(rows), len(self.labels))


class BrokenClassifier:
    precision = "fp32"
    labels = (Label(0, "fox", "Vulpes vulpes", "species", "mammal"),)

    def classify(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        raise RuntimeError("the device is gone")


class Registry:
    """What the steps need of the real registry, over the networks above."""

    def __init__(self) -> None:
        groups = [Label(0, "mammal", "", "", "mammal"), Label(1, "none", "", "", "none")]
        taxa = [
            Label(0, "fox", "Vulpes vulpes", "species", "mammal"),
            Label(1, "wolf", "Canis lupus", "species", "mammal"),
        ]
        self.models = {
            "finder@1": ColourDetector(),
            "coarse@1": ColourClassifier(groups, [0.95, 0.05], [0.1, 0.9]),
            "first@1": ColourClassifier(taxa, [0.9, 0.1], [0.5, 0.5]),
            "second@1": ColourClassifier(taxa, [0.8, 0.2], [0.5, 0.5]),
        }

    def card(self, key: str) -> ModelRelease:
        return ModelRelease(sha256="0" * 64)

    def detector(self, key: str):
        return self.models[key]

    classifier = detector

    def labels(self, key: str) -> tuple[Label, ...]:
        if key not in self.models:
            raise ReleaseUnknown(key)
        return tuple(self.models[key].labels)

    def precision(self, key: str) -> str:
        return self.models[key].precision


@pytest.fixture
def taxa(db) -> None:
    parent = None
    line = [
        ("kingdom", "Animalia"),
        ("phylum", "Chordata"),
        ("class", "Mammalia"),
        ("order", "Carnivora"),
        ("family", "Canidae"),
    ]
    for rank, name in line:
        parent = Taxon.objects.create(
            slug=name.lower(), scientific_name=name, rank=rank, parent=parent
        )
    for name in ("Vulpes vulpes", "Canis lupus"):
        Taxon.objects.create(
            slug=name.lower().replace(" ", "-"), scientific_name=name, rank="species", parent=parent
        )


@pytest.fixture
def releases(db) -> None:
    for name, kind in [
        ("finder", "detector"),
        ("coarse", "coarse"),
        ("first", "expert"),
        ("second", "expert"),
    ]:
        ModelRelease.objects.create(
            name=name, version="1", kind=kind, title=name.title(), sha256="0" * 64
        )


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry()
    monkeypatch.setattr(toolbox, "registry", lambda: made)
    return made


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The runs that would have been sent to the broker, where their messages wait."""
    runs: list[Run] = []
    monkeypatch.setattr(services, "publish", runs.append)
    monkeypatch.setattr(sweeping, "messages_in", lambda queue: 1)
    return runs


@pytest.fixture
def photo(db, settings, tmp_path) -> Callable[..., Photo]:
    """Make a waiting photo of one colour."""
    settings.MEDIA_ROOT = tmp_path

    def make(colour: tuple[int, int, int] = RED, content: bytes = b"", **fields) -> Photo:
        number = Photo.objects.count()
        if not content:
            buffer = io.BytesIO()
            Image.new("RGB", (400, 300), colour).save(buffer, "JPEG")
            content = buffer.getvalue()
        key = default_storage.save(f"originals/{number}.jpg", ContentFile(content))
        values = {
            "guest": "somebody",
            "original": key,
            "filename": f"{number}.jpg",
            "media_type": "image/jpeg",
            "size": len(content),
            "sha256": f"{number:064d}",
        }
        return Photo.objects.create(**(values | fields))

    return make
