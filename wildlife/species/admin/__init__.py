"""Curation: the tree, and each taxon with its facts on one page."""

from wildlife.species.admin.exchange import CommonNameResource, SourceResource, TaxonResource
from wildlife.species.admin.imports import SpeciesImportAdmin
from wildlife.species.admin.labels import LabelDecisionAdmin
from wildlife.species.admin.names import CommonNameAdmin, HabitatAdmin, SourceAdmin
from wildlife.species.admin.taxa import TaxonAdmin

__all__ = [
    "CommonNameAdmin",
    "CommonNameResource",
    "HabitatAdmin",
    "LabelDecisionAdmin",
    "SourceAdmin",
    "SourceResource",
    "SpeciesImportAdmin",
    "TaxonAdmin",
    "TaxonResource",
]
