"""What people said of a photo, as its page tells it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from wildlife.identifications.answers import Settled, Standing, settled_of
from wildlife.identifications.models import Verdict
from wildlife.photos.models import Photo
from wildlife.photos.selectors import may_with
from wildlife.projects.rights import Right, Somebody
from wildlife.web import wording
from wildlife.web.names import Name, names_of


@dataclass(frozen=True, slots=True)
class Word:
    """What was said of one thing on the photo; `name` is None where it is no named animal."""

    title: str
    name: Name | None
    standing: str
    sentence: str
    more: str


@dataclass(frozen=True, slots=True)
class About:
    """A box that a reader may speak of."""

    detection: int
    title: str


@dataclass(frozen=True, slots=True)
class Words:
    """All that people said, and the boxes that can be spoken of alone (none where it is one)."""

    said: tuple[Word, ...]
    boxes: tuple[About, ...]
    claim: str
    """What somebody named, new to the project, that the reader may agree with; "" for nothing."""


def words_of(photo: Photo, reader: Somebody) -> Words:
    """Return what people said of a photo that is done, in a fixed number of queries."""
    things = settled_of([photo.pk]).get(photo.pk, [])
    taxa = {thing.taxon for thing in things} | {
        verdict.taxon for thing in things for verdict in thing.verdicts
    }
    names = names_of({taxon.slug for taxon in taxa if taxon is not None})
    boxes = [one for one in things if one.detection is not None]
    return Words(
        said=tuple(_word(one, names, photo, reader) for one in things if one.verdicts),
        boxes=tuple(
            About(one.detection.pk, f"{number} {_title(one.kind, one.taxon, names)}")
            for number, one in enumerate(boxes, start=1)
            if one.detection is not None
        )
        if len(boxes) > 1
        else (),
        claim=_claim(things, names, photo, reader),
    )


def _claim(
    things: Sequence[Settled], names: dict[str, Name], photo: Photo, reader: Somebody
) -> str:
    """Return the first such name: of somebody else, or for those who may confirm their own."""
    for claim in (one.claim for one in things):
        if claim and (claim.given_by != reader or may_with(reader, Right.CURATE, photo)):
            return _title(claim.kind, claim.taxon, names)
    return ""


def _word(thing: Settled, names: dict[str, Name], photo: Photo, reader: Somebody) -> Word:
    verdict = thing.verdict or thing.claim or thing.verdicts[0]
    agreeing = _agreeing(thing, verdict)
    who = wording.listed(dict.fromkeys(_who(one, photo, reader) for one in agreeing))
    sentence = {
        Standing.CONFIRMED: _("Confirmed by %(who)s."),
        Standing.CORRECTED: _("Said by %(who)s; the models say something else."),
        Standing.HALF: _("Said by %(who)s; a second reviewer is wanted."),
        Standing.NEW: _(
            "Said by %(who)s; new to this project, so it counts once somebody else agrees, or a "
            "curator confirms it."
        ),
        Standing.DISPUTED: _("Reviewers said different things, so it is open."),
    }.get(thing.standing, _("Looked at by %(who)s, who was not sure."))
    return Word(
        title=_title(verdict.kind, verdict.taxon, names),
        name=names.get(verdict.taxon.slug) if verdict.taxon else None,
        standing=thing.standing.value,
        sentence=sentence % {"who": who},
        more=wording.listed(_more(verdict)),
    )


def _agreeing(thing: Settled, verdict: Verdict) -> Sequence[Verdict]:
    told = (verdict.kind, verdict.taxon_id)
    return [one for one in thing.verdicts if (one.kind, one.taxon_id) == told]


def _who(verdict: Verdict, photo: Photo, reader: Somebody) -> str:
    if verdict.given_by is not None:
        return _("you") if verdict.given_by == reader else verdict.given_by.get_username()
    # Of a guest's photo nobody but the guest speaks without a name.
    if not verdict.source and photo.guest and not reader.is_authenticated:
        return _("you")
    return verdict.source or _("somebody")


def _title(kind: str, taxon: object, names: dict[str, Name]) -> str:
    name = names.get(getattr(taxon, "slug", ""))
    if name is not None:
        return name.title
    if kind == Verdict.Kind.ANIMAL:
        return _("An animal, kind not known")
    return str(Verdict.Kind(kind).label)


def _more(verdict: Verdict) -> list[str]:
    told = [f"{verdict.count} ×"] if verdict.count else []
    told += [str(verdict.get_sex_display())] if verdict.sex else []
    told += [str(verdict.get_life_stage_display())] if verdict.life_stage else []
    return told + ([verdict.behaviour] if verdict.behaviour else [])
