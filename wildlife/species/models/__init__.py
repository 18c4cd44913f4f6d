"""What is known of animals: one tree, and facts that each name their source."""

from wildlife.species.models.facts import (
    ConservationAssessment,
    Habitat,
    LookAlike,
    Range,
    TaxonHabitat,
    Trait,
)
from wildlife.species.models.imports import ImportedKey, SpeciesImport
from wildlife.species.models.labels import LabelDecision
from wildlife.species.models.taxa import CommonName, NameKey, Source, Taxon, TaxonIdentifier

__all__ = [
    "CommonName",
    "ConservationAssessment",
    "Habitat",
    "ImportedKey",
    "LabelDecision",
    "LookAlike",
    "NameKey",
    "Range",
    "Source",
    "SpeciesImport",
    "Taxon",
    "TaxonHabitat",
    "TaxonIdentifier",
    "Trait",
]
