"""What is known of a species, section by section: rows in, frozen values out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from wildlife.species.countries import country_name
from wildlife.species.habitats import habitat_name
from wildlife.species.models import ConservationAssessment, Habitat, TaxonHabitat
from wildlife.web import wording
from wildlife.web.species import SCALE, Grade, trend_in_words
from wildlife.web.taxa.footnotes import Footnotes


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment in words. `country` is "" for the whole world, `year` 0 where unknown."""

    category: str
    word: str
    year: int
    trend: str
    trend_words: str
    criteria: str
    authority: str
    country: str
    citation: str
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conservation:
    """How endangered a taxon is: now, before, and on national lists."""

    now: Assessment | None
    scale: tuple[Grade, ...]
    before: tuple[Assessment, ...]
    national: tuple[Assessment, ...]


@dataclass(frozen=True, slots=True)
class HabitatLine:
    """One habitat. `note` says what is special about it."""

    code: str
    name: str
    note: str
    major: bool


@dataclass(frozen=True, slots=True)
class HabitatGroup:
    """A habitat of level one with what is known within it. `icon` is its drawing."""

    code: str
    name: str
    icon: str
    major: bool
    note: str
    lines: tuple[HabitatLine, ...]


def conservation_of(
    rows: Iterable[ConservationAssessment], footnotes: Footnotes, language: str
) -> Conservation:
    """Sort assessments, the newest first: the world's newest is now, the others are before.

    Of a national list only its newest word is told.
    """
    worldwide: list[Assessment] = []
    national: dict[tuple[str, str], Assessment] = {}
    for row in sorted(rows, key=lambda row: (-row.year, -row.pk)):
        one = _assessment(row, footnotes, language)
        if not row.country:
            worldwide.append(one)
        else:
            national.setdefault((row.country, row.authority), one)
    now = worldwide[0] if worldwide else None
    grades = ConservationAssessment.Category
    scale: tuple[Grade, ...] = ()
    if now and now.category in SCALE:
        scale = tuple(Grade(code, str(grades(code).label), code == now.category) for code in SCALE)
    return Conservation(
        now=now,
        scale=scale,
        before=tuple(worldwide[1:]),
        national=tuple(sorted(national.values(), key=lambda one: (one.country, one.authority))),
    )


def _assessment(row: ConservationAssessment, footnotes: Footnotes, language: str) -> Assessment:
    return Assessment(
        category=row.category,
        word=str(row.get_category_display()),
        year=row.year,
        trend=row.trend,
        trend_words=trend_in_words(row.trend),
        criteria=row.criteria,
        authority=row.authority,
        country=country_name(row.country, language) if row.country else "",
        citation=row.citation,
        notes=footnotes.of([row.source]),
    )


def habitats_of(
    rows: Iterable[TaxonHabitat], levels: Iterable[Habitat]
) -> tuple[HabitatGroup, ...]:
    """Group habitats by level one; within a group those of major importance come first.

    `levels` are the habitats of level one, for their names.
    """
    names = {level.code: habitat_name(level.name) for level in levels}
    groups: dict[str, list[TaxonHabitat]] = {}
    for row in rows:
        groups.setdefault(row.habitat.code.split(".")[0], []).append(row)
    found = []
    for code in sorted(groups, key=int):
        own = next((row for row in groups[code] if row.habitat.code == code), None)
        below = sorted(
            (row for row in groups[code] if row is not own),
            key=lambda row: (not row.major, int(row.habitat.code.split(".")[1])),
        )
        found.append(
            HabitatGroup(
                code=code,
                name=_without_brackets(names.get(code, code)),
                icon=_icon(code),
                major=own.major if own else False,
                note=_note(own) if own else "",
                lines=tuple(
                    HabitatLine(
                        row.habitat.code,
                        _short(habitat_name(row.habitat.name)),
                        _note(row),
                        row.major,
                    )
                    for row in below
                ),
            )
        )
    return tuple(found)


def _short(name: str) -> str:
    """Return what a habitat of level two says beyond its level one: "Forest – Boreal" is Boreal."""
    return name.split(" – ", 1)[-1]


def _without_brackets(name: str) -> str:
    return re.split(r" ?[(（]", name)[0]


def _note(row: TaxonHabitat) -> str:
    marginal = row.suitability == TaxonHabitat.Suitability.MARGINAL
    unknown = row.suitability == TaxonHabitat.Suitability.UNKNOWN
    notes = (
        _("of major importance") if row.major else "",
        _("marginal") if marginal else _("suitability unknown") if unknown else "",
    )
    return wording.listed(notes)


def _icon(code: str) -> str:
    """Return the drawing in habitats.svg of a habitat of level one."""
    return {
        "1": "forest",
        "2": "savanna",
        "3": "shrub",
        "4": "grass",
        "5": "wetland",
        "6": "rock",
        "7": "cave",
        "8": "desert",
        "9": "sea",
        "10": "sea",
        "11": "deep",
        "12": "shore",
        "13": "shore",
        "14": "town",
        "15": "pond",
        "16": "shrub",
    }.get(code, "other")
