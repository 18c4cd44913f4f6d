"""Answers written by hand, as a run would have written them."""

from collections.abc import Callable
from threading import Lock

from django.utils import timezone

from pipelines.keys import crop_key
from tests.photos.build import put
from wildlife.identifications.models import Detection, Identification, Run, Vote
from wildlife.photos.models import Photo
from wildlife.species.index import refresh
from wildlife.species.models import CommonName, ConservationAssessment, Range, Taxon

LINEUP = {"detector": {"name": "finder", "release": "finder@1", "threshold": 0.3}}
LINEAGE = [
    ("animalia", "Animalia", "kingdom"),
    ("mammalia", "Mammalia", "class"),
    ("elephantidae", "Elephantidae", "family"),
    ("loxodonta", "Loxodonta", "genus"),
    ("loxodonta-africana", "Loxodonta africana", "species"),
]


def elephants() -> Taxon:
    """The way to the African elephant, with a name, a status and a country; and a forest one."""
    parent = None
    for slug, name, rank in LINEAGE:
        parent = Taxon.objects.create(slug=slug, scientific_name=name, rank=rank, parent=parent)
    assert parent is not None
    Taxon.objects.create(
        slug="loxodonta-cyclotis",
        scientific_name="Loxodonta cyclotis",
        rank="species",
        parent=parent.parent,
    )
    CommonName.objects.create(
        taxon=parent, language="en", name="African bush elephant", preferred=True
    )
    ConservationAssessment.objects.create(taxon=parent, category="EN", year=2021)
    Range.objects.create(taxon=parent, country="KEN")
    refresh()
    parent.refresh_from_db()
    return parent


def answered(photo: Photo, taxon: Taxon, animals: int = 1) -> Run:
    """Finish a photo with so many elephants and one person."""
    run = Run.objects.create(
        lineup=LINEUP, alive_at=timezone.now(), state="done", finished_at=timezone.now()
    )
    run.photos.add(photo)
    photo.state = "done"
    photo.preview = f"previews/{photo.pk}.jpg"
    photo.width, photo.height, photo.finished_at = 2048, 1536, timezone.now()
    photo.save()
    put(photo.preview, b"preview")
    for index in range(animals):
        crop = crop_key(str(photo.pk), index)
        put(crop, b"crop")
        detection = _detection(photo, run, index, "animal", crop=crop, groups=[["mammal", 0.98]])
        _votes(detection)
        _answer(detection, taxon)
    _detection(photo, run, animals, "person")
    return run


def answering(taxon: Taxon) -> Callable[[], None]:
    """Return what takes the place of dispatching: all that waits is answered, by one at a time."""
    one_at_a_time = Lock()

    def answer() -> None:
        with one_at_a_time:
            for photo in Photo.objects.filter(state="waiting"):
                answered(photo, taxon)
                Photo.objects.filter(pk=photo.pk).update(taxon=taxon, confidence=0.87)

    return answer


def _detection(photo: Photo, run: Run, index: int, category: str, **values: object) -> Detection:
    return Detection.objects.create(
        photo=photo,
        run=run,
        index=index,
        category=category,
        confidence=0.9,
        x=0.1,
        y=0.2,
        width=0.3,
        height=0.4,
        **values,
    )


def _votes(detection: Detection) -> None:
    scores = [["loxodonta-africana", 0.8], ["loxodonta-cyclotis", 0.1], ["gone-since", 0.05]]
    Vote.objects.create(
        detection=detection,
        expert="mammals",
        release="mammals@2",
        weight=1.0,
        scores=[*scores, *([f"rest-{n}", 0.001] for n in range(20))],
        none=0.03,
    )
    Vote.objects.create(
        detection=detection,
        expert="birds",
        release="birds@1",
        weight=0.5,
        abstention="The weights of birds@1 are not on this machine.",
    )


def _answer(detection: Detection, taxon: Taxon) -> None:
    Identification.objects.create(
        detection=detection,
        taxon=taxon,
        confidence=0.87,
        agreement=1.0,
        reason="species",
        walk=[["mammalia", "class", 0.99, True], ["loxodonta-africana", "species", 0.87, True]],
        runners_up=[["loxodonta-cyclotis", 0.1]],
    )
