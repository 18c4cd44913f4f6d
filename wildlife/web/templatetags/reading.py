"""What is stored in English, in the reader's language."""

from django import template

from wildlife.species.habitats import habitat_name
from wildlife.told import told

register = template.Library()
register.filter("told", told)
register.filter("habitat", habitat_name)
