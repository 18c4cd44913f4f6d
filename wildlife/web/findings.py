"""What was found on a photo, as the result page shows it: rows in, frozen values out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pipelines.identify import Lineup
from pipelines.taxonomy import Tree
from wildlife.identifications.models import Detection, Identification
from wildlife.species.models import Taxon
from wildlife.web import whereabouts, wording
from wildlife.web.evidence import Evidence
from wildlife.web.names import Name, names_of
from wildlife.web.reasons import Reasons, groups_in, reasons_of
from wildlife.web.votes import Bar, ExpertVote, bars_of, groups_in_words, votes_of

ROOM_FOR_TAG = 0.1
"""Share of the photo: enough for a tag's height on a phone, and twice that for its width."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the walk down the tree."""

    bar: Bar
    taken: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer for one animal, in words.

    `note` says what `title` leaves open ("family Felidae, species not sure"); `name` is None
    where no taxon is claimed; `warning` is for a taxon that is not known from there.
    """

    title: str
    note: str
    name: Name | None
    taxon: Taxon | None
    reason: str
    kind: str
    confidence: float
    agreement: str
    warning: str = ""

    @property
    def percent(self) -> str:
        return wording.percent(self.confidence)

    @property
    def width(self) -> str:
        return f"{self.confidence * 100:.1f}%"

    @property
    def sure(self) -> str:
        return wording.confidence(self.confidence)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing on the photo. `number` is what its box and its answer share, from 1.

    While a run goes on an animal has no `answer`, and experts that have not voted are pending.
    `left`, `top`, `right`, `width`, `height` place the box as SVG attributes, in percent of the
    photo. Its tag stands above it where there is room, and on its right side near the edge.
    """

    number: int
    index: int
    category: str
    whole_image: bool
    seen: float
    groups: str
    left: str
    top: str
    right: str
    width: str
    height: str
    tag_above: bool
    tag_right: bool
    answer: Answer | None
    votes: tuple[ExpertVote, ...]
    walk: tuple[Step, ...]
    runners_up: tuple[Bar, ...]
    reasons: Reasons | None

    @property
    def title(self) -> str:
        if self.answer is not None:
            return self.answer.title
        if self.whole_image:
            return _("The whole photo")
        return {
            Detection.Category.PERSON.value: _("Person"),
            Detection.Category.VEHICLE.value: _("Vehicle"),
        }.get(self.category, _("Animal"))

    @property
    def is_animal(self) -> bool:
        """Whether it is, or may be, an animal: it then gets an answer of its own."""
        return self.category == Detection.Category.ANIMAL and not self.is_blank

    @property
    def is_blank(self) -> bool:
        """Whether it turned out to be no animal: a whole photo, or a box that was taken back."""
        return self.answer is not None and self.answer.kind == Identification.Reason.NO_ANIMAL

    @property
    def seen_percent(self) -> str:
        return wording.percent(self.seen)


def findings_of(
    evidence: Sequence[Evidence], who: Lineup | None, tree: Tree
) -> tuple[Finding, ...]:
    """Return all that was found on a photo, animals first and blanks last.

    `who` took part in the run. The number of queries does not depend on how much was found.
    """
    order = list(Detection.Category)
    ranked = sorted(
        evidence,
        key=lambda one: (
            one.answer is not None and one.answer.reason == Identification.Reason.NO_ANIMAL,
            order.index(Detection.Category(one.detection.category)),
            one.detection.index,
        ),
    )
    names = names_of(slug for one in ranked for slug in one.slugs())
    group_of = groups_in(tree)
    return tuple(
        _finding(number, one, names, who, tree, group_of)
        for number, one in enumerate(ranked, start=1)
    )


def in_words(answer: Identification, name: Name | None) -> tuple[str, str]:
    """Return what an answer says, and what it leaves open ("" for a species)."""
    reasons = Identification.Reason
    if answer.reason == reasons.NO_ANIMAL:
        return _("No animal"), ""
    if name is None:
        return _("An animal, kind not known"), ""
    return name.title, "" if answer.reason == reasons.SPECIES else _("species not sure")


def name_in(answer: Identification, names: Mapping[str, Name]) -> Name | None:
    """Return the names of the taxon that an answer claims, if it claims one."""
    return names.get(answer.taxon.slug) if answer.taxon else None


def _answer(one: Evidence, names: Mapping[str, Name]) -> Answer | None:
    answer = one.answer
    if answer is None:
        return None
    name = name_in(answer, names)
    title, note = in_words(answer, name)
    voters = sum(1 for vote in one.votes if not vote.abstention)
    return Answer(
        title=title,
        note=note,
        name=name,
        taxon=answer.taxon,
        reason=_reason(answer),
        kind=answer.reason,
        confidence=answer.confidence,
        agreement=wording.agreement(answer.agreement, voters) if answer.taxon else "",
        warning=whereabouts.warning(answer),
    )


def _reason(answer: Identification) -> str:
    return {
        Identification.Reason.SPECIES.value: _(
            "The experts' votes hold together down to the species."
        ),
        Identification.Reason.HIGHER_RANK.value: _(
            "Below this their votes part, so the answer stops here."
        ),
        Identification.Reason.UNKNOWN_ANIMAL.value: _(
            "Something was found, but no group of animals holds enough of the vote."
        ),
        Identification.Reason.NO_ANIMAL.value: _("Nothing on the photo looks like an animal."),
        Identification.Reason.NO_VOTES.value: _("Every expert abstained, so nobody named it."),
    }[answer.reason]


def _finding(
    number: int,
    one: Evidence,
    names: Mapping[str, Name],
    who: Lineup | None,
    tree: Tree,
    group_of: Callable[[str], str],
) -> Finding:
    row, identification = one.detection, one.answer
    titles = {expert.name: expert.title or expert.name for expert in who.experts} if who else {}
    answer = _answer(one, names)
    walk: tuple[Step, ...] = ()
    runners_up: tuple[Bar, ...] = ()
    reasons = None
    if identification is not None:
        walk = tuple(
            Step(Bar(names[slug], mass, leads=taken), taken)
            for slug, _rank, mass, taken in identification.walk
            if slug in names
        )
        runners_up = bars_of(identification.runners_up, names)
        if who is not None:
            reasons = reasons_of(row, identification, one.votes, who, names, tree, group_of)
    taxon = answer.name.slug if answer and answer.name else ""
    return Finding(
        number=number,
        index=row.index,
        category=row.category,
        whole_image=row.whole_image,
        seen=row.confidence,
        groups=groups_in_words(row.groups),
        left=_place(row.x),
        top=_place(row.y),
        right=_place(row.x + row.width),
        width=_place(row.width),
        height=_place(row.height),
        tag_above=row.y > ROOM_FOR_TAG,
        tag_right=row.x > 1 - 2 * ROOM_FOR_TAG,
        answer=answer,
        votes=votes_of(one.votes, one.awaited, names, titles, taxon),
        walk=walk,
        runners_up=runners_up,
        reasons=reasons,
    )


def _place(share: float) -> str:
    return f"{share * 100:.3f}%"
