"""From masses on taxa to an answer: upward by sums, downward by steps (R4 and R5 of
`pipelines.fusion`)."""

from collections.abc import Iterable, Mapping

from pipelines.rules import Rules
from pipelines.taxonomy import Tree
from pipelines.types import WalkStep


def sum_upward(laid: Iterable[Mapping[str, float]], tree: Tree) -> dict[str, float]:
    """R4: return each taxon's mass with all that lies below it, of what was laid on taxa."""
    summed: dict[str, float] = {}
    for masses in laid:
        for key, mass in masses.items():
            for node in tree.lineage(key):
                summed[node.key] = summed.get(node.key, 0.0) + mass
    return summed


def walk_down(
    summed: Mapping[str, float], unnamed: Mapping[str, float], tree: Tree, rules: Rules
) -> tuple[WalkStep, ...]:
    """R5: return the steps taken from the root, and the first one that was not.

    `summed` holds each taxon with all below it, `unnamed` what is of a class but of no known taxon.
    """
    children: dict[str, list[str]] = {}
    for key in sorted(summed):
        parent = tree[key].parent
        children.setdefault(parent if parent in tree else "", []).append(key)
    walk: list[WalkStep] = []
    here, held, raw = "", 1.0, 1.0
    while below := children.get(here):
        child = max(below, key=lambda key: summed[key])
        committed = sum(summed[key] for key in below) + unnamed.get(here, 0.0)
        whole = committed if committed >= rules.committed * raw else raw
        held = min(held, held * summed[child] / whole) if whole else 0.0
        walk.append(WalkStep(child, tree[child].rank, round(held, 5), held >= rules.walk))
        if held < rules.walk:
            break
        here, raw = child, summed[child]
    return tuple(walk)
