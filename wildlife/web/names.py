"""What taxa are called, looked up for a whole page at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import get_language

from wildlife.species.models import Taxon
from wildlife.species.selectors import common_names_for
from wildlife.species.synonyms import accepted


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

    The slug of a synonym gets the names of the accepted taxon, with that one's slug.
    Slugs that no taxon has are left out.
    """
    taxa = accepted(slugs)
    common = common_names_for((one.slug for one in taxa.values()), get_language() or "en")
    return {
        slug: Name(one.slug, one.scientific_name, common.get(one.slug, ""), one.rank)
        for slug, one in taxa.items()
    }
