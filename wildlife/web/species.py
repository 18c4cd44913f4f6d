"""The species card as a panel of the result page."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wildlife.species.models import ConservationAssessment, Taxon
from wildlife.species.selectors import SpeciesCard
from wildlife.web.names import Name, names_of
from wildlife.web.taxa.lookalikes import Double, doubles_of
from wildlife.web.taxa.places import Places, RangeMap, places_of_card, range_map

SCALE = ("EX", "EW", "CR", "EN", "VU", "NT", "LC")
"""The Red List's categories of assessed species with enough data, the worst first."""


@dataclass(frozen=True, slots=True)
class Grade:
    """One place on the Red List's scale."""

    code: str
    label: str
    here: bool


@dataclass(frozen=True, slots=True)
class SpeciesPanel:
    """A species card with what the page says around it.

    `lender` names the species whose facts these are, where a subspecies has none of its own.
    """

    card: SpeciesCard
    title: str
    other_names: tuple[str, ...]
    italic: bool
    scale: tuple[Grade, ...]
    trend: str
    places: tuple[Places, ...]
    map: RangeMap | None
    doubles: tuple[Double, ...]
    lender: Name | None

    @property
    def is_species(self) -> bool:
        """Whether facts are to be expected; higher taxa have none of their own."""
        return self.card.rank in (Taxon.Rank.SPECIES, Taxon.Rank.SUBSPECIES)


def panels_of(cards: Mapping[str, SpeciesCard]) -> tuple[SpeciesPanel, ...]:
    """Return one panel per card, in the given order, each card once."""
    shown = tuple(dict.fromkeys(cards.values()))
    lenders = {card.facts_of for card in shown if card.facts_of}
    names = names_of(lenders) if lenders else {}
    doubles = doubles_of([card.slug for card in shown], get_language() or "en") if shown else {}
    return tuple(
        _panel(card, names.get(card.facts_of), doubles.get(card.slug, ())) for card in shown
    )


def _panel(card: SpeciesCard, lender: Name | None, doubles: tuple[Double, ...]) -> SpeciesPanel:
    grades = ConservationAssessment.Category
    category = card.status.category if card.status else ""
    scale = tuple(Grade(code, str(grades(code).label), code == category) for code in SCALE)
    title = capfirst(card.common_name) or card.scientific_name
    places = places_of_card(card.countries)
    return SpeciesPanel(
        card=card,
        title=title,
        other_names=tuple(name for name in card.common_names if name != card.common_name),
        italic=card.rank in (Taxon.Rank.GENUS, Taxon.Rank.SPECIES, Taxon.Rank.SUBSPECIES),
        scale=scale if category in SCALE else (),
        trend=trend_in_words(card.status.trend) if card.status else "",
        places=places,
        map=range_map(card.slug, places, title) if places else None,
        doubles=doubles,
        lender=lender,
    )


def trend_in_words(trend: str) -> str:
    """Return a population trend as a sentence, "" where there is none."""
    return {
        "increasing": _("Population increasing"),
        "stable": _("Population stable"),
        "decreasing": _("Population decreasing"),
        "unknown": _("Population trend unknown"),
    }.get(trend, "")
