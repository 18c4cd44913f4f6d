"""Traits in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wildlife.species.models import Trait
from wildlife.web import wording
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
    kind, _colon, foods = row.value.partition(":")
    if foods:
        parts = wording.listed(
            str(_FOODS.get(food, food)) for food in map(str.strip, foods.split(","))
        )
        kind = str(_EATERS.get(kind.lower(), kind))
        return capfirst(_("%(kind)s: %(foods)s") % {"kind": kind, "foods": parts})
    return capfirst(str(_SAID.get(row.value.lower(), row.value)))


_SAID = {
    "herbivore": gettext_lazy("plants"),
    "carnivore": gettext_lazy("other animals"),
    "omnivore": gettext_lazy("plants and animals"),
    "insectivore": gettext_lazy("insects and other small animals"),
    "piscivore": gettext_lazy("fish"),
    "frugivore": gettext_lazy("fruit"),
    "granivore": gettext_lazy("seeds"),
    "nectarivore": gettext_lazy("nectar"),
    "folivore": gettext_lazy("leaves"),
    "scavenger": gettext_lazy("carrion"),
    "detritivore": gettext_lazy("dead plants and animals"),
    "filter feeder": gettext_lazy("what it filters out of the water"),
    "diurnal": gettext_lazy("by day"),
    "nocturnal": gettext_lazy("by night"),
    "crepuscular": gettext_lazy("at dawn and dusk"),
    "cathemeral": gettext_lazy("by day and by night"),
    "diurnal and crepuscular": gettext_lazy("by day, and at dawn and dusk"),
    "nocturnal and crepuscular": gettext_lazy("by night, and at dawn and dusk"),
}
"""Values that are one word of the field."""

_EATERS = {
    "herbivore": gettext_lazy("herbivore"),
    "carnivore": gettext_lazy("carnivore"),
    "omnivore": gettext_lazy("omnivore"),
}

_FOODS = {
    "algae": gettext_lazy("algae"),
    "amphibians": gettext_lazy("amphibians"),
    "arthropods": gettext_lazy("arthropods"),
    "bamboo": gettext_lazy("bamboo"),
    "birds": gettext_lazy("birds"),
    "blood of mammals": gettext_lazy("blood of mammals"),
    "carrion": gettext_lazy("carrion"),
    "crabs": gettext_lazy("crabs"),
    "crustaceans": gettext_lazy("crustaceans"),
    "eucalyptus leaves": gettext_lazy("eucalyptus leaves"),
    "fish": gettext_lazy("fish"),
    "frogs": gettext_lazy("frogs"),
    "fruit": gettext_lazy("fruit"),
    "invertebrates": gettext_lazy("invertebrates"),
    "jellyfish": gettext_lazy("jellyfish"),
    "krill": gettext_lazy("krill"),
    "large mammals": gettext_lazy("large mammals"),
    "mammals": gettext_lazy("mammals"),
    "molluscs": gettext_lazy("molluscs"),
    "nectar": gettext_lazy("nectar"),
    "plankton": gettext_lazy("plankton"),
    "plants": gettext_lazy("plants"),
    "rodents": gettext_lazy("rodents"),
    "sea grass": gettext_lazy("sea grass"),
    "sea mammals": gettext_lazy("sea mammals"),
    "sea urchins": gettext_lazy("sea urchins"),
    "seals": gettext_lazy("seals"),
    "seeds": gettext_lazy("seeds"),
    "small mammals": gettext_lazy("small mammals"),
    "small vertebrates": gettext_lazy("small vertebrates"),
    "sponges": gettext_lazy("sponges"),
    "squid": gettext_lazy("squid"),
    "vertebrates": gettext_lazy("vertebrates"),
    "water invertebrates": gettext_lazy("water invertebrates"),
    "water plants": gettext_lazy("water plants"),
}
"""What the catalogue says that animals eat; other foods are told as they are written."""
