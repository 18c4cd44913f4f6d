"""A ranger finds, chooses, labels and takes along photos, and sees where and when they are from."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from playwright.sync_api import Page, expect

from pipelines.keys import thumb_key
from tests.e2e.axe import axe_script, grave_violations
from tests.e2e.conftest import PHONE, WIDE, fits, keep
from tests.images import saved
from tests.web import builders
from wildlife.identifications.digests import write_digests
from wildlife.library.models import Tagged
from wildlife.photos.models import Photo

pytestmark = [pytest.mark.browser, pytest.mark.services]

PHOTOS = 60
SHOWN = ("loxodonta-africana", "panthera-leo", "leopardus-pardalis", "loxodonta-africana", "")
SITES = ((-2.0, 35.0), (-19.0, 23.0), (-2.02, 35.01))
VIEWS = ("", "map/", "times/", "species/")
ONE_LINE = 60
"""Pixels: two lines of links are higher."""


@pytest.fixture
def rows(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Photos of coloured planes: no real photo is on a screenshot."""
    taxa = builders.plant()
    made = []
    for number in range(PHOTOS):
        plane = Image.new("RGB", (320, 240), (60 + number * 2, 120, 160 - number * 2))
        monkeypatch.setattr(builders, "MINI_JPEG", saved(plane))
        latitude, longitude = SITES[number % len(SITES)]
        photo = builders.photo(
            name=f"IMG_{number:04}.JPG",
            taken_at=datetime(2026, 3, 1, 6, tzinfo=UTC) + timedelta(hours=7 * number),
            latitude=latitude,
            longitude=longitude,
        )
        if slug := SHOWN[number % len(SHOWN)]:
            builders.answered(photo, taxa[slug], agreement=0.4 if number % 9 == 0 else 1.0)
        else:
            builders.run(photo)
            default_storage.save(thumb_key(str(photo.id)), ContentFile(builders.MINI_JPEG))
        made.append(photo.pk)
    write_digests(made)


def ticks(page: Page):
    return page.locator("input[name=photo]")


def test_filters_answer_at_once_and_stand_in_the_address(look, rows):
    page = look("/library/")
    expect(page.locator(".bulk__count")).to_have_text("60 photos")
    page.get_by_label("Animal", exact=True).press_sequentially("lio")
    expect(page.locator("#animals option")).to_have_count(1)
    page.get_by_label("Animal", exact=True).fill("Lion (Panthera leo)")
    page.get_by_label("Animal", exact=True).press("Enter")
    page.wait_for_url("**/library/?taxon=panthera-leo")
    expect(page.locator(".bulk__count")).to_have_text("12 photos")
    page.get_by_text("More filters").click()
    page.get_by_label("Experts disagree").check()
    page.wait_for_url("**/library/?taxon=panthera-leo&disputed=1")
    expect(page.locator(".pick")).to_have_count(1)
    page.get_by_role("link", name="Species").last.click()
    page.wait_for_url("**/library/species/?taxon=panthera-leo&disputed=1")
    page.get_by_role("link", name="Lion (remove)").click()
    page.wait_for_url("**/library/species/?disputed=1")


def test_more_photos_come_while_scrolling(look, rows):
    page = look("/library/")
    expect(ticks(page)).to_have_count(48)
    page.mouse.wheel(0, 20_000)
    expect(ticks(page)).to_have_count(PHOTOS)


def test_a_row_is_chosen_with_shift_labelled_and_undone(look, rows):
    page = look("/library/")
    expect(page.locator("[data-actions]")).to_be_hidden()
    ticks(page).nth(1).check()
    ticks(page).nth(5).click(modifiers=["Shift"])
    expect(page.locator("[data-words]")).to_have_text("5 photos chosen")
    page.locator("#tag").fill("waterhole")
    page.locator("#tag").press("Enter")
    expect(page.locator(".job")).to_contain_text("5 photos labelled “waterhole”.")
    expect(page.locator(".tag")).to_have_count(5)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".messages")).to_contain_text("as they were before")
    expect(page.locator(".tag")).to_have_count(0)
    assert not Tagged.objects.exists()


def test_all_on_the_page_and_all_that_match(look, rows):
    page = look("/library/?taxon=panthera-leo")
    page.get_by_label("Choose all on this page").check()
    expect(page.locator("[data-words]")).to_have_text("12 photos chosen")
    page.get_by_role("button", name="Choose none").click()
    expect(page.locator("[data-actions]")).to_be_hidden()
    page.get_by_label("Choose all on this page").check()
    page.get_by_label("all that match the filters").check()
    expect(page.locator("[data-words]")).to_have_text("All that match are chosen")
    with page.expect_download() as download:
        page.get_by_role("button", name="Table (CSV)").click()
    assert download.value.path().read_text("utf-8-sig").count("Panthera leo") == 12


def test_deleting_asks_first(look, rows):
    page = look("/library/")
    ticks(page).nth(0).check()
    page.get_by_role("button", name="Delete…").click()
    expect(page.locator("h1")).to_have_text("Delete for good?")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".job")).to_contain_text("1 photo deleted.")
    assert Photo.objects.count() == PHOTOS - 1


def test_a_filter_is_kept_and_found_again(look, rows):
    page = look("/library/?disputed=1")
    page.get_by_label("Name to keep this filter under").fill("To look at")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("link", name="Clear all filters").or_(
        page.get_by_role("link", name="experts disagree (remove)")
    ).click()
    page.get_by_role("link", name="To look at").click()
    page.wait_for_url("**/library/?disputed=1")


def test_clusters_on_the_map_part_and_lead_to_their_photos(look, rows):
    page = look("/library/map/")
    expect(page.locator(".sighting")).to_have_count(2)
    expect(page.locator(".sighting").first).to_have_text("40")
    page.get_by_role("link", name="40 photos").press("Enter")
    page.wait_for_url(re.compile(r"/library/\?box="))
    expect(page.locator(".bulk__count")).to_have_text("40 photos")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_view_fits_is_accessible_and_is_kept_as_a_picture(look, rows, viewport, scheme):
    script = axe_script()
    page = look("/robots.txt", viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    origin = page.url.removesuffix("/robots.txt")
    for view in VIEWS:
        page.goto(f"{origin}/library/{view}?group=mammal")
        if view == "map/":
            expect(page.locator(".sighting").first).to_be_visible()
        if not view:
            ticks(page).nth(2).check()
        assert fits(page), view
        assert grave_violations(page, script) == [], view
        size = "wide" if viewport == WIDE else "phone"
        keep(page, f"library-{view.strip('/') or 'photos'}-{size}-{scheme}")


def test_nothing_is_wider_than_a_small_phone(look, rows):
    page = look("/robots.txt", viewport={"width": 360, "height": 700})
    origin = page.url.removesuffix("/robots.txt")
    for view in VIEWS:
        page.goto(f"{origin}/library/{view}?taxon=mammalia&disputed=1&since=2026-03-01")
        assert fits(page), view
    page.goto(f"{origin}/species/")
    assert page.locator(".strip").bounding_box()["height"] < ONE_LINE
    expect(page.locator(".strip [aria-current]")).to_be_in_viewport(ratio=1)


def test_without_scripts_all_can_be_done(look, rows):
    page = look("/library/", java_script_enabled=False)
    page.get_by_label("Animal", exact=True).fill("lion")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".bulk__count")).to_have_text("12 photos")
    ticks(page).nth(0).check()
    page.locator("#tag").fill("waterhole")
    page.get_by_role("button", name="Put on").click()
    expect(page.locator(".job")).to_contain_text("1 photo labelled “waterhole”.")
