"""Values as sources write them, turned into those of the species tables."""

from functools import cache

import pycountry

from pipelines.taxonomy import RANKS
from wildlife.species.countries import country_name, is_country

OTHER_RANKS = frozenset(
    {
        "domain", "superkingdom", "subkingdom", "infrakingdom", "superphylum", "infraphylum",
        "parvphylum", "superclass", "subclass", "infraclass", "parvclass", "megacohort",
        "supercohort", "cohort", "subcohort", "magnorder", "superorder", "grandorder",
        "mirorder", "parvorder", "nanorder", "epifamily", "infrafamily", "supertribe",
        "subtribe", "infratribe", "infragenus", "subgenus", "section", "subsection",
        "supersection", "series", "species_aggregate", "subterclass", "section_zoology",
        "subsection_zoology", "section_botany", "gigaclass", "megaclass", "division",
        "subdivision", "infraspecific_name", "infraspecies", "infrasubspecific_name",
        "variety", "subvariety", "form", "subform", "forma", "varietas", "subforma", "natio",
        "aberration", "morph", "proles", "cultivar", "strain", "unranked", "zoosection",
        "zoosubsection", "complex", "stateofmatter", "epiclass", "hybrid", "genushybrid",
        "superdivision", "species_complex", "other",
    }
)  # fmt: skip
"""Ranks that sources have and our tree has not: what hangs below one hangs on what is above it."""

_RANKS = {
    **{rank: rank for rank in RANKS},
    "ssp": "subspecies", "ssp.": "subspecies", "subsp.": "subspecies", "sp": "species",
    "regnum": "kingdom", "classis": "class", "ordo": "order", "familia": "family",
    "subfamilia": "subfamily", "tribus": "tribe", "infraspecific name": "infraspecific_name",
}  # fmt: skip

_CATEGORIES = {
    "extinct": "EX",
    "extinct in the wild": "EW",
    "critically endangered": "CR",
    "endangered": "EN",
    "vulnerable": "VU",
    "near threatened": "NT",
    "lower risk/near threatened": "NT",
    "lower risk/conservation dependent": "NT",
    "lower risk/least concern": "LC",
    "least concern": "LC",
    "data deficient": "DD",
    "not evaluated": "NE",
    "lr/nt": "NT",
    "lr/cd": "NT",
    "lr/lc": "LC",
    "cr(pe)": "CR",
    "cr(pew)": "CR",
    "ct": "CR",
    "e": "EN",
    "v": "VU",
}

_COUNTRIES = {
    "alaska": "USA",
    "bolivia": "BOL",
    "brunei": "BRN",
    "cape verde": "CPV",
    "democratic republic of the congo": "COD",
    "east timor": "TLS",
    "england": "GBR",
    "ivory coast": "CIV",
    "macedonia": "MKD",
    "moldova": "MDA",
    "north macedonia": "MKD",
    "palestine": "PSE",
    "republic of the congo": "COG",
    "south korea": "KOR",
    "swaziland": "SWZ",
    "syria": "SYR",
    "são tomé & príncipe": "STP",
    "tanzania": "TZA",
    "the bahamas": "BHS",
    "the gambia": "GMB",
    "turkey": "TUR",
    "united states of america": "USA",
    "usa": "USA",
    "uk": "GBR",
    "venezuela": "VEN",
    "vietnam": "VNM",
}
"""What people write and the standard does not."""

_FORMULA = ("=", "+", "@", "\t", "\r")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could run this text instead of showing it."""
    return text.startswith(_FORMULA)


def rank_of(text: str) -> str:
    """Return one of RANKS or OTHER_RANKS; a rank that neither has as it stands."""
    word = text.strip().casefold()
    return _RANKS.get(word, word.replace(" ", "_") if " " in word else word)


def category_of(text: str) -> str:
    """Return the letters of a Red List category; what is none as it stands."""
    word = text.strip()
    if len(word) == 2 and word.upper() not in ("CT",):
        return word.upper()
    return _CATEGORIES.get(word.casefold().replace("_", " "), word)


def country_of(text: str) -> str:
    """Return the ISO 3166-1 alpha-3 code for a code or an English name; else the text itself."""
    word = text.strip()
    if is_country(word.upper()):
        return word.upper()
    return _country_names().get(word.casefold(), word)


@cache
def _country_names() -> dict[str, str]:
    """Return codes by names and alpha-2 codes, all in lower case."""
    names = {"xk": "XKX", "kosovo": "XKX"}
    for country in pycountry.countries:
        code = str(country.alpha_3)
        for said in (country.alpha_2, country.name, country_name(code)):
            names[said.casefold()] = code
            names[said.casefold().replace(" and ", " & ")] = code
        for more in ("common_name", "official_name"):
            if said := getattr(country, more, ""):
                names[said.casefold()] = code
    return names | _COUNTRIES
