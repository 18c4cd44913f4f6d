"""What is stored in English, in the reader's language."""

from django import template

from wildlife.species.catalogue_words import catalogue_words
from wildlife.species.habitats import habitat_name
from wildlife.species.models import Taxon
from wildlife.told import told
from wildlife.web import wording

register = template.Library()
register.filter("told", told)
register.filter("listed", wording.listed)
register.filter("habitat", habitat_name)
register.filter("catalogue_words", catalogue_words)


@register.filter
def rank(value: str) -> str:
    """Return a taxonomic rank in words: genus."""
    return str(Taxon.Rank(value).label).lower()
