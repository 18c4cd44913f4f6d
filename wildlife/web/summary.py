"""Many answers on one photo, in one line."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pipelines.taxonomy import Tree
from wildlife.identifications.models import Detection
from wildlife.web import wording
from wildlife.web.names import Name


@dataclass(frozen=True, slots=True)
class Summary:
    """The headline of a photo with `animals` animals.

    `shown` are the slugs of the taxa in it, the most frequent first. It is not `complete` where
    some animal is named by a group that a shown taxon belongs to, or not named at all.
    """

    headline: str
    animals: int
    shown: tuple[str, ...]
    complete: bool

    @property
    def count(self) -> str:
        """How many animals there are, in words that lead to the headline."""
        if self.complete:
            return wording.animals(self.animals)
        return _("%(animals)s, among them") % {"animals": wording.animals(self.animals)}


def summary_of(claims: Sequence[Name | None], tree: Tree) -> Summary:
    """Sum up the answers for a photo's animals; None stands for one that nobody could name.

    Three elephants of which one is named by its family only are no two kinds of animal.
    """
    names = {claim.slug: claim for claim in claims if claim}
    counts = Counter(claim.slug for claim in claims if claim)
    above = {node.key for slug in names for node in tree.lineage(slug) if node.key != slug}
    shown = tuple(slug for slug, _count in counts.most_common() if slug not in above)
    if not claims:
        return Summary(_("No animal"), 0, (), complete=True)
    if not shown:
        return Summary(_times(_("An animal, kind not known"), len(claims)), len(claims), (), True)
    return Summary(
        headline=wording.listed(_times(names[slug].title, counts[slug]) for slug in shown),
        animals=len(claims),
        shown=shown,
        complete=sum(counts[slug] for slug in shown) == len(claims),
    )


def beside(categories: Counter[str]) -> str:
    """Return the people and vehicles among detections counted by category, "" for none."""
    parts = []
    if people := categories[Detection.Category.PERSON]:
        parts.append(wording.people(people))
    if vehicles := categories[Detection.Category.VEHICLE]:
        parts.append(wording.vehicles(vehicles))
    return _(" and ").join(parts)


def _times(title: str, count: int) -> str:
    return f"{title} × {count}" if count > 1 else title
