from collections import Counter

import pytest

from pipelines.taxonomy import Node, Tree
from wildlife.web.names import Name
from wildlife.web.summary import beside, summary_of

TREE = Tree(
    [
        Node("elephantidae", "Elephantidae", "family", ""),
        Node("loxodonta", "Loxodonta", "genus", "elephantidae"),
        Node("africana", "Loxodonta africana", "species", "loxodonta"),
        Node("leo", "Panthera leo", "species", ""),
    ]
)
FAMILY = Name("elephantidae", "Elephantidae", "", "family")
ELEPHANT = Name("africana", "Loxodonta africana", "African elephant", "species")
LION = Name("leo", "Panthera leo", "lion", "species")


@pytest.mark.parametrize(
    ("claims", "headline", "count"),
    [
        ([], "No animal", "0 animals"),
        ([ELEPHANT], "African elephant", "1 animal"),
        ([LION, ELEPHANT, ELEPHANT], "African elephant × 2, Lion", "3 animals"),
        ([FAMILY, FAMILY], "Elephantidae × 2", "2 animals"),
        ([FAMILY, FAMILY, ELEPHANT], "African elephant", "3 animals, among them"),
        ([LION, None], "Lion", "2 animals, among them"),
        ([None, None], "An animal, kind not known × 2", "2 animals"),
    ],
)
def test_a_group_and_its_species_are_one_kind(
    claims: list[Name | None], headline: str, count: str
) -> None:
    summary = summary_of(claims, TREE)

    assert (summary.headline, summary.count) == (headline, count)


def test_people_and_vehicles_are_told_together() -> None:
    assert beside(Counter({"animal": 2})) == ""
    assert beside(Counter({"person": 2})) == "2 people"
    assert beside(Counter({"person": 1, "vehicle": 2})) == "1 person and 2 vehicles"
