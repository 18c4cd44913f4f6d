"""What taxa are called in the reader's language, for many of them at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.text import capfirst

from wildlife.species.models import CommonName, Taxon
from wildlife.species.search import languages_for

ITALIC = (Taxon.Rank.GENUS, Taxon.Rank.SPECIES, Taxon.Rank.SUBSPECIES)
"""Scientific names of these ranks are set in italics."""


@dataclass(frozen=True, slots=True)
class TaxonName:
    """A taxon's names. `common` is the one in the reader's language, else the English one, else "".

    `language` is the one that the common name is in.
    """

    slug: str
    scientific: str
    rank: str
    common: str
    language: str

    @property
    def title(self) -> str:
        """What the page calls it first."""
        return capfirst(self.common) or self.scientific

    @property
    def has_common(self) -> bool:
        return bool(self.common)

    @property
    def tongue(self) -> str:
        """The language that the title is in."""
        return self.language if self.common else "la"

    @property
    def italic(self) -> bool:
        return self.rank in ITALIC

    @property
    def rank_word(self) -> str:
        return str(Taxon.Rank(self.rank).label).lower()


def name_of(pk: int, slug: str, scientific: str, rank: str, common: "Names") -> TaxonName:
    """Join a taxon with what `common_names` found of it."""
    return TaxonName(slug, scientific, rank, *common.get(pk, ("", "")))


Names = Mapping[int, tuple[str, str]]
"""By a taxon's id: the name in the reader's language, or else in English, and its language."""


def common_names(taxa: Iterable[int], language: str) -> Names:
    """Look up the preferred names of taxa by their ids, in one query."""
    languages = languages_for(language)
    rows = CommonName.objects.filter(taxon_id__in=list(taxa), language__in=languages)
    best: dict[int, dict[str, str]] = {}
    for pk, spoken, name in rows.order_by("-preferred", "name").values_list(
        "taxon_id", "language", "name"
    ):
        best.setdefault(pk, {}).setdefault(spoken, name)
    return {pk: _first(found, languages) for pk, found in best.items()}


def _first(found: Mapping[str, str], languages: Iterable[str]) -> tuple[str, str]:
    spoken = next(one for one in languages if one in found)
    return found[spoken], spoken
