"""What the page of a taxon shows, gathered in a fixed number of queries."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import get_language_info

from wildlife.photos.models import Photo
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Habitat,
    Range,
    Taxon,
    TaxonHabitat,
    TaxonIdentifier,
    Trait,
)
from wildlife.species.paths import lineages
from wildlife.web.taxa.below import Below, below
from wildlife.web.taxa.facts import Conservation, HabitatGroup, conservation_of, habitats_of
from wildlife.web.taxa.footnotes import Footnote, Footnotes
from wildlife.web.taxa.lookalikes import Double, doubles_of
from wildlife.web.taxa.naming import TaxonName, common_names, name_of
from wildlife.web.taxa.places import Places, RangeMap, places_of, range_map
from wildlife.web.taxa.sightings import Sightings, sightings_of
from wildlife.web.taxa.traits import TraitFact, traits_of

_LINKS = {
    TaxonIdentifier.Authority.GBIF: "https://www.gbif.org/species/{}",
    TaxonIdentifier.Authority.INATURALIST: "https://www.inaturalist.org/taxa/{}",
    TaxonIdentifier.Authority.WIKIDATA: "https://www.wikidata.org/wiki/{}",
    TaxonIdentifier.Authority.COL: "https://www.catalogueoflife.org/data/taxon/{}",
    TaxonIdentifier.Authority.MDD: "https://www.mammaldiversity.org/taxon/{}",
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """The names in one language, the preferred one first."""

    code: str
    language: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another database calls the taxon. `url` is "" where it has no page by that id."""

    authority: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class SourcedDouble:
    """A look-alike with the numbers of its notes."""

    double: Double
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TaxonPage:
    """Everything on the page. `facts_of` names the species that lends a subspecies its facts."""

    taxon: Taxon
    name: TaxonName
    lineage: tuple[TaxonName, ...]
    spoken: tuple[Spoken, ...]
    synonyms: tuple[str, ...]
    conservation: Conservation
    habitats: tuple[HabitatGroup, ...]
    places: tuple[Places, ...]
    map: RangeMap | None
    traits: tuple[TraitFact, ...]
    doubles: tuple[SourcedDouble, ...]
    below: Below
    sightings: Sightings
    elsewhere: tuple[Elsewhere, ...]
    facts_of: TaxonName | None
    name_notes: tuple[int, ...]
    description_notes: tuple[int, ...]
    habitat_notes: tuple[int, ...]
    range_notes: tuple[int, ...]
    footnotes: tuple[Footnote, ...]

    @property
    def is_species(self) -> bool:
        """Whether facts are to be expected; higher taxa have none of their own."""
        return self.taxon.rank in (Taxon.Rank.SPECIES, Taxon.Rank.SUBSPECIES)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The facts of one taxon, as they are stored."""

    assessments: list[ConservationAssessment]
    habitats: list[TaxonHabitat]
    ranges: list[Range]
    traits: list[Trait]


def page_of(taxon: Taxon, photos: "QuerySet[Photo]", language: str) -> TaxonPage:
    """Return the page of an accepted taxon; of the photos only those in `photos` are shown."""
    line = lineages([taxon])[taxon.pk]
    names = common_names([place.pk for place in line], language)
    lineage = [name_of(one.pk, one.slug, one.scientific_name, one.rank, names) for one in line]
    rows, lent = _rows(taxon)
    spoken = list(taxon.common_names.select_related("source"))
    doubles = doubles_of([taxon.slug], language).get(taxon.slug, ())
    levels = Habitat.objects.exclude(code__contains=".") if rows.habitats else []
    places = places_of(rows.ranges, language)
    footnotes = Footnotes()
    return TaxonPage(
        taxon=taxon,
        name=lineage[-1],
        lineage=tuple(lineage[:-1]),
        spoken=_spoken(spoken, language),
        synonyms=tuple(taxon.synonyms.values_list("scientific_name", flat=True)),
        conservation=conservation_of(rows.assessments, footnotes, language),
        habitats=habitats_of(rows.habitats, levels),
        places=places,
        map=range_map(taxon.slug, places, lineage[-1].title) if places else None,
        traits=traits_of(rows.traits, footnotes),
        doubles=tuple(SourcedDouble(one, footnotes.of([one.source])) for one in doubles),
        below=below(taxon, language),
        sightings=sightings_of(taxon, photos),
        elsewhere=_elsewhere(taxon),
        facts_of=lineage[-2] if lent else None,
        name_notes=footnotes.of(row.source for row in spoken),
        description_notes=footnotes.of([taxon.description_source]),
        habitat_notes=footnotes.of(row.source for row in rows.habitats),
        range_notes=footnotes.of(row.source for row in rows.ranges),
        footnotes=footnotes.all,
    )


def _rows(taxon: Taxon) -> tuple[_Rows, bool]:
    """Return the facts to show, and whether they are those of the species above a subspecies."""
    of = [taxon.pk]
    if taxon.rank == Taxon.Rank.SUBSPECIES and taxon.parent_id and not taxon.domesticated:
        of.append(taxon.parent_id)
    assessments = list(ConservationAssessment.objects.filter(taxon__in=of).select_related("source"))
    habitats = list(TaxonHabitat.objects.filter(taxon__in=of).select_related("source", "habitat"))
    ranges = list(Range.objects.filter(taxon__in=of).select_related("source"))
    traits = list(Trait.objects.filter(taxon__in=of).select_related("source"))
    own = {row.taxon_id for row in assessments} | {row.taxon_id for row in habitats}
    own |= {row.taxon_id for row in ranges}
    whose = taxon.pk if taxon.pk in own or not own else of[-1]
    return (
        _Rows(
            [row for row in assessments if row.taxon_id == whose],
            [row for row in habitats if row.taxon_id == whose],
            [row for row in ranges if row.taxon_id == whose],
            [row for row in traits if row.taxon_id == whose],
        ),
        whose != taxon.pk,
    )


def _spoken(rows: list[CommonName], language: str) -> tuple[Spoken, ...]:
    """Group names by language: the reader's first, then English, then the others."""
    found: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: (not row.preferred, row.name)):
        found.setdefault(row.language, []).append(row.name)
    mine = language.split("-")[0]

    def rank(code: str) -> tuple[bool, bool, str]:
        return code.split("-")[0] != mine, code != "en", code

    return tuple(
        Spoken(code, _language(code), tuple(found[code])) for code in sorted(found, key=rank)
    )


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code


def _elsewhere(taxon: Taxon) -> tuple[Elsewhere, ...]:
    return tuple(
        Elsewhere(
            row.get_authority_display(),
            row.value,
            _LINKS.get(TaxonIdentifier.Authority(row.authority), "").format(row.value),
        )
        for row in taxon.identifiers.all()
    )
