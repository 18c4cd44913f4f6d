"""Taxa as an import sees them, known or only about to be made, and which one a record means."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.taxonomy import RANKS
from wildlife.species.imports.records import Ancestor
from wildlife.species.models import Taxon

_ABOVE_GENUS = frozenset(RANKS[: RANKS.index("genus")]) - {"kingdom", "phylum", "subphylum"}
_TELLING = ("class", "order", "family")


class Doubt(Exception):
    """Why it cannot be said which taxon a record means, or why it does not fit into the tree."""


@dataclass(slots=True, eq=False)
class Node:
    """A taxon. `pk` is 0 and `row` unsaved until it is written; a synonym has `accepted`."""

    pk: int
    name: str
    rank: str
    parent: "Node | None" = None
    accepted: "Node | None" = None
    row: Taxon | None = None
    key: str = ""
    """That of the record of this run that meant it, blank as long as none did."""

    def line(self) -> Iterator["Node"]:
        """Yield itself and all above it."""
        here: Node | None = self
        while here is not None:
            yield here
            here = here.parent

    def is_(self, other: "Node | None") -> bool:
        """Whether both are the same taxon: a known one is another object in each batch."""
        return self is other or (other is not None and self.pk != 0 and self.pk == other.pk)

    def hangs_on(self, other: "Node") -> bool:
        """Whether `other` is this taxon or one above it."""
        return any(one.is_(other) for one in self.line())

    def __str__(self) -> str:
        return self.name


Lineage = dict[str, str]
"""Names by rank."""


def lineage_of(node: Node | None) -> Lineage:
    return {} if node is None else {one.rank: one.name for one in node.line()}


def named(ancestors: Iterable[Ancestor]) -> Lineage:
    return {one.rank: one.name for one in ancestors}


def agreement(node: Node, lineage: Lineage) -> int:
    """Return 1 where a taxon's own lineage speaks for another one, -1 against it, 0 for neither.

    Kingdoms decide at once. Else one group in common is enough, whatever rank each gives it; where
    class, order and family are all different it is a homonym. The phylum counts where nothing
    below it can be compared.
    """
    own = lineage_of(node.parent)
    if _both(own, lineage, "kingdom") == -1:
        return -1
    groups = {name.casefold() for rank, name in own.items() if rank in _ABOVE_GENUS}
    if any(rank in _ABOVE_GENUS and name.casefold() in groups for rank, name in lineage.items()):
        return 1
    if any(_both(own, lineage, rank) for rank in _TELLING):
        return -1
    return _both(own, lineage, "phylum")


def _both(one: Lineage, other: Lineage, rank: str) -> int:
    if rank not in one or rank not in other:
        return 0
    return 1 if one[rank].casefold() == other[rank].casefold() else -1


def choose(candidates: list[Node], lineage: Lineage) -> Node | None:
    """Return the one of several taxa that a lineage fits, None where it fits none.

    Raises Doubt where it fits several alike.
    """
    for wanted in (1, 0):
        fitting = [node for node in candidates if agreement(node, lineage) == wanted]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise Doubt(
                f"{len(fitting)} taxa are called {fitting[0].name}: "
                "the lineage does not tell which is meant"
            )
    return None
