"""Photos of one camera that follow each other closely are one event, with one answer.

E1  Photos in the order of their times belong together as long as no gap is longer than the set one.
E2  Each animal that a model named lays its mass on the tree: its answer's, less what its runners-up
    below that answer have, and theirs. It lays no more than 1; what it cannot name is laid nowhere.
E3  Where people named animals of the event, theirs alone count, each with a mass of 1.
E4  The masses are summed over all animals and walked down by R5 and R6 of `pipelines.fusion`.
E5  The event has as many animals as the photo with most of them: those in boxes, or as many as
    somebody counted.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from pipelines.rules import Rules
from pipelines.taxonomy import RANKS, Tree
from pipelines.walking import sum_upward, walk_down


class _Key(Hashable, Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


Key = TypeVar("Key", bound=_Key)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One animal on one photo, as it is settled: by a person, or else by the vote.

    `taxon` is "" where none is claimed; `runners_up` are (taxon, share of its own); `count` is how
    many somebody counted on the photo.
    """

    photo_id: str
    taxon: str = ""
    confidence: float = 0.0
    runners_up: tuple[tuple[str, float], ...] = ()
    by_person: bool = False
    count: int = 1


@dataclass(frozen=True, slots=True)
class EventAnswer:
    """What an event shows: a taxon ("" for none), its share of the mass, and how many at once."""

    taxon: str
    confidence: float | None
    count: int


def visits(photos: Iterable[tuple[datetime, Key]], gap: timedelta) -> list[list[Key]]:
    """E1: return the keys of photos, event by event, in the order of their times.

    Of photos of the same moment the lesser key comes first, so the order given plays no part.
    """
    events: list[list[Key]] = []
    last: datetime | None = None
    for moment, key in sorted(photos):
        if last is None or moment - last > gap:
            events.append([])
        events[-1].append(key)
        last = moment
    return events


def answer_of(sightings: Sequence[Sighting], *, tree: Tree, rules: Rules) -> EventAnswer:
    """E2 to E5: return what an event shows. A taxon that the tree does not know claims nothing."""
    boxes = Counter(one.photo_id for one in sightings)
    count = max((max(boxes[one.photo_id], one.count) for one in sightings), default=0)  # E5
    known = [one for one in sightings if one.by_person and tree.current(one.taxon)]
    heard = known or [one for one in sightings if not one.by_person]  # E3
    laid: dict[str, float] = {}
    for one in sorted(heard, key=lambda one: (one.photo_id, one.taxon, one.runners_up)):
        for key, mass in _laid_by(one, tree).items():
            laid[key] = laid.get(key, 0.0) + mass / len(heard)
    steps = walk_down(sum_upward([laid], tree), {}, tree, rules)
    taken = [step for step in steps if step.taken]
    if not taken or RANKS.index(taken[-1].rank) < RANKS.index("class"):  # R6
        return EventAnswer("", None, count)
    return EventAnswer(taken[-1].taxon, taken[-1].mass, count)


def _laid_by(one: Sighting, tree: Tree) -> dict[str, float]:
    """E2: return the mass that one animal lays on each taxon itself."""
    answer = tree.current(one.taxon)
    if one.by_person:
        return {answer: 1.0} if answer else {}
    own: dict[str, float] = {}
    below = 0.0
    for slug, share in one.runners_up:
        if key := tree.current(slug):
            own[key] = own.get(key, 0.0) + share
            if any(node.key == answer for node in tree.lineage(key)):
                below += share
    if answer:
        own[answer] = own.get(answer, 0.0) + max(0.0, one.confidence - below)
    total = max(1.0, sum(own.values()))
    return {key: mass / total for key, mass in own.items() if mass > 0}
