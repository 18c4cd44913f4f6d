"""A reader looks animals up: searches, filters, reads a page, and sees a map of where it lives."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, WIDE, fits, keep

pytestmark = [
    pytest.mark.shared,
    pytest.mark.browser,
    pytest.mark.services,
    pytest.mark.xdist_group("product"),
]

SMALLEST = {"width": 360, "height": 700}


def cards(page: Page) -> list[str]:
    return page.locator(".card__title").all_inner_texts()


def test_typing_finds_species_and_the_address_keeps_what_was_typed(visit):
    page = visit("/species/")
    page.get_by_role("searchbox", name="Name").press_sequentially("savanna eleph")
    expect(page.locator(".card__title")).to_have_text(["African Savanna Elephant"])
    page.wait_for_url("**/species/?q=savanna+eleph")
    page.reload()
    expect(page.get_by_role("searchbox", name="Name")).to_have_value("savanna eleph")
    page.locator(".card__in").click()
    expect(page.locator("h1")).to_contain_text("African Savanna Elephant")
    page.go_back()
    expect(page.get_by_role("searchbox", name="Name")).to_have_value("savanna eleph")


def test_filters_combine_and_more_is_added_below(visit):
    page = visit("/species/")
    page.get_by_label("Class").select_option("mammalia")
    page.get_by_label("Red List").select_option("EN")
    page.get_by_label("Country").select_option("KEN")
    page.wait_for_url(re.compile("category=EN.*country=KEN"))
    expect(page.locator(".cards")).to_contain_text("Loxodonta africana")
    assert set(page.locator(".card .iucn__badge").all_inner_texts()) == {"EN"}
    page.get_by_role("link", name="Clear the filters").click()
    first = cards(page)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".card")).to_have_count(2 * len(first))
    assert cards(page)[: len(first)] == first


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_species_page_draws_where_it_lives(visit, viewport):
    page = visit("/species/loxodonta-africana/", viewport=viewport)
    page.locator("[data-map]").scroll_into_view_if_needed()
    expect(page.locator("path.land").first).to_be_visible()
    assert page.locator("path.land").count() > 200
    assert page.locator("path.land--native").count() > 10
    filled = page.locator("path.land--native").first.evaluate("path => getComputedStyle(path).fill")
    empty = page.locator("path.land--none").first.evaluate("path => getComputedStyle(path).fill")
    assert filled != empty
    expect(page.locator(".taxon__places")).to_contain_text("Kenya")
    assert fits(page)
    keep(page, "species-" + ("wide" if viewport == WIDE else "phone"))


def test_a_tap_on_the_map_names_the_country(visit):
    page = visit("/species/loxodonta-africana/", viewport=PHONE, has_touch=True, is_mobile=True)
    page.locator("[data-map]").scroll_into_view_if_needed()
    page.locator("path.land--native").first.tap()
    expect(page.locator(".map__name")).to_contain_text("native")


@pytest.mark.parametrize("path", ["/species/", "/species/panthera-tigris/", "/species/felidae/"])
def test_nothing_is_wider_than_a_small_phone(visit, path):
    assert fits(visit(path, viewport=SMALLEST))


def test_without_scripts_all_can_be_found_and_read(visit):
    page = visit("/species/", java_script_enabled=False)
    page.get_by_role("searchbox", name="Name").fill("tiger")
    page.get_by_label("Class").select_option("mammalia")
    page.get_by_role("button", name="Show").click()
    page.locator(".card__in", has_text="Panthera tigris").click()
    expect(page.locator(".map")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("India")
