"""The taxonomic tree as the vote needs it: keys, ranks, parents, and names that lead to keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

RANKS = (
    "kingdom",
    "phylum",
    "subphylum",
    "class",
    "order",
    "suborder",
    "infraorder",
    "clade",
    "superfamily",
    "family",
    "subfamily",
    "tribe",
    "genus",
    "species",
    "subspecies",
)
"""Every rank that a taxon may have, from above to below."""


@dataclass(frozen=True, slots=True)
class Node:
    """An accepted taxon. `parent` is the key of the node above, "" at a root."""

    key: str
    name: str
    rank: str
    parent: str


class Tree:
    """An immutable forest of accepted taxa. Parents that are missing end the lineage."""

    def __init__(self, nodes: Iterable[Node], synonyms: Mapping[str, str] | None = None) -> None:
        """Build from accepted taxa and a mapping of other scientific names to their keys."""
        self._nodes = {node.key: node for node in nodes}
        self._keys = dict(synonyms or {})
        self._keys.update({node.name: node.key for node in self._nodes.values()})

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def __len__(self) -> int:
        return len(self._nodes)

    def __getitem__(self, key: str) -> Node:
        if (node := self.get(key)) is None:
            raise KeyError(key)
        return node

    def get(self, key: str) -> Node | None:
        """Return the accepted taxon with this key, None where there is none."""
        return self._nodes.get(key)

    def find(self, name: str) -> str:
        """Return the key of the accepted taxon with this scientific name or synonym, or ""."""
        return self._keys.get(name, "")

    def lineage(self, key: str) -> tuple[Node, ...]:
        """Return the nodes from the root down to `key`, both included.

        Raises ValueError where the tree runs in a circle.
        """
        path: list[Node] = []
        while node := self.get(key):
            path.append(node)
            if len(path) > 60:
                raise ValueError(f"the lineage of {path[0].key!r} runs in a circle")
            key = node.parent
        return tuple(reversed(path))
