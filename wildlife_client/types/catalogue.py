"""What the API says of species and models."""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from wildlife_client.types.answers import ConservationCategory, Presence, Rank, RankedName, Source

Authority = Literal["gbif", "inat", "wikidata", "iucn", "col", "mdd"]
ReleaseKind = Literal["detector", "coarse", "expert", "embedder"]
Stage = Literal["active", "retired"]
Suitability = Literal["suitable", "marginal", "unknown"]
TraitKind = Literal["body_mass_g", "diet", "activity"]
Trend = Literal["increasing", "stable", "decreasing", "unknown"]


class Taxon(TypedDict):
    """A taxon in a list."""

    slug: str
    url: str
    scientific_name: str
    common_name: str
    rank: Rank
    parent: str | None
    category: str
    domesticated: bool
    matched: str


class CommonName(TypedDict):
    language: str
    name: str
    preferred: bool
    source: str | None


class Assessment(TypedDict):
    category: ConservationCategory
    label: str
    year: int
    trend: Trend | Literal[""]
    criteria: str
    authority: str
    country: str
    citation: str
    source: str | None


class TaxonHabitat(TypedDict):
    code: str
    name: str
    suitability: Suitability
    major: bool
    source: str | None


class Range(TypedDict):
    country: str
    name: str
    region: str
    presence: Presence
    source: str | None


class Trait(TypedDict):
    kind: TraitKind
    value: str
    source: str | None


class Identifier(TypedDict):
    authority: Authority
    value: str
    source: str | None


class LookAlike(TypedDict):
    taxon: str
    scientific_name: str
    common_name: str
    difference: str
    source: str | None


class Synonym(TypedDict):
    slug: str
    scientific_name: str


class TaxonDetail(TypedDict):
    """Everything about a taxon. Each fact names its source by a key of `sources`."""

    slug: str
    url: str
    scientific_name: str
    common_name: str
    rank: Rank
    parent: str | None
    domesticated: bool
    sensitive: bool
    description: str
    description_source: str | None
    updated_at: str
    lineage: list[RankedName]
    children: list[RankedName]
    children_url: str
    synonyms: list[Synonym]
    common_names: list[CommonName]
    assessments: list[Assessment]
    habitats: list[TaxonHabitat]
    ranges: list[Range]
    traits: list[Trait]
    identifiers: list[Identifier]
    look_alikes: list[LookAlike]
    sources: list[Source]


Facts = list[Mapping[str, Any]]
"""Facts of one kind with the names of `TaxonDetail`; those of them that may be empty may be left
out. They take the place of the ones that are there."""


class NewTaxon(TypedDict):
    """What may be set of a taxon; `reason` is for the history that curators read."""

    scientific_name: str
    rank: Rank
    reason: str
    slug: NotRequired[str]
    parent: NotRequired[str | None]
    accepted: NotRequired[str | None]
    domesticated: NotRequired[bool]
    sensitive: NotRequired[bool]
    description: NotRequired[str]
    description_source: NotRequired[str | None]
    common_names: NotRequired[Facts]
    assessments: NotRequired[Facts]
    habitats: NotRequired[Facts]
    ranges: NotRequired[Facts]
    traits: NotRequired[Facts]
    identifiers: NotRequired[Facts]
    look_alikes: NotRequired[Facts]


class Release(TypedDict):
    """One version of one model, and how it is used."""

    key: str
    name: str
    version: str
    title: str
    kind: ReleaseKind
    stage: Stage
    weight: float
    threshold: float
    groups: list[str]
    sha256: str
    available: bool
    created_at: str
