"""What taxa are called in English and in the reader's language, for many of them at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.text import capfirst

from wildlife.species.models import CommonName, Taxon
from wildlife.species.search import languages_for

ENGLISH = "en"
ITALIC = (Taxon.Rank.GENUS, Taxon.Rank.SPECIES, Taxon.Rank.SUBSPECIES)
"""Scientific names of these ranks are set in italics."""


@dataclass(frozen=True, slots=True)
class TaxonName:
    """A taxon's names. `english` and `local` are "" where there is none.

    `local` is the name in the reader's language where that is not English; `language` is the
    language that it is in.
    """

    slug: str
    scientific: str
    rank: str
    english: str
    local: str
    language: str

    @property
    def title(self) -> str:
        """What the page calls it first."""
        return capfirst(self.english) or self.scientific

    @property
    def has_common(self) -> bool:
        return bool(self.english)

    @property
    def italic(self) -> bool:
        return self.rank in ITALIC

    @property
    def rank_word(self) -> str:
        return str(Taxon.Rank(self.rank).label).lower()


def name_of(pk: int, slug: str, scientific: str, rank: str, common: "Names") -> TaxonName:
    """Join a taxon with what `common_names` found of it."""
    english, local, language = common.get(pk, ("", "", ""))
    return TaxonName(slug, scientific, rank, english, local, language)


Names = Mapping[int, tuple[str, str, str]]
"""By a taxon's id: the English name, the name in the reader's language, and that language."""


def common_names(taxa: Iterable[int], language: str) -> Names:
    """Look up the preferred names of taxa by their ids, in one query."""
    local = [one for one in languages_for(language) if one.split("-")[0] != ENGLISH]
    rows = CommonName.objects.filter(taxon_id__in=list(taxa), language__in=[ENGLISH, *local])
    best: dict[int, dict[str, str]] = {}
    for pk, spoken, name in rows.order_by("-preferred", "name").values_list(
        "taxon_id", "language", "name"
    ):
        best.setdefault(pk, {}).setdefault(spoken, name)
    found = {}
    for pk, spoken_names in best.items():
        spoken = next((one for one in local if one in spoken_names), "")
        found[pk] = (spoken_names.get(ENGLISH, ""), spoken_names.get(spoken, ""), spoken)
    return found
