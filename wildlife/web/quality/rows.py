"""The figures with names and words, ready for the page and the table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from wildlife.identifications.models import Verdict
from wildlife.review.quality import Acceptance, Confusion, Label, LabelScore, Quality, Score, Share
from wildlife.species.models import Taxon
from wildlife.web.names import Name, names_of


@dataclass(frozen=True, slots=True)
class Figure:
    """A share as it is read: "94%", "91–96%", "188 of 200"; "" where nothing is known."""

    share: str
    between: str
    counts: str
    width: str


@dataclass(frozen=True, slots=True)
class Line:
    """An expert, or a taxon or kind with its name."""

    title: str
    scientific: str
    accuracy: Figure | None
    precision: Figure
    recall: Figure
    judged: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """What was taken for what."""

    said: str
    truth: str
    count: int
    photos: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Would:
    """What accepting from `percent` on would have done, and would do to what waits now."""

    percent: int
    accepted: Figure
    right: Figure
    left: int
    wrong: int
    waiting: int
    taken: int

    @property
    def kept(self) -> int:
        return self.waiting - self.taken


class Labels:
    """What labels are called in the page's language; looked up together, in three queries."""

    def __init__(self, labels: Iterable[Label]) -> None:
        ids = {label for label in labels if isinstance(label, int)}
        self._slugs: dict[int, str] = dict(
            Taxon.objects.filter(pk__in=ids).values_list("pk", "slug")
        )
        self._names: Mapping[str, Name] = names_of(self._slugs.values()) if ids else {}

    def name(self, label: Label) -> Name | None:
        return self._names.get(self._slugs.get(label, "")) if isinstance(label, int) else None

    def title(self, label: Label) -> str:
        """Return the common name where there is one, or what is no taxon in words."""
        if name := self.name(label):
            return name.title
        if label == Verdict.Kind.ANIMAL:
            return _("Animal without a name")
        return str(Verdict.Kind(label).label) if label in Verdict.Kind.values else str(label)

    def scientific(self, label: Label) -> str:
        """Return the scientific name, "" where the title says it, or where there is none."""
        name = self.name(label)
        return name.scientific if name and name.common else ""


def figure(share: Share) -> Figure:
    """Return a share in words."""
    if share.value is None:
        return Figure("–", "", "", "0")
    low, high = share.interval
    counts = _("%(right)s of %(of)s") % {"right": f"{share.right:,}", "of": f"{share.of:,}"}
    between = f"{100 * low:.0f}–{100 * high:.0f}%"
    return Figure(f"{100 * share.value:.1f}%", between, counts, f"{100 * share.value:.1f}%")


def line_of(title: str, score: Score) -> Line:
    """Return the figures of the whole ensemble, or of one expert."""
    return Line(
        title,
        "",
        figure(score.accuracy),
        figure(score.precision),
        figure(score.recall),
        score.judged,
    )


def label_lines(scores: Iterable[LabelScore], labels: Labels) -> list[Line]:
    """Return a line for each taxon and kind."""
    return [
        Line(
            labels.title(one.label),
            labels.scientific(one.label),
            None,
            figure(one.precision),
            figure(one.recall),
        )
        for one in scores
    ]


def pairs_of(confusions: Iterable[Confusion], labels: Labels) -> list[Pair]:
    return [
        Pair(labels.title(one.said), labels.title(one.truth), one.count, one.photos)
        for one in confusions
    ]


def would(acceptance: Acceptance, waiting: int, taken: int) -> Would:
    """Return what accepting by itself does, in words. `taken` of `waiting` photos are so sure."""
    right = acceptance.right
    return Would(
        acceptance.percent,
        figure(acceptance.accepted),
        figure(right),
        acceptance.left,
        right.of - right.right,
        waiting,
        taken,
    )


COLUMNS = (
    "about",
    "name",
    *(
        f"{kind}{part}"
        for kind in ("accuracy", "precision", "recall")
        for part in ("", "Low", "High", "Right", "Of")
    ),
)


def table_of(made: Quality, labels: Labels) -> Iterable[tuple[object, ...]]:
    """Yield the rows of the CSV: the whole, each expert, each taxon and kind by its own name."""
    yield "all", "", *_all(made.whole.accuracy, made.whole.precision, made.whole.recall)
    for name, score in made.experts.items():
        yield "expert", name, *_all(score.accuracy, score.precision, score.recall)
    for one in made.labels:
        name_of = labels.name(one.label)
        about = "taxon" if isinstance(one.label, int) else "kind"
        told = name_of.scientific if name_of else one.label
        yield about, told, *_all(None, one.precision, one.recall)
    for acceptance in made.acceptances.values():
        yield "acceptAbove", acceptance.percent, *_all(acceptance.right, None, acceptance.accepted)


def _all(*shares: Share | None) -> list[object]:
    return [
        value
        for share in shares
        for value in (
            (share.value, *share.interval, share.right, share.of)
            if share and share.of
            else [""] * 5
        )
    ]
