"""What the admin's templates of species need beside Django's own tags."""

from functools import cache

import pycountry
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wildlife.species.countries import country_name, is_country
from wildlife.species.models import ConservationAssessment

register = template.Library()


@register.simple_tag
def badge(category: str) -> SafeString:
    """Return a category of the Red List in its standard colours."""
    said = ConservationAssessment.Category(category).label
    return format_html(
        '<span class="iucn-badge iucn-{}" title="{}">{}</span>', category, said, category
    )


@register.simple_tag
def countries() -> list[tuple[str, str]]:
    """Return the codes and English names of all countries, by name."""
    return _countries()


@cache
def _countries() -> list[tuple[str, str]]:
    codes = [*(country.alpha_3 for country in pycountry.countries), "XKX"]
    named = [(code, country_name(code)) for code in codes if is_country(code)]
    return sorted(named, key=lambda pair: pair[1])
