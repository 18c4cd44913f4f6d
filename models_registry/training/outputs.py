"""What a new classifier can say, and what it should say to each photo."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from models_registry.interfaces import GROUPS, NO_ANIMAL, Label
from models_registry.training.lineages import Lineages
from models_registry.training.manifest import TRAIN, Sample

SOMETHING_ELSE = "something else"
"""The last output of an expert: no animal, or one outside its ground."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs of a classifier and the way to them.

    `inherited[i]` is the output that says what the parent's output i said.
    """

    labels: tuple[Label, ...]
    inherited: tuple[int, ...]


def coarse_outputs(parent: Sequence[Label]) -> Outputs:
    """Return the groups and "no animal", which is also what a parent's label without one means."""
    groups = (*GROUPS, NO_ANIMAL)
    labels = tuple(Label(i, group, "", "", group) for i, group in enumerate(groups))
    return Outputs(labels, tuple(groups.index(one.group or NO_ANIMAL) for one in parent))


def expert_outputs(
    samples: Iterable[Sample],
    parent: Sequence[Label],
    lineages: Lineages,
    groups: Collection[str],
    least: int,
) -> Outputs:
    """Return the parent's taxa within `groups` and those with at least `least` training photos.

    Parent's outputs of one taxon become one; those of other groups become "something else". A new
    taxon above others that have outputs gets none: it would only take from them what is theirs.
    """
    found: dict[str, Label] = {}
    for label in parent:
        if label.taxon and label.group in groups:
            found.setdefault(label.taxon, label)
    ours = [one for one in samples if one.split == TRAIN and one.group in groups and one.taxon]
    counts = Counter(one.taxon for one in ours)
    examples = {one.taxon: one for one in reversed(ours)}
    enough = {taxon for taxon, count in counts.items() if count >= least}
    above = {name for taxon in (*found, *enough) for name in lineages.above(taxon)}
    for taxon in sorted(enough):
        if taxon not in found and taxon not in above:
            one = examples[taxon]
            found[taxon] = Label(0, one.name or taxon, taxon, lineages.rank(taxon), one.group)
    labels = [
        Label(i, one.text, one.taxon, one.rank, one.group) for i, one in enumerate(found.values())
    ]
    rest = len(labels)
    labels.append(Label(rest, SOMETHING_ELSE, "", "", NO_ANIMAL))
    places = {label.taxon: label.index for label in labels if label.taxon}
    return Outputs(tuple(labels), tuple(places.get(one.taxon, rest) for one in parent))


class Targets:
    """From a photo to the outputs of which one is right.

    A taxon above the species allows all outputs below it: a photo named `Macropodidae` may well
    be any kangaroo. A species without an output goes to the nearest taxon above that has one, or
    to the outputs that share the nearest taxon above.
    """

    def __init__(self, labels: Sequence[Label], lineages: Lineages) -> None:
        self._lineages = lineages
        self._own = {label.taxon: label.index for label in labels if label.taxon}
        self._below: dict[str, list[int]] = {}
        self._groups: dict[str, list[int]] = {}
        self._rest = [label.index for label in labels if not label.taxon]
        for label in labels:
            self._groups.setdefault(label.group, []).append(label.index)
            for name in lineages.above(label.taxon) if label.taxon else ():
                self._below.setdefault(name, []).append(label.index)

    def of(self, sample: Sample) -> tuple[int, ...]:
        """Return the indices of the outputs that are right for this photo."""
        allowed = self._groups.get(sample.coarse)
        if sample.coarse == NO_ANIMAL or not allowed:
            return tuple(allowed or self._rest)
        if not sample.taxon:
            return tuple(allowed)
        if sample.taxon in self._own or sample.taxon in self._below:
            own = [self._own[sample.taxon]] if sample.taxon in self._own else []
            return tuple(sorted({*own, *self._below.get(sample.taxon, ())}))
        for name in reversed(self._lineages.above(sample.taxon)):
            if name in self._own:
                return (self._own[name],)
            if name in self._below:
                return tuple(self._below[name])
        return tuple(allowed)
