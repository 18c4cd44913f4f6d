"""The photos of the home page's grid."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from pipelines.taxonomy import Tree
from wildlife.identifications.models import Detection, Identification
from wildlife.photos.models import Photo
from wildlife.species.selectors import tree
from wildlife.told import told
from wildlife.web import wording
from wildlife.web.evidence import identification_of
from wildlife.web.findings import name_in
from wildlife.web.names import Name, names_of
from wildlife.web.summary import Summary, beside, summary_of

PENDING = (Photo.State.WAITING, Photo.State.RUNNING)


@dataclass(frozen=True, slots=True)
class Tile:
    """One photo in the grid. `crop` is the index of the close-up to show, if there is one.

    `confidence` is that of the first taxon in the title, or of "no animal".
    """

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


def with_answers(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    """Fetch what `tiles_of` reads along with the photos."""
    detections = Detection.objects.select_related("identification__taxon")
    return photos.select_related("taxon").prefetch_related(Prefetch("detections", detections))


def tiles_of(photos: Iterable[Photo]) -> list[Tile]:
    """Return the grid's tiles for photos fetched with `with_answers`."""
    shown = list(photos)
    slugs = {answer.taxon.slug for photo in shown for answer in _answers(photo) if answer.taxon}
    names = names_of(slugs | {photo.taxon.slug for photo in shown if photo.taxon})
    grown = tree()
    return [_tile(photo, names, grown) for photo in shown]


def _answers(photo: Photo) -> list[Identification]:
    return [answer for row in photo.detections.all() if (answer := identification_of(row))]


def _tile(photo: Photo, names: Mapping[str, Name], tree: Tree) -> Tile:
    if photo.state == Photo.State.FAILED:
        return Tile(photo, _("Could not be looked at"), told(photo.failure), None, None)
    if photo.state != Photo.State.DONE:
        return Tile(photo, str(photo.get_state_display()), "", None, None)
    rows = photo.detections.all()
    if photo.settled:
        return _settled(photo, rows, names)
    answers = _answers(photo)
    animals = [one for one in answers if one.reason != Identification.Reason.NO_ANIMAL]
    summary = summary_of([name_in(one, names) for one in animals], tree)
    notes = (
        "" if summary.complete else wording.animals(summary.animals),
        beside(_counted(photo)),
    )
    return Tile(
        photo=photo,
        title=summary.headline,
        note=wording.listed(notes),
        confidence=_confidence(summary, animals or answers),
        crop=next((row.index for row in rows if row.crop), None),
    )


def _settled(photo: Photo, rows: Iterable[Detection], names: Mapping[str, Name]) -> Tile:
    """Return the tile of a photo of which people have said what it is."""
    name = names.get(photo.taxon.slug) if photo.taxon else None
    if name is not None:
        title = name.title
    elif photo.blank:
        title = _("No animal")
    elif photo.people:
        title = _("Person")
    elif photo.vehicles:
        title = _("Vehicle")
    else:
        title = _("Looked at by people")
    others = [_("and others")] if photo.several_taxa else []
    notes = (*others, beside(_counted(photo)), _("confirmed by people"))
    crop = next((row.index for row in rows if row.crop), None)
    return Tile(photo, title, wording.listed(notes), None, crop)


def _counted(photo: Photo) -> Counter[str]:
    """Count what was found by category. What only people saw is there at least once."""
    counts = Counter(row.category for row in photo.detections.all())
    person, vehicle = Detection.Category.PERSON, Detection.Category.VEHICLE
    counts[person] = counts[person] or int(photo.people)
    counts[vehicle] = counts[vehicle] or int(photo.vehicles)
    return counts


def _confidence(summary: Summary, answers: list[Identification]) -> float | None:
    """Return the best confidence of the answers that lead the headline, None where none claims."""
    if summary.animals and not summary.shown:
        return None
    leads = summary.shown[0] if summary.shown else None
    return max(
        (one.confidence for one in answers if (one.taxon.slug if one.taxon else None) == leads),
        default=None,
    )
