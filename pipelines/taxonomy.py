"""The taxonomic tree as the vote needs it: keys, ranks, parents, and names that lead to keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models_registry.interfaces import Label

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

GROUP_OF_CLASS = {
    "Mammalia": "mammal",
    "Aves": "bird",
    "Reptilia": "reptile",
    "Amphibia": "amphibian",
    "Actinopterygii": "fish",
    "Chondrichthyes": "fish",
    "Sarcopterygii": "fish",
    "Petromyzonti": "fish",
    "Myxini": "fish",
    "Insecta": "insect",
    "Arachnida": "arachnid",
}
CLASS_OF_GROUP = {
    "mammal": "Mammalia",
    "bird": "Aves",
    "reptile": "Reptilia",
    "amphibian": "Amphibia",
    "fish": "Actinopterygii",
    "insect": "Insecta",
    "arachnid": "Arachnida",
}
"""The class that a group means where no more is known: of fish, the one that nearly all are of."""


@dataclass(frozen=True, slots=True)
class Node:
    """An accepted taxon. `parent` is the key of the node above, "" at a root."""

    key: str
    name: str
    rank: str
    parent: str


def label_name(label: Label) -> str:
    """Return what decisions on a label are kept under: its taxon's name, or else its text."""
    return label.taxon or label.text


class Tree:
    """An immutable forest of accepted taxa. Parents that are missing end the lineage."""

    def __init__(
        self,
        nodes: Iterable[Node],
        synonyms: Mapping[str, str] | None = None,
        decisions: Mapping[str, str] | None = None,
    ) -> None:
        """Build from accepted taxa, and mappings to their keys.

        `synonyms` are other scientific names; `decisions` are what people say that labels mean
        ("": no taxon), by the names that `label_name` gives.
        """
        self._decisions = dict(decisions or {})
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

    def current(self, key: str) -> str:
        """Return the key of the accepted taxon that a key stands for today, "" for none.

        A taxon may have become a synonym since a vote was given for it.
        """
        return key if key in self else ""

    def find(self, name: str) -> str:
        """Return the key of the accepted taxon with this scientific name or synonym, or ""."""
        return self._keys.get(name, "")

    def meant_by(self, label: Label) -> str:
        """Return the key of the taxon that a label of a model stands for, "" where it is none.

        What people decided goes before the name that the model gives.
        """
        name = label_name(label)
        if name in self._decisions:
            return self._decisions[name]
        return self.find(label.taxon) if label.taxon else ""

    def group(self, key: str) -> str:
        """Return the coarse group of a taxon.

        What belongs to none of the named groups, lies above them or is unknown is "other".
        """
        names = (node.name for node in self.lineage(key))
        return next((GROUP_OF_CLASS[name] for name in names if name in GROUP_OF_CLASS), "other")

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
