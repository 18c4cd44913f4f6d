"""Curation: the tree, and each taxon with its facts on one page."""

from wildlife.species.admin.exchange import CommonNameResource, SourceResource, TaxonResource
from wildlife.species.admin.names import CommonNameAdmin, HabitatAdmin, SourceAdmin
from wildlife.species.admin.taxa import TaxonAdmin

__all__ = [
    "CommonNameAdmin",
    "CommonNameResource",
    "HabitatAdmin",
    "SourceAdmin",
    "SourceResource",
    "TaxonAdmin",
    "TaxonResource",
]
