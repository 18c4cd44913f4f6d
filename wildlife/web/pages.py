"""What the home page and the result page show, gathered in a fixed number of queries."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wildlife.identifications import lineup
from wildlife.identifications.models import Detection, Identification, Run
from wildlife.identifications.selectors import graph_picture, latest_run
from wildlife.photos.models import Photo
from wildlife.species.selectors import species_cards
from wildlife.web import wording
from wildlife.web.findings import Answer, Finding, findings_of, identification_of, in_words, name_in
from wildlife.web.graph import Column, Progress, columns_of, progress_of
from wildlife.web.names import Name, names_of
from wildlife.web.species import SpeciesPanel, panels_of

PENDING = (Photo.State.WAITING, Photo.State.RUNNING)


@dataclass(frozen=True, slots=True)
class Tile:
    """One photo in the grid. `crop` is the index of the close-up to show, if there is one."""

    photo: Photo
    title: str
    note: str
    confidence: float | None
    crop: int | None

    @property
    def pending(self) -> bool:
        return self.photo.state in PENDING

    @property
    def percent(self) -> str:
        return "" if self.confidence is None else wording.percent(self.confidence)

    @property
    def width(self) -> str:
        """The bar's length as an SVG attribute."""
        return f"{(self.confidence or 0) * 100:.1f}%"


@dataclass(frozen=True, slots=True)
class Result:
    """A finished photo: the answer, what it rests on, and what is known of the species."""

    headline: str
    animals: tuple[Finding, ...]
    empty: Answer | None
    others: tuple[Finding, ...]
    boxes: tuple[Finding, ...]
    species: tuple[SpeciesPanel, ...]
    columns: tuple[Column, ...]

    @property
    def single(self) -> bool:
        """Whether one answer is the whole page's."""
        return len(self.animals) == 1


@dataclass(frozen=True, slots=True)
class Live:
    """A photo that is not finished: how far it is, and when to ask again.

    `version` changes whenever something on the page would; `every` is in milliseconds.
    """

    progress: Progress
    columns: tuple[Column, ...]
    version: str
    every: int


def with_answers(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    """Fetch what `tiles` reads along with the photos."""
    detections = Detection.objects.select_related("identification__taxon")
    return photos.prefetch_related(Prefetch("detections", detections))


def tiles(photos: Iterable[Photo]) -> list[Tile]:
    """Return the grid's tiles for photos fetched with `with_answers`."""
    shown = list(photos)
    answers = [
        answer
        for photo in shown
        for row in photo.detections.all()
        if (answer := identification_of(row))
    ]
    names = names_of(answer.taxon.slug for answer in answers if answer.taxon)
    return [_tile(photo, names) for photo in shown]


def result_of(photo: Photo) -> Result:
    """Return all that the result page of a finished photo shows."""
    run = latest_run(photo)
    found = findings_of(photo, _titles(run))
    animals = tuple(one for one in found if one.is_animal)
    empty = next((one.answer for one in found if one.answer and not one.is_animal), None)
    taxa = {one.answer.taxon: None for one in animals if one.answer and one.answer.taxon}
    return Result(
        headline=_headline(one.title for one in animals),
        animals=animals,
        empty=empty,
        others=tuple(one for one in found if one.answer is None),
        boxes=tuple(one for one in found if not one.whole_image),
        species=panels_of(species_cards(taxa)),
        columns=columns_of(graph_picture(photo)),
    )


def live_of(photo: Photo) -> Live:
    """Return how far a photo is that waits or runs."""
    picture = graph_picture(photo)
    progress = progress_of(picture)
    if picture and photo.state == Photo.State.WAITING:
        progress = Progress(_("Waiting for its turn…"), 0, progress.total)
    every = _pace(photo)
    seen = repr((photo.state, picture, every))
    version = hashlib.sha256(seen.encode()).hexdigest()[:12]
    return Live(progress, columns_of(picture), version, every)


def may_be_tried_again(photo: Photo) -> bool:
    """Whether a failure was not the photo's own: its run failed, so that another may not."""
    run = latest_run(photo)
    return run is not None and run.state == Run.State.FAILED


def _pace(photo: Photo) -> int:
    """Milliseconds until the page asks again: often at first, seldom where there is a backlog."""
    age = (timezone.now() - photo.received_at).total_seconds()
    if age < 10:
        return 400
    return 1000 if age < 60 else 3000


def _titles(run: Run | None) -> dict[str, str]:
    if run is None:
        return {}
    return {one.name: one.title or one.name for one in lineup.from_json(run.lineup).experts}


def _headline(titles: Iterable[str]) -> str:
    counted = Counter(titles)
    return ", ".join(
        f"{title} × {count}" if count > 1 else title for title, count in counted.most_common()
    )


def _beside(categories: Counter[str]) -> str:
    parts = []
    if people := categories[Detection.Category.PERSON]:
        parts.append(wording.people(people))
    if vehicles := categories[Detection.Category.VEHICLE]:
        parts.append(wording.vehicles(vehicles))
    return _(" and ").join(parts)


def _tile(photo: Photo, names: Mapping[str, Name]) -> Tile:
    rows = list(photo.detections.all())
    answers = [answer for row in rows if (answer := identification_of(row))]
    named = [answer for answer in answers if answer.reason != Identification.Reason.NO_ANIMAL]
    best = max(named or answers, key=lambda answer: answer.confidence, default=None)
    crop = next((row.index for row in rows if row.crop), None)
    title, note = str(photo.get_state_display()), ""
    if photo.state == Photo.State.DONE:
        title = _headline(in_words(answer, name_in(answer, names))[0] for answer in named) or _(
            "No animal"
        )
        note = _beside(Counter(row.category for row in rows))
    elif photo.state == Photo.State.FAILED:
        title, note = _("Could not be looked at"), photo.failure
    return Tile(photo, title, note, best.confidence if best else None, crop)
