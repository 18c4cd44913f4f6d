"""Traits in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wildlife.species.models import Trait
from wildlife.web.taxa.footnotes import Footnotes


@dataclass(frozen=True, slots=True)
class TraitFact:
    title: str
    words: str
    notes: tuple[int, ...]


def traits_of(rows: Iterable[Trait], footnotes: Footnotes) -> tuple[TraitFact, ...]:
    """Return traits as a title and words, the size first."""
    order = list(Trait.Kind.values)
    known = sorted(rows, key=lambda row: order.index(row.kind))
    return tuple(
        TraitFact(_title(row.kind), _words(row), footnotes.of([row.source])) for row in known
    )


def mass(grams: float) -> str:
    """Return a mass as people say it, two figures: `4.5 t`, `190 kg`, `35 g`, `0.2 g`."""
    sizes = {"t": 1_000_000, "kg": 1000, "g": 1}
    unit = next((unit for unit, size in sizes.items() if grams >= size * 0.9995), "mg")
    number = grams / sizes.get(unit, 0.001)
    if number >= 100:
        figures = f"{round(number, -1 if number < 1000 else -2):,.0f}"
    elif number >= 10:
        figures = f"{number:.0f}"
    else:
        figures = f"{number:.1f}".removesuffix(".0")
    return f"{figures} {unit}"


def _title(kind: str) -> str:
    return {
        Trait.Kind.BODY_MASS.value: _("Weighs about"),
        Trait.Kind.DIET.value: _("Eats"),
        Trait.Kind.ACTIVITY.value: _("Is active"),
    }[kind]


def _words(row: Trait) -> str:
    if row.kind == Trait.Kind.BODY_MASS:
        try:
            return mass(float(row.value))
        except ValueError:
            return row.value
    said = {
        "herbivore": _("plants"),
        "carnivore": _("other animals"),
        "omnivore": _("plants and animals"),
        "insectivore": _("insects and other small animals"),
        "piscivore": _("fish"),
        "frugivore": _("fruit"),
        "granivore": _("seeds"),
        "nectarivore": _("nectar"),
        "folivore": _("leaves"),
        "scavenger": _("carrion"),
        "detritivore": _("dead plants and animals"),
        "filter feeder": _("what it filters out of the water"),
        "diurnal": _("by day"),
        "nocturnal": _("by night"),
        "crepuscular": _("at dawn and dusk"),
        "cathemeral": _("by day and by night"),
    }
    return capfirst(said.get(row.value.lower(), row.value))
