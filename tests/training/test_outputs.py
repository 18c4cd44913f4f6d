from pathlib import Path

import pytest

from models_registry.interfaces import GROUPS, NO_ANIMAL, Label
from models_registry.training.lineages import Lineages
from models_registry.training.manifest import Sample
from models_registry.training.outputs import Targets, coarse_outputs, expert_outputs


def row(species: str, path: str) -> dict[str, str]:
    levels = zip(("class", "order", "family", "genus"), path.split(), strict=True)
    return {"scientific_name": species, **dict(levels)}


LINEAGES = Lineages(
    [
        row("Macropus giganteus", "Mammalia Diprotodontia Macropodidae Macropus"),
        row("Macropus fuliginosus", "Mammalia Diprotodontia Macropodidae Macropus"),
        row("Vulpes vulpes", "Mammalia Carnivora Canidae Vulpes"),
        row("Naja naja", "Reptilia Squamata Elapidae Naja"),
        row("Turdus merula", "Aves Passeriformes Turdidae Turdus"),
    ]
)


def sample(taxon: str, group: str = "mammal") -> Sample:
    return Sample(Path("x"), "train", group, taxon)


def label(index: int, taxon: str, group: str, rank: str = "species") -> Label:
    return Label(index, taxon or "other", taxon, rank if taxon else "", group)


def targets(*taxa: str) -> Targets:
    labels = [label(i, taxon, "mammal") for i, taxon in enumerate(taxa)]
    return Targets([*labels, label(len(taxa), "", NO_ANIMAL)], LINEAGES)


def test_a_species_is_its_own_output_only() -> None:
    assert targets("Vulpes vulpes", "Macropus giganteus").of(sample("Vulpes vulpes")) == (0,)


def test_a_family_allows_all_its_species_and_itself() -> None:
    some = targets("Macropus giganteus", "Vulpes vulpes", "Macropus fuliginosus", "Macropodidae")

    assert some.of(sample("Macropodidae")) == (0, 2, 3)


def test_a_species_without_output_goes_to_the_nearest_taxon_above() -> None:
    some = targets("Macropus giganteus", "Macropodidae", "Diprotodontia")

    assert some.of(sample("Macropus fuliginosus")) == (0,)  # the one that shares its genus
    assert targets("Vulpes vulpes", "Macropodidae").of(sample("Macropus fuliginosus")) == (1,)


def test_an_unlisted_species_is_known_by_its_genus() -> None:
    assert targets("Vulpes vulpes", "Macropus giganteus").of(sample("Vulpes lagopus")) == (0,)


def test_a_stranger_within_the_group_allows_the_whole_group() -> None:
    assert targets("Vulpes vulpes", "Macropus giganteus").of(sample("Xus yus")) == (0, 1)


@pytest.mark.parametrize("group", ["none", "human", "vehicle", "bird"])
def test_what_is_outside_the_ground_is_something_else(group: str) -> None:
    assert targets("Vulpes vulpes").of(sample("", group)) == (1,)


def test_a_clade_allows_the_species_of_its_families() -> None:
    labels = [label(0, "Naja naja", "reptile"), label(1, "Xus yus", "reptile")]

    assert Targets(labels, LINEAGES).of(sample("Serpentes", "reptile")) == (0,)
    assert LINEAGES.rank("Serpentes") == "suborder"


def test_an_expert_keeps_its_parents_taxa_and_adds_those_with_enough_photos() -> None:
    parent = [
        label(0, "Turdus merula", "bird"),
        label(1, "Vulpes vulpes", "mammal"),
        label(2, "", NO_ANIMAL),
        label(3, "Vulpes vulpes", "mammal"),
    ]
    photos = [sample("Macropus giganteus")] * 2 + [sample("Macropus fuliginosus")]

    made = expert_outputs(photos, parent, LINEAGES, ("mammal",), least=2)

    assert [one.taxon for one in made.labels] == ["Vulpes vulpes", "Macropus giganteus", ""]
    assert [one.index for one in made.labels] == [0, 1, 2]
    assert made.inherited == (2, 0, 2, 0)


def test_a_new_taxon_above_others_gets_no_output() -> None:
    photos = [sample("Macropodidae"), sample("Macropus giganteus"), sample("Canidae")]

    made = expert_outputs(photos, [], LINEAGES, ("mammal",), least=1)

    assert [one.taxon for one in made.labels] == ["Canidae", "Macropus giganteus", ""]
    assert made.labels[0].rank == "family"


def test_coarse_outputs_inherit_by_group() -> None:
    made = coarse_outputs([label(0, "Vulpes vulpes", "mammal"), label(1, "", "")])

    assert [one.group for one in made.labels] == [*GROUPS, NO_ANIMAL]
    assert made.inherited == (0, len(GROUPS))
