"""Small pieces that the tests of the pipelines are made of."""

from collections.abc import Callable
from typing import Any

from pipelines.graph import Step
from pipelines.taxonomy import Node, Tree
from pipelines.types import GROUPS, Ballot, Crop, Vote


def step(name: str, run: Callable[..., Any], *reads: str) -> Step:
    return Step(name=name, run=run, reads=reads, returns=int, queue=name)


LINEAGES = {
    "Loxodonta africana": "Animalia Chordata Mammalia Proboscidea Elephantidae Loxodonta",
    "Loxodonta cyclotis": "Animalia Chordata Mammalia Proboscidea Elephantidae Loxodonta",
    "Elephas maximus": "Animalia Chordata Mammalia Proboscidea Elephantidae Elephas",
    "Felis catus": "Animalia Chordata Mammalia Carnivora Felidae Felis",
    "Struthio camelus": "Animalia Chordata Aves Struthioniformes Struthionidae Struthio",
    "Corvus corax": "Animalia Chordata Aves Passeriformes Corvidae Corvus",
    "Danaus plexippus": "Animalia Arthropoda Insecta Lepidoptera Nymphalidae Danaus",
}
UPPER = ("kingdom", "phylum", "class", "order", "family", "genus")


def key(name: str) -> str:
    return name.lower().replace(" ", "-")


def small_tree() -> Tree:
    nodes: dict[str, Node] = {}
    for species, line in LINEAGES.items():
        parent = ""
        for rank, name in zip((*UPPER, "species"), (*line.split(), species), strict=True):
            nodes.setdefault(key(name), Node(key(name), name, rank, parent))
            parent = key(name)
    return Tree(nodes.values(), {"Felis silvestris catus": "felis-catus"})


def crop(*, whole_image: bool = False, **groups: float) -> Crop:
    ranked = tuple(sorted(groups.items(), key=lambda item: -item[1]))
    return Crop("photo", 0, "crops/photo/0.jpg", whole_image, ranked or (("mammal", 1.0),), ())


def ballot(
    expert: str,
    scores: dict[str, float],
    *,
    weight: float = 1.0,
    groups: tuple[str, ...] = GROUPS,
    breadth: int = 10,
) -> Ballot:
    """One expert's vote on the one crop; what the scores leave is "none of my labels".

    It can name `breadth` taxa in each of its groups.
    """
    ranked = tuple(sorted(((key(k), v) for k, v in scores.items()), key=lambda item: -item[1]))
    vote = Vote("photo", 0, ranked, 1.0 - sum(scores.values()))
    known = tuple((group, breadth) for group in groups)
    return Ballot(expert, f"{expert}@1", weight, known, (vote,))
