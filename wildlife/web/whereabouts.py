"""What the place of a photo had to do with its answer, in words (R8 of `pipelines.fusion`)."""

from collections.abc import Mapping

from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipelines.rules import Rules
from wildlife.identifications.models import Identification
from wildlife.species.countries import country_name
from wildlife.web import wording
from wildlife.web.names import Name


def country_of(answer: Identification) -> str:
    """Return the name of the country that a photo was taken in or near, "" where none is known."""
    if not answer.countries:
        return ""
    return country_name(answer.countries[0], get_language() or "en")


def is_stranger(answer: Identification) -> bool:
    """Whether the taxon that an answer claims is known from other countries only."""
    return answer.taxon is not None and answer.taxon.slug in answer.elsewhere


def warning(answer: Identification) -> str:
    """Return what to think of where an answer's taxon is known from other countries only."""
    if not is_stranger(answer):
        return ""
    return _(
        "The catalogue does not list it for %(country)s: look twice. It may be an animal in human "
        "care, an escaped one, a gap in the catalogue, or a mistake."
    ) % {"country": country_of(answer)}


def in_words(answer: Identification, names: Mapping[str, Name], rules: Rules) -> str:
    """Return what the place of a photo made of its votes, "" where it plays no part."""
    if not (country := country_of(answer)):
        return ""
    own = answer.taxon.slug if answer.taxon else ""
    others = [names[slug].title for slug in answer.elsewhere if slug in names and slug != own]
    if not others:
        return ""
    return _(
        "The photo is from %(country)s. These are listed for other countries only, and counted "
        "%(share)s of what they would there: %(animals)s."
    ) % {
        "country": country,
        "share": wording.percent(rules.elsewhere),
        "animals": get_text_list(others, _("and")),
    }
