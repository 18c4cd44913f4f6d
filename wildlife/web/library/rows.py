"""The species list of the library, as a table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.formats import date_format

from wildlife.library.insights import Seen
from wildlife.library.wish import Wish
from wildlife.species.filters import newest_categories
from wildlife.species.models import ConservationAssessment
from wildlife.web.names import Name, names_of


@dataclass(frozen=True, slots=True)
class SpeciesRow:
    """A taxon, on how many photos it is, since when, and the address of those photos."""

    name: Name
    photos: str
    first: str
    category: str
    category_word: str
    url: str


def species_rows(seen: Sequence[Seen], wish: Wish) -> tuple[SpeciesRow, ...]:
    """Return the table's rows in the given order, in a fixed number of queries."""
    names = names_of(one.taxon.slug for one in seen)
    categories = newest_categories(one.taxon.pk for one in seen)
    gallery = reverse("web:library:gallery")
    rows = []
    for one in seen:
        category = categories.get(one.taxon.pk, "")
        rows.append(
            SpeciesRow(
                name=names[one.taxon.slug],
                photos=f"{one.photos:,}",
                first=date_format(one.first, "DATE_FORMAT") if one.first else "–",
                category=category,
                category_word=str(ConservationAssessment.Category(category).label)
                if category
                else "",
                url=gallery + replace(wish, taxon=one.taxon.slug).query,
            )
        )
    return tuple(rows)
