"""The species card: what is known of a taxon, ready for a page or an API answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Q

from wildlife.species.countries import country_name
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Range,
    Source,
    Taxon,
    TaxonHabitat,
)
from wildlife.species.paths import Place, lineages

MAIN_RANKS = ("class", "order", "family", "genus")


@dataclass(frozen=True, slots=True)
class RankedName:
    """A taxon of a lineage. `common_name` is "" where people have none."""

    rank: str
    slug: str
    scientific_name: str
    common_name: str


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Where facts come from."""

    key: str
    citation: str
    url: str
    licence: str


@dataclass(frozen=True, slots=True)
class Status:
    """The newest assessment for the whole world.

    `year` is 0 and `trend` "" where unknown; `source` is a key.
    """

    category: str
    label: str
    year: int
    trend: str
    authority: str
    source: str


@dataclass(frozen=True, slots=True)
class HabitatFact:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class CountryFact:
    """A country, by its ISO 3166-1 alpha-3 code, and whether the taxon is native there.

    What is known of its regions counts where nothing is said of the country as a whole.
    """

    code: str
    name: str
    presence: str


@dataclass(frozen=True, slots=True)
class SpeciesCard:
    """What is known of a taxon.

    `common_name` is the preferred one in the language asked for, else the English one, else "";
    `common_names` are all in that language. `lineage` runs from class to genus, without the taxon
    itself. Genera and higher taxa have no facts but their own; a subspecies without facts shows
    those of its species, and `facts_of` is then the species' slug (else "").
    """

    slug: str
    scientific_name: str
    common_name: str
    common_names: tuple[str, ...]
    rank: str
    lineage: tuple[RankedName, ...]
    domesticated: bool
    status: Status | None = None
    habitats: tuple[HabitatFact, ...] = ()
    countries: tuple[CountryFact, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    facts_of: str = ""


@dataclass(slots=True)
class _Facts:
    """One taxon's facts while they are gathered."""

    status: Status | None
    habitats: list[HabitatFact]
    countries: list[CountryFact]
    sources: dict[str, SourceNote]

    def __bool__(self) -> bool:
        return bool(self.status or self.habitats or self.countries)


def species_cards_in(taxa: Iterable[Taxon], language: str) -> dict[str, SpeciesCard]:
    """Return the cards of taxa by their slugs; a synonym's slug leads to the accepted taxon."""
    asked = list(taxa)
    accepted = _accepted(asked)
    subjects = {taxon.pk: taxon for taxon in accepted.values()}
    lines = lineages(subjects.values())
    lenders = {taxon.pk: _lender(taxon, lines[taxon.pk]) for taxon in subjects.values()}
    names = _names({place.slug for line in lines.values() for place in line}, language)
    facts = _facts(subjects.keys() | {pk for pk, _ in lenders.values() if pk}, language)
    cards = {
        taxon.slug: _card(taxon, lines[taxon.pk], names, language) for taxon in subjects.values()
    }
    for taxon in subjects.values():
        own = facts.get(taxon.pk)
        pk, lender = (0, "") if own or taxon.domesticated else lenders[taxon.pk]
        if known := own or facts.get(pk):
            cards[taxon.slug] = replace(
                cards[taxon.slug],
                status=known.status,
                habitats=tuple(known.habitats),
                countries=tuple(sorted(known.countries, key=lambda country: country.name)),
                sources=tuple(known.sources[key] for key in sorted(known.sources)),
                facts_of=lender,
            )
    return {taxon.slug: cards[accepted[taxon.pk].slug] for taxon in asked}


def common_names_for(slugs: Iterable[str], language: str = "en") -> dict[str, str]:
    """Return one common name by slug: the preferred one in the language, else in English.

    Taxa without any are left out.
    """
    wanted = set(slugs)
    return {slug: found[0] for slug, (found, _) in _names(wanted, language).items() if found}


def _accepted(taxa: Iterable[Taxon]) -> dict[int, Taxon]:
    """Return the accepted taxon by the id of each taxon, in one query where there are synonyms."""
    taxa = list(taxa)
    wanted = {taxon.accepted_id for taxon in taxa if taxon.accepted_id is not None}
    found = Taxon.objects.in_bulk(wanted) if wanted else {}
    return {
        taxon.pk: taxon if taxon.accepted_id is None else found[taxon.accepted_id] for taxon in taxa
    }


def _lender(taxon: Taxon, lineage: tuple[Place, ...]) -> tuple[int, str]:
    """Return id and slug of the species that a subspecies may borrow facts from, else (0, "")."""
    if taxon.rank != Taxon.Rank.SUBSPECIES or taxon.parent_id is None or len(lineage) < 2:
        return 0, ""
    return taxon.parent_id, lineage[-2].slug


def _names(slugs: set[str], language: str) -> dict[str, tuple[list[str], list[str]]]:
    """Return by slug: names with the best first (in the language, else English), and all in it."""
    language = language.lower()
    languages = list(dict.fromkeys([language, language.split("-")[0], "en"]))
    rows = CommonName.objects.filter(taxon__slug__in=slugs, language__in=languages)
    found: dict[str, list[tuple[int, bool, str]]] = {}
    for slug, spoken, preferred, name in rows.order_by().values_list(
        "taxon__slug", "language", "preferred", "name"
    ):
        found.setdefault(slug, []).append((languages.index(spoken), not preferred, name))
    return {
        slug: (
            [name for _, _, name in sorted(ranked)],
            [name for place, _, name in sorted(ranked) if languages[place] == language],
        )
        for slug, ranked in found.items()
    }


def _card(
    taxon: Taxon,
    lineage: tuple[Place, ...],
    names: Mapping[str, tuple[list[str], list[str]]],
    language: str,
) -> SpeciesCard:
    def called(slug: str) -> str:
        return names[slug][0][0] if slug in names else ""

    return SpeciesCard(
        slug=taxon.slug,
        scientific_name=taxon.scientific_name,
        common_name=called(taxon.slug),
        common_names=tuple(names[taxon.slug][1]) if taxon.slug in names else (),
        rank=taxon.rank,
        lineage=tuple(
            RankedName(place.rank, place.slug, place.scientific_name, called(place.slug))
            for place in lineage
            if place.rank in MAIN_RANKS and place.pk != taxon.pk
        ),
        domesticated=taxon.domesticated,
    )


def _facts(taxa: Iterable[int], language: str) -> dict[int, _Facts]:
    """Gather the facts of taxa by the taxon's id, in three queries."""
    wanted = Q(taxon_id__in=list(taxa))
    facts: dict[int, _Facts] = {}

    def of(taxon: int, source: Source | None) -> _Facts:
        one = facts.setdefault(taxon, _Facts(None, [], [], {}))
        if source is not None:
            one.sources[source.key] = SourceNote(
                source.key, source.citation, source.url, source.licence
            )
        return one

    assessments = ConservationAssessment.objects.filter(wanted, country="")
    for row in assessments.select_related("source").order_by("year", "pk"):
        of(row.taxon_id, row.source).status = Status(
            category=row.category,
            label=row.get_category_display(),
            year=row.year,
            trend=row.trend,
            authority=row.authority,
            source=row.source.key if row.source else "",
        )
    for home in TaxonHabitat.objects.filter(wanted).select_related("source", "habitat"):
        fact = HabitatFact(home.habitat.code, home.habitat.name)
        of(home.taxon_id, home.source).habitats.append(fact)
    for place in sorted(Range.objects.filter(wanted).select_related("source"), key=_telling):
        one = of(place.taxon_id, place.source)
        if place.country not in {country.code for country in one.countries}:
            name = country_name(place.country, language)
            one.countries.append(CountryFact(place.country, name, place.presence))
    for one in facts.values():
        one.habitats.sort(key=lambda habitat: [int(part) for part in habitat.code.split(".")])
    return facts


def _telling(place: Range) -> tuple[bool, int]:
    """Sort what is said of whole countries before their regions, and native before extinct."""
    return bool(place.region), Range.Presence.values.index(place.presence)
