"""Rows as the pipeline writes them, made by hand: a small tree, runs, answers."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import msgspec
import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from models_registry.models import ModelRelease
from pipelines import types as pipeline
from pipelines.identify import Lineup, Member
from pipelines.keys import crop_key
from wildlife.identifications import lineup
from wildlife.identifications.models import (
    Detection,
    Embedding,
    Identification,
    Run,
    StepResult,
    Vote,
)
from wildlife.photos.models import Photo
from wildlife.species import models as species
from wildlife.species.index import refresh

MINI_JPEG = b"\xff\xd8\xff\xe0 not decoded by the web process \xff\xd9"

LINEUP = Lineup(
    detector=Member("detector", "detector@1", title="Detector"),
    coarse=Member("groups", "groups@1", title="Groups"),
    experts=(
        Member("mammals", "mammals@3", title="Mammals of the world", weight=1.0),
        Member("general", "general@1", title="A thousand things", weight=0.6),
        Member("birds", "birds@2", title="Birds", weight=1.0, groups=("bird",)),
    ),
)
EARLY_EXPERTS = ("mammals", "general")

TREE = {
    "animalia": ("kingdom", "Animalia", "animals", ""),
    "chordata": ("phylum", "Chordata", "", "animalia"),
    "mammalia": ("class", "Mammalia", "mammals", "chordata"),
    "proboscidea": ("order", "Proboscidea", "", "mammalia"),
    "elephantidae": ("family", "Elephantidae", "elephants", "proboscidea"),
    "loxodonta": ("genus", "Loxodonta", "African elephants", "elephantidae"),
    "loxodonta-africana": (
        "species",
        "Loxodonta africana",
        "African savanna elephant",
        "loxodonta",
    ),
    "loxodonta-cyclotis": ("species", "Loxodonta cyclotis", "African forest elephant", "loxodonta"),
    "elephas-maximus": ("species", "Elephas maximus", "Asian elephant", "elephantidae"),
    "carnivora": ("order", "Carnivora", "", "mammalia"),
    "felidae": ("family", "Felidae", "cats", "carnivora"),
    "panthera-leo": ("species", "Panthera leo", "lion", "felidae"),
    "leopardus-pardalis": ("species", "Leopardus pardalis", "ocelot", "felidae"),
}
ELEPHANT_SCORES = [
    ["loxodonta-africana", 0.91],
    ["loxodonta-cyclotis", 0.05],
    ["elephas-maximus", 0.02],
]


def plant() -> dict[str, species.Taxon]:
    """Make the small tree, with facts of the African savanna elephant."""
    taxa: dict[str, species.Taxon] = {}
    source = species.Source.objects.create(
        key="iucn",
        citation="IUCN Red List of Threatened Species",
        url="https://www.iucnredlist.org/",
    )
    for slug, (rank, scientific, common, parent) in TREE.items():
        taxa[slug] = species.Taxon.objects.create(
            slug=slug, scientific_name=scientific, rank=rank, parent=taxa.get(parent)
        )
        if common:
            species.CommonName.objects.create(
                taxon=taxa[slug], language="en", name=common, preferred=True
            )
    elephant = taxa["loxodonta-africana"]
    species.ConservationAssessment.objects.create(
        taxon=elephant, category="EN", year=2021, trend="decreasing", source=source
    )
    for code, name in (("2", "Savanna"), ("1", "Forest")):
        habitat = species.Habitat.objects.create(code=code, name=name)
        species.TaxonHabitat.objects.create(taxon=elephant, habitat=habitat, source=source)
    for country in ("KEN", "TZA", "BWA"):
        species.Range.objects.create(taxon=elephant, country=country, source=source)
    refresh()
    return {taxon.slug: taxon for taxon in species.Taxon.objects.all()}


def photo(
    guest: str = "a-guest", *, state: str = "done", name: str = "IMG_0042.JPG", **more
) -> Photo:
    """Make a photo; where it is done its preview lies in storage."""
    made = Photo(
        guest=guest, filename=name, media_type="image/jpeg", size=1234567, state=state, **more
    )
    made.sha256 = hashlib.sha256(made.id.bytes).hexdigest()
    made.original = default_storage.save(f"originals/{made.id}.jpg", ContentFile(MINI_JPEG))
    if state == "done":
        made.preview = default_storage.save(f"previews/{made.id}.jpg", ContentFile(MINI_JPEG))
        made.width, made.height = made.width or 2048, made.height or 1536
        made.finished_at = timezone.now()
    made.save()
    return made


def release(kind: str, *, available: bool = True) -> ModelRelease:
    """Make an active release of a kind, with or without its weights on this machine."""
    return ModelRelease.objects.create(
        name=f"a-{kind}", version="1", kind=kind, sha256="0" * 64, available=available
    )


def run(*photos: Photo, state: str = "done", steps: tuple[str, ...] | None = None) -> Run:
    """Make the run of some photos. `steps` are those that have ended; all of them by default."""
    now = timezone.now()
    made = Run.objects.create(lineup=lineup.to_json(LINEUP), state=state, alive_at=now)
    made.photos.set(photos)
    experts = tuple(f"expert.{one.name}" for one in LINEUP.experts)
    for step in ("detect", "sort", *experts, "fuse", "describe") if steps is None else steps:
        StepResult.objects.create(
            run=made, step=step, started_at=now, finished_at=now + timedelta(milliseconds=84)
        )
    return made


def box(photo: Photo, run: Run, index: int, category: str = "animal", **more) -> Detection:
    """Make a detection; animals have a crop in storage."""
    place = {"x": 0.1 + 0.2 * index, "y": 0.3, "width": 0.2, "height": 0.4}
    crop = ""
    if category == "animal":
        crop = default_storage.save(crop_key(str(photo.id), index), ContentFile(MINI_JPEG))
    return Detection.objects.create(
        photo=photo, run=run, index=index, category=category, crop=crop,
        **{"confidence": 0.93, **place, **more},
    )  # fmt: skip


def seen(detection: Detection, degrees: float = 0.0, release: str = "nearest@1") -> Embedding:
    """Keep how an embedder sees an animal: as a direction in a plane."""
    angle = np.radians(degrees)
    vector = np.array([np.cos(angle), np.sin(angle)], np.float16).tobytes()
    return Embedding.objects.create(detection=detection, release=release, vector=vector)


def vote(detection: Detection, expert: str = "mammals", **more) -> Vote:
    values = {"release": f"{expert}@3", "weight": 1.0, "scores": ELEPHANT_SCORES, "none": 0.02}
    return Vote.objects.create(detection=detection, expert=expert, **{**values, **more})


def elephant(detection: Detection, taxon: species.Taxon, **more) -> Identification:
    """Make the answer "African savanna elephant", or another one by overriding."""
    walk = [
        ["animalia", "kingdom", 0.98, True],
        ["chordata", "phylum", 0.98, True],
        ["mammalia", "class", 0.98, True],
        ["proboscidea", "order", 0.98, True],
        ["elephantidae", "family", 0.98, True],
        ["loxodonta", "genus", 0.96, True],
        ["loxodonta-africana", "species", 0.91, True],
    ]
    values = {
        "taxon": taxon, "confidence": 0.91, "agreement": 1.0, "reason": "species", "walk": walk,
        "runners_up": ELEPHANT_SCORES[1:],
    }  # fmt: skip
    return Identification.objects.create(detection=detection, **{**values, **more})


def answered(photo: Photo, taxon: species.Taxon, animals: int = 1, **more) -> Run:
    """Finish a photo with some animals of one taxon, each with two votes."""
    made = run(photo)
    for index in range(animals):
        found = box(photo, made, index)
        vote(found)
        vote(found, "general", release="general@1", weight=0.6)
        elephant(found, taxon, **more)
    return made


SCENE = (
    pipeline.Detection("", 0, "animal", 0.91, (0.1, 0.3, 0.3, 0.4), "crops/0.jpg"),
    pipeline.Detection("", 1, "animal", 0.74, (0.6, 0.3, 0.3, 0.4), "crops/1.jpg"),
    pipeline.Detection("", 2, "person", 0.88, (0.4, 0.1, 0.1, 0.3)),
)
"""Two animals and a person, as the detector gives them."""


def going_on(photo: Photo, *ended: str, silent: str = "") -> Run:
    """Make a run that is on its way and has done the steps `ended`, with what they said.

    It looks at another photo as well. The expert `silent` abstains.
    """
    other = str(uuid4())
    made = run(photo, state="running", steps=())
    both = (str(photo.id), other)
    crops = [
        pipeline.Crop(one, index, "", False, (("mammal", 0.97), ("bird", 0.03)), EARLY_EXPERTS)
        for one in both
        for index in (0, 1)
    ]
    votes = tuple(
        pipeline.Vote(one.photo_id, one.index, (("loxodonta-africana", 0.8),), 0.2) for one in crops
    )
    values: dict[str, object] = {
        "detect": [
            pipeline.Scene(
                one, 2048, 1536, "", tuple(replace(found, photo_id=one) for found in SCENE)
            )
            for one in both
        ],
        "sort": crops,
        "fuse": [
            pipeline.Identification(
                one.photo_id, one.index, "loxodonta-africana", "species", 0.86, 1.0, "species"
            )
            for one in crops
        ],
    }
    for name in EARLY_EXPERTS:
        reason = "The network gave no usable answer." if name == silent else ""
        values[f"expert.{name}"] = pipeline.Ballot(
            name, f"{name}@1", 1.0, (), () if reason else votes, reason
        )
    now = timezone.now()
    for step in ended:
        ballot = values[step]
        StepResult.objects.create(
            run=made,
            step=step,
            value=msgspec.json.encode(ballot),
            error=ballot.abstention if isinstance(ballot, pipeline.Ballot) else "",
            started_at=now,
            finished_at=now + timedelta(milliseconds=84),
        )
    return made
