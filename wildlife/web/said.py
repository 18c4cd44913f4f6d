"""What each step of the graph said of one photo, in a few lines for its box in the picture."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from pipelines.identify import Lineup, expert_step
from wildlife.web import wording
from wildlife.web.findings import Finding
from wildlife.web.summary import beside
from wildlife.web.votes import ExpertVote

LINES = 4
TOP_ANSWERS = 3
"""Of an expert where the photo has a single animal; with several, one for each."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a step said. `number` is that of the animal where there are several."""

    words: str
    share: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a step said, and how much that weighs: `weight` is None where it does not vote."""

    lines: tuple[Line, ...] = ()
    more: str = ""
    weight: float | None = None


def said_of(found: Sequence[Finding], who: Lineup) -> dict[str, Said]:
    """Return by step what is known that it said, and the weights of all experts."""
    candidates = [one for one in found if one.category == "animal"]
    several = len(candidates) > 1
    said = {
        "detect": Said(tuple(_detected(found))),
        "sort": _said(
            Line(one.groups, number=one.number if several else None)
            for one in candidates
            if one.groups
        ),
        "fuse": _said(
            Line(one.answer.title, one.answer.percent, one.number if several else None)
            for one in candidates
            if one.answer
        ),
    }
    for member in who.experts:
        votes = [
            (one.number, vote)
            for one in candidates
            for vote in one.votes
            if vote.expert == member.name
        ]
        lines = _firsts(votes) if several else _tops(votes)
        said[expert_step(member)] = _said(lines, member.weight)
    return said


def _detected(found: Sequence[Finding]) -> Iterable[Line]:
    boxed = [one for one in found if not one.whole_image]
    counts = Counter(one.category for one in boxed)
    if animals := counts["animal"]:
        yield Line(wording.animals(animals))
    if others := beside(counts):
        yield Line(others)


def _firsts(votes: Iterable[tuple[int, ExpertVote]]) -> Iterable[Line]:
    for number, vote in votes:
        if vote.first:
            yield Line(vote.first.name.title, vote.first.percent, number)


def _tops(votes: Iterable[tuple[int, ExpertVote]]) -> Iterable[Line]:
    for _number, vote in votes:
        for bar in vote.bars[:TOP_ANSWERS]:
            yield Line(bar.name.title, bar.percent)


def _said(lines: Iterable[Line], weight: float | None = None) -> Said:
    every = tuple(lines)
    hidden = len(every) - LINES
    if hidden <= 0:
        return Said(every, weight=weight)
    more = ngettext("and %(count)d more", "and %(count)d more", hidden) % {"count": hidden}
    return Said(every[:LINES], more, weight)
