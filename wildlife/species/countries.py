"""Countries by their ISO 3166-1 alpha-3 code."""

import gettext
from functools import cache
from typing import Any

import pycountry
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_SHORT = {
    "BRN": "Brunei",
    "COD": "DR Congo",
    "COG": "Republic of the Congo",
    "FLK": "Falkland Islands",
    "FSM": "Micronesia",
    "LAO": "Laos",
    "MAF": "Saint Martin",
    "PRK": "North Korea",
    "PSE": "Palestine",
    "RUS": "Russia",
    "SXM": "Sint Maarten",
    "SYR": "Syria",
    "TUR": "Turkey",
    "VGB": "British Virgin Islands",
    "VIR": "US Virgin Islands",
    "XKX": "Kosovo",
}
"""Where the standard's English name is not what people say, and the code that it lacks."""

_SHORT_CHINESE = {
    "BGD": "孟加拉国",
    "CCK": "科科斯（基林）群岛",
    "COG": "刚果共和国",
    "FLK": "福克兰群岛（马尔维纳斯）",
    "GTM": "危地马拉",
    "MLT": "马耳他",
    "XKX": "科索沃",
}
"""The same, of the names in simplified Chinese."""

_LOCALES = {"zh-hans": "zh_CN", "zh-cn": "zh_CN", "zh": "zh_CN", "zh-hant": "zh_TW"}


def is_country(code: str) -> bool:
    return code == "XKX" or (len(code) == 3 and pycountry.countries.get(alpha_3=code) is not None)


def validate_country(code: str) -> None:
    """Raise ValidationError where `code` is no ISO 3166-1 alpha-3 code."""
    if not is_country(code):
        raise ValidationError(
            _("“%(code)s” is no ISO 3166-1 alpha-3 code of a country.") % {"code": code}
        )


@cache
def country_name(code: str, language: str = "en") -> str:
    """Return the short name in a language (BCP 47), in English where there is none.

    An unknown code is its own name.
    """
    country = pycountry.countries.get(alpha_3=code)
    english = _SHORT.get(code) or _said(country)
    if _LOCALES.get(language.lower()) == "zh_CN" and code in _SHORT_CHINESE:
        return _SHORT_CHINESE[code]
    if country is None or language.lower().startswith("en"):
        return english or code
    wording = _wording(language.lower())
    for name in (_said(country), country.name):
        if (translated := wording.gettext(name)) != name:
            return translated
    return english


def in_order(name: str) -> bytes:
    """Return what names are sorted by: Chinese ones by how they are pronounced.

    The national encoding has its characters in the order of pinyin.
    """
    return name.encode("gb18030", "replace")


def _said(country: Any) -> str:
    """Return the name that the standard has for everyday use, "" where there is no country."""
    return str(getattr(country, "common_name", "") or getattr(country, "name", ""))


@cache
def _wording(language: str) -> gettext.NullTranslations:
    locale = _LOCALES.get(language, language.replace("-", "_"))
    return gettext.translation(
        "iso3166-1", pycountry.LOCALES_DIR, languages=[locale, locale[:2]], fallback=True
    )
