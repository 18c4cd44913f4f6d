"""What taxa are called, looked up for a whole page at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import get_language

from wildlife.species.models import Taxon
from wildlife.species.selectors import common_names_for


@dataclass(frozen=True, slots=True)
class Name:
    """A taxon's names. `common` is "" where people have none in the page's language."""

    slug: str
    scientific: str
    common: str
    rank: str

    @property
    def title(self) -> str:
        """What the page calls it first."""
        return capfirst(self.common) if self.common else self.scientific

    @property
    def italic(self) -> bool:
        """Whether the scientific name is set in italics: genera and what lies below them."""
        return self.rank in (Taxon.Rank.GENUS, Taxon.Rank.SPECIES, Taxon.Rank.SUBSPECIES)

    @property
    def rank_word(self) -> str:
        """The rank in words, as in "family"."""
        return str(Taxon.Rank(self.rank).label).lower()


def names_of(slugs: Iterable[str]) -> dict[str, Name]:
    """Return the names of taxa by slug, in the page's language and two queries.

    Slugs that no taxon has are left out.
    """
    wanted = set(slugs)
    common = common_names_for(wanted, get_language() or "en")
    rows = Taxon.objects.filter(slug__in=wanted).order_by()
    return {
        slug: Name(slug, scientific, common.get(slug, ""), rank)
        for slug, scientific, rank in rows.values_list("slug", "scientific_name", "rank")
    }
