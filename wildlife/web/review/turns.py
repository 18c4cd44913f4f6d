"""One turn of the queue: a photo with what the models say of it, ready to be answered by a key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wildlife.identifications.answers import Settled, settled_of
from wildlife.identifications.models import Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.review.queue import group_of, new_to
from wildlife.web import whereabouts, wording
from wildlife.web.names import Name, names_of

MOST_CHOICES = 6
"""Other answers that a digit chooses."""
MOST_STRIP = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """A box on the photo. Its place is in percent, as SVG attributes; `number` counts from 1."""

    number: int
    detection: int
    kind: str
    title: str
    left: str
    top: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that a digit chooses."""

    digit: int
    name: Name
    percent: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody said that wants a second look. `is_mine` is said of the reader's own word."""

    who: str
    what: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """`photo` is shown; `strip` are the photos of its event that are answered with it.

    `is_new` says that nobody vouches for its animal in this project yet, `claim` that somebody
    named one, `warning` that the animal is not listed for the country of the photo.
    """

    photo: Photo
    title: str
    name: Name | None
    percent: str
    sure: str
    others: str
    marks: tuple[Mark, ...]
    choices: tuple[Choice, ...]
    strip: tuple[Photo, ...]
    more_in_event: int
    is_new: bool
    standing: str
    claim: Claim | None
    warning: str


def turns_of(
    project: Project | None, photos: Sequence[Photo], reader: User, *, by_event: bool
) -> list[Turn]:
    """Return the turns of photos of a project, or of one's own; the number of queries does not
    depend on how many they are."""
    settled = settled_of(photo.pk for photo in photos)
    slugs = {slug for things in settled.values() for one in things for slug in _slugs(one)}
    names = names_of(slugs)
    taxa = {one.taxon.pk for things in settled.values() for one in things if one.taxon}
    new = new_to(project, taxa) if project else set()
    return [
        _turn(photo, settled.get(photo.pk, []), names, new, reader, by_event=by_event)
        for photo in photos
    ]


def _slugs(thing: Settled) -> list[str]:
    answer = getattr(thing.detection, "identification", None)
    taxa = [thing.taxon, *(one.taxon for one in thing.verdicts)]
    return [taxon.slug for taxon in taxa if taxon] + [
        slug for slug, _share in (answer.runners_up if answer else ())
    ]


def _turn(
    photo: Photo,
    things: Sequence[Settled],
    names: Mapping[str, Name],
    new: set[int],
    reader: User,
    *,
    by_event: bool,
) -> Turn:
    animals = [one for one in things if one.is_animal]
    surest = max(animals, key=lambda one: one.sureness or 0.0, default=None)
    name = names.get(surest.taxon.slug) if surest and surest.taxon else None
    sureness = surest.sureness if surest else None
    group = group_of(photo, by_event=by_event)
    return Turn(
        photo=photo,
        title=_title(surest, name, things),
        name=name,
        percent=wording.percent(sureness) if sureness is not None else "",
        sure=wording.confidence(sureness) if sureness is not None else "",
        others=_others(things, animals),
        marks=tuple(_mark(number, one, names) for number, one in enumerate(things, start=1)
                    if one.detection is not None and not one.detection.whole_image),
        choices=_choices(surest, names),
        strip=tuple(group[:MOST_STRIP]) if len(group) > 1 else (),
        more_in_event=max(0, len(group) - MOST_STRIP),
        is_new=surest is not None and surest.taxon is not None and surest.taxon.pk in new,
        standing=surest.standing.value if surest else "",
        claim=_claim(things, names, reader),
        warning=_warning(surest),
    )  # fmt: skip


def _warning(thing: Settled | None) -> str:
    """Return what to think of where the models name an animal that is not listed for its place."""
    answer = getattr(thing.detection, "identification", None) if thing else None
    return whereabouts.warning(answer) if answer and thing and not thing.by_people else ""


def _claim(things: Sequence[Settled], names: Mapping[str, Name], reader: User) -> Claim | None:
    """Return the newest word on a photo that wants a second look."""
    waiting = [one.claim for one in things if one.claim]
    if not waiting:
        return None
    word = max(waiting, key=lambda one: (one.given_at, one.pk))
    name = names.get(word.taxon.slug) if word.taxon else None
    is_mine = word.given_by_id == reader.pk
    who = word.given_by.get_username() if word.given_by else _("somebody")
    return Claim(_("you") if is_mine else who, name.title if name else str(word), is_mine)


def _title(surest: Settled | None, name: Name | None, things: Sequence[Settled]) -> str:
    if name is not None:
        return name.title
    if surest is not None:
        return _("An animal, kind not known")
    kinds = {one.kind for one in things}
    if Verdict.Kind.PERSON in kinds:
        return _("Person")
    if Verdict.Kind.VEHICLE in kinds:
        return _("Vehicle")
    return _("No animal")


def _others(things: Sequence[Settled], animals: Sequence[Settled]) -> str:
    """Return what else is on the photo, "" for nothing."""
    people = sum(one.kind == Verdict.Kind.PERSON for one in things)
    vehicles = sum(one.kind == Verdict.Kind.VEHICLE for one in things)
    parts = []
    if len(animals) > 1:
        parts.append(
            ngettext("%(count)d animal", "%(count)d animals", len(animals))
            % {"count": len(animals)}
        )
    if people:
        parts.append(ngettext("%(count)d person", "%(count)d people", people) % {"count": people})
    if vehicles:
        parts.append(
            ngettext("%(count)d vehicle", "%(count)d vehicles", vehicles) % {"count": vehicles}
        )
    return wording.listed(parts)


def _mark(number: int, thing: Settled, names: Mapping[str, Name]) -> Mark:
    assert thing.detection is not None
    left, top, width, height = (f"{100 * side:.2f}%" for side in thing.box)
    known = names.get(thing.taxon.slug) if thing.taxon else None
    return Mark(
        number=number,
        detection=thing.detection.pk,
        kind=thing.kind,
        title=known.title if known else str(Verdict.Kind(thing.kind).label),
        left=left,
        top=top,
        width=width,
        height=height,
    )


def _choices(surest: Settled | None, names: Mapping[str, Name]) -> tuple[Choice, ...]:
    answer = getattr(surest.detection, "identification", None) if surest else None
    claimed = surest.taxon.slug if surest and surest.taxon else ""
    shares = [(slug, share) for slug, share in (answer.runners_up if answer else ())]
    known = [(names[slug], share) for slug, share in shares if slug in names and slug != claimed]
    return tuple(
        Choice(digit, name, wording.percent(share))
        for digit, (name, share) in enumerate(known[:MOST_CHOICES], start=1)
    )
