"""Answers of the Red List's API in the shape of real ones; the texts in them must not be stored."""

from typing import Any

TEXT = "A text that belongs to its authors."
GLOBAL = {"description": {"en": "Global"}, "code": "1"}
EUROPE = {"description": {"en": "Europe"}, "code": "2"}


def listed(pk: int, sis: int, year: str, *, latest: bool = True, **more: Any) -> dict[str, Any]:
    """An assessment as lists have it."""
    return {
        "year_published": year,
        "latest": latest,
        "possibly_extinct": False,
        "possibly_extinct_in_the_wild": False,
        "sis_taxon_id": sis,
        "url": f"https://www.iucnredlist.org/species/{sis}/{pk}",
        "taxon_scientific_name": "Panthera leo",
        "red_list_category_code": "VU",
        "assessment_id": pk,
        "scopes": [GLOBAL],
        **more,
    }


def taxon(**more: Any) -> dict[str, Any]:
    return {
        "sis_id": 15951,
        "scientific_name": "Panthera leo",
        "species_taxa": [],
        "subpopulation_taxa": [],
        "infrarank_taxa": [],
        "kingdom_name": "ANIMALIA",
        "phylum_name": "CHORDATA",
        "class_name": "MAMMALIA",
        "order_name": "CARNIVORA",
        "family_name": "FELIDAE",
        "genus_name": "Panthera",
        "species_name": "leo",
        "subpopulation_name": None,
        "infra_name": None,
        "authority": "(Linnaeus, 1758)",
        "species": True,
        "subpopulation": False,
        "infrarank": False,
        "ssc_groups": [],
        "common_names": [
            {
                "main": True,
                "name": "Lion",
                "language": {"code": "eng", "description": {"en": "English"}},
            },
            {"main": False, "name": "León", "language": "spa"},
        ],
        "synonyms": [{"name": "Felis leo Linnaeus, 1758", "status": "ACCEPTED"}],
        **more,
    }


def assessment(pk: int = 266696959, **more: Any) -> dict[str, Any]:
    """An assessment in full."""
    return {
        "assessment_date": "2023-02-23T00:00:00.000Z",
        "year_published": "2024",
        "latest": True,
        "possibly_extinct": False,
        "possibly_extinct_in_the_wild": False,
        "sis_taxon_id": 15951,
        "criteria": "A2abcd",
        "url": f"https://www.iucnredlist.org/species/15951/{pk}",
        "citation": (
            "Nicholson, S. 2024. Panthera leo. The IUCN Red List of Threatened Species 2024: "
            f"e.T15951A{pk}. Accessed on 02 December 2024."
        ),
        "assessment_id": pk,
        "taxon": taxon(),
        "population_trend": {"description": {"en": "Decreasing"}, "code": "1"},
        "red_list_category": {
            "version": "3.1",
            "description": {"en": "Vulnerable"},
            "code": "VU",
        },
        "supplementary_info": {"identification_information": TEXT},
        "documentation": {"rationale": TEXT, "range": TEXT, "threats": TEXT, "habitats": TEXT},
        "habitats": [
            habitat("2_1", "Savanna - Dry", major="Yes", season="Breeding Season"),
            habitat("2_1", "Savanna - Dry", suitability="Marginal", season="Passage"),
            habitat("9_8_1", "Outer Reef Channel", suitability="Marginal"),
            habitat("8_1", "Desert - Hot", suitability=None),
        ],
        "locations": [
            location("KE", "Kenya"),
            location("RU-EU", "European Russia", origin="Introduced"),
            location("MA", "Morocco", presence="Extinct Post-1500"),
            location("EE", "Estonia", origin="Origin Uncertain"),
            location("NG", "Nigeria", origin="Vagrant"),
            location("ZZ", "Nowhere"),
        ],
        "threats": [{"code": "5_1_1", "text": TEXT}],
        "scopes": [GLOBAL],
        "systems": [{"description": {"en": "Terrestrial"}, "code": "0"}],
        **more,
    }


def habitat(
    code: str,
    name: str,
    *,
    major: str | None = None,
    suitability: str | None = "Suitable",
    season: str = "Resident",
) -> dict[str, Any]:
    return {
        "majorImportance": major,
        "season": season,
        "suitability": suitability,
        "description": {"en": name},
        "code": code,
    }


def location(
    code: str, name: str, *, origin: str = "Native", presence: str = "Extant"
) -> dict[str, Any]:
    return {
        "is_endemic": False,
        "formerlyBred": None,
        "origin": origin,
        "presence": presence,
        "seasonality": ["Resident"],
        "description": {"en": name},
        "code": code,
    }
