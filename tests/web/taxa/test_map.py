import gzip
import json
import re
from pathlib import Path

import pycountry
import pytest
from django.conf import settings
from django.test import Client

from wildlife.species.models import ConservationAssessment, Range
from wildlife.web.taxa.outlines import outlines
from wildlife.web.taxa.places import places_of, range_map
from wildlife.web.taxa.traits import mass


@pytest.fixture(scope="module")
def world() -> dict[str, dict]:
    features = json.loads(gzip.decompress(outlines().body))["features"]
    return {feature["id"]: feature for feature in features}


def test_every_country_has_an_outline(world: dict) -> None:
    codes = {country.alpha_3 for country in pycountry.countries} | {"XKX"}

    assert set(world) == codes
    assert all(feature["geometry"]["coordinates"] for feature in world.values())


def test_outlines_are_small_enough_for_a_phone() -> None:
    assert len(outlines().body) < 100_000


def test_small_countries_have_a_dot_where_they_are(world: dict) -> None:
    assert world["MLT"]["properties"]["dot"] == pytest.approx([14.4, 35.9], abs=0.2)
    assert world["MUS"]["properties"]["dot"] == pytest.approx([57.6, -20.3], abs=0.2)
    assert "dot" not in world["KEN"]["properties"]


def test_new_countries_lie_on_top_of_those_they_were_part_of(world: dict) -> None:
    order = list(world)

    assert order.index("SSD") > order.index("SDN")
    west, south, east, north = world["SSD"]["properties"]["main"]
    assert 23 < west < east < 37
    assert 3 < south < north < 13


def test_rings_are_closed_and_neighbours_share_their_border(world: dict) -> None:
    def points(code: str) -> set[tuple[float, float]]:
        polygons = world[code]["geometry"]["coordinates"]
        return {tuple(point) for polygon in polygons for ring in polygon for point in ring}

    for feature in world.values():
        for polygon in feature["geometry"]["coordinates"]:
            assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in polygon)
    assert len(points("KEN") & points("TZA")) >= 4


@pytest.mark.django_db
def test_outlines_may_be_kept_for_good_and_an_old_address_leads_to_the_new_one() -> None:
    response = Client().get(f"/species/outlines/{outlines().version}.json")

    assert response["Content-Encoding"] == "gzip"
    assert "immutable" in response["Cache-Control"]
    assert "public" in response["Cache-Control"]
    assert "Cookie" not in response.get("Vary", "")
    old = Client().get("/species/outlines/old.json")
    assert old["Location"] == f"/species/outlines/{outlines().version}.json"


def test_a_country_is_coloured_by_what_is_true_of_all_of_it() -> None:
    rows = [
        Range(country="ESP", region="ES-CN", presence="introduced"),
        Range(country="ESP", presence="native"),
        Range(country="FRA", region="FR-20R", presence="introduced"),
        Range(country="FRA", region="Camargue", presence="introduced"),
    ]

    found = range_map("x", places_of(rows, "en"), "X").data["countries"]

    assert found["ESP"]["kind"] == "native"
    assert found["ESP"]["words"] == "Spain: native; Spain (Canarias): introduced"
    assert found["FRA"]["words"] == "France (Camargue, Corse): introduced"


@pytest.mark.parametrize(
    ("grams", "words"),
    [
        (4_540_000, "4.5 t"),
        (150_000_000, "150 t"),
        (999.9, "1 kg"),
        (190_000, "190 kg"),
        (35, "35 g"),
        (3.25, "3.2 g"),
        (0.2, "200 mg"),
    ],
)
def test_a_mass_is_told_as_people_say_it(grams: float, words: str) -> None:
    assert mass(grams) == words


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("category", ConservationAssessment.Category.values)
def test_the_letters_of_every_badge_can_be_read(category: str) -> None:
    css = (Path(settings.BASE_DIR) / "static/css/wildlife.css").read_text()

    ground, ink = re.search(
        rf"\.iucn-{category} {{ --grade: (#\w+); --grade-ink: (#\w+); }}", css
    ).groups()

    light, dark = sorted((_luminance(ground), _luminance(ink)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
