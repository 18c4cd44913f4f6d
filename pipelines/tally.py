"""Plain votes, for those who want no more: each expert names one taxon, and the most votes win.

They know no tree: two experts that name two species of one genus do not agree.
"""

from collections.abc import Sequence

from pipelines.taxonomy import Tree
from pipelines.types import Crop, Identification

METHODS = ("weighted", "majority")
RUNNERS_UP = 5

Choice = tuple[str, float, tuple[str, float]]
"""An expert, its weight, and the taxon that it gives most with its probability."""


def count(crop: Crop, choices: Sequence[Choice], *, tree: Tree, method: str) -> Identification:
    """Return the taxon with most votes; confidence and agreement are its share of them.

    In a majority vote each expert has one vote, and of equals those win who are surer; in a
    weighted vote each has its weight times its probability.
    """
    votes: dict[str, float] = {}
    sureness: dict[str, float] = {}
    for _, weight, (taxon, probability) in choices:
        sureness[taxon] = sureness.get(taxon, 0.0) + weight * probability
        votes[taxon] = votes.get(taxon, 0.0) + (
            1.0 if method == "majority" else weight * probability
        )
    total = sum(votes.values())
    ranked = sorted(votes, key=lambda taxon: (-votes[taxon], -sureness[taxon], taxon))
    first, *others = ranked
    share = votes[first] / total
    rank = tree[first].rank
    return Identification(
        photo_id=crop.photo_id,
        index=crop.index,
        taxon=first,
        rank=rank,
        confidence=round(share, 5),
        agreement=round(sum(taxon == first for _, _, (taxon, _) in choices) / len(choices), 5),
        reason="species" if rank in ("species", "subspecies") else "higher_rank",
        runners_up=tuple((taxon, round(votes[taxon] / total, 5)) for taxon in others)[:RUNNERS_UP],
    )
