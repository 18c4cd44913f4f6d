"""What people say in a file, as verdicts without a user: each person of a file has one say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports.entries import Said, WrongValue
from wildlife.exchange.imports.names import Names
from wildlife.identifications.answers import box_of
from wildlife.identifications.models import Verdict
from wildlife.identifications.verdicts import Word, columns_of

LONGEST_SOURCE = 80
_SAME = 1e-4
"""Shares of a photo that boxes differ by when they were written down with fewer digits."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A word about a box of a photo, who said it, and when where that is told."""

    photo_id: UUID
    said: Said
    word: Word

    @property
    def source(self) -> str:
        return (self.said.person or "")[:LONGEST_SOURCE]


def together(said: Iterable[Said]) -> tuple[list[Said], list[WrongValue]]:
    """Join what one person says of one box: several rows of one animal are added up.

    Of different animals without boxes only the first can be kept; a blank beside one is none.
    """
    kept: dict[tuple[object, ...], Said] = {}
    wrong: list[WrongValue] = []
    for one in said:
        place = (one.person, one.box)
        other = kept.get(place)
        if other is None or other.kind in ("no_animal", "unsure"):
            kept[place] = one
        elif one.kind in ("no_animal", "unsure"):
            continue
        elif (one.kind, one.names) == (other.kind, other.names):
            kept[place] = _sum(other, one)
        else:
            told = ", ".join((other.names or (other.kind,))[:1] + (one.names or (one.kind,))[:1])
            reason = _("Of several animals (%(names)s) without boxes only the first can be kept.")
            wrong.append(WrongValue("several_animals", reason, names=told))
    return list(kept.values()), wrong


def _sum(one: Said, other: Said) -> Said:
    return replace(
        one,
        count=(one.count or 1) + (other.count or 1),
        sex=one.sex if one.sex == other.sex else "",
        life_stage=one.life_stage if one.life_stage == other.life_stage else "",
        behaviour=one.behaviour if one.behaviour == other.behaviour else "",
        at=max(filter(None, (one.at, other.at)), default=None),
    )


def word_of(said: Said, names: Names) -> Word:
    """Return what is said as a verdict keeps it. Raises WrongValue for an unknown taxon."""
    taxon = names.taxon(said.names) if said.kind == Verdict.Kind.ANIMAL and said.names else None
    return Word(said.kind, taxon, said.count, said.sex, said.life_stage, said.behaviour)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Sentences by what they change; `rows` are the ones that are changed."""

    new: list[Sentence]
    changed: list[tuple[Verdict, Sentence]]
    same: int


def compared(sentences: Sequence[Sentence]) -> Spoken:
    """Compare sentences with what is here. One query.

    What a member of the same name said is theirs: it counts where it is the same, and is never
    changed.
    """
    there: dict[tuple[UUID, str], list[Verdict]] = {}
    ids = {one.photo_id for one in sentences}
    for row in Verdict.objects.filter(photo__in=ids).select_related("given_by"):
        name = row.given_by.get_username() if row.given_by else row.source
        there.setdefault((row.photo_id, name), []).append(row)
    spoken = Spoken([], [], 0)
    same = 0
    for one in sentences:
        rows = [row for row in there.get((one.photo_id, one.source), ()) if _alike(row, one)]
        if any(_agrees(row, one.word) for row in rows):
            same += 1
            continue
        imported = next((row for row in rows if row.given_by_id is None), None)
        if imported is None:
            spoken.new.append(one)
        else:
            spoken.changed.append((imported, one))
    return replace(spoken, same=same)


def speak(spoken: Spoken) -> set[UUID]:
    """Write verdicts, with their history; return the photos of them.

    To be called in a transaction, with `verdicts.changed` afterwards, once for all of them.
    """
    dated: list[tuple[int, datetime]] = []
    touched: set[UUID] = set()
    rows = [(_row(one), one) for one in spoken.new] + spoken.changed
    for row, one in rows:
        for name, value in columns_of(one.word).items():
            setattr(row, name, value)
        row.save()
        touched.add(row.photo_id)
        if one.said.at is not None:
            dated.append((row.pk, one.said.at))
    for pk, at in dated:  # a save gives the moment of the save
        Verdict.objects.filter(pk=pk).update(given_at=at)
    return touched


def _row(one: Sentence) -> Verdict:
    x, y, width, height = one.said.box
    return Verdict(photo_id=one.photo_id, x=x, y=y, width=width, height=height, source=one.source)


def _alike(row: Verdict, one: Sentence) -> bool:
    pairs = zip(box_of(row), one.said.box, strict=True)
    return all(abs(mine - theirs) <= _SAME for mine, theirs in pairs)


def _agrees(row: Verdict, word: Word) -> bool:
    """Whether a verdict says all that a word does; what a file does not tell contradicts none."""
    if (row.kind, row.taxon_id) != (word.kind, word.taxon.pk if word.taxon else None):
        return False
    told = ("count", "sex", "life_stage", "behaviour")
    return all(getattr(word, one) in (None, "", getattr(row, one)) for one in told)
