"""What axe-core finds on the pages, on a phone and a wide screen, light and dark."""

from collections.abc import Iterator

import pytest
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Page

from tests.e2e import scenes
from tests.e2e.axe import axe_script, grave_violations
from tests.e2e.conftest import PHONE
from tests.web import builders

pytestmark = [pytest.mark.browser, pytest.mark.services]

DESK = {"width": 1400, "height": 900}
SMALLEST = {"width": 360, "height": 700}


def pages() -> Iterator[tuple[str, str]]:
    """Return names and paths of the pages to look at, with the rows that they need."""
    taxa = builders.plant()
    yield "home", "/"
    yield "done", f"/photos/{scenes.single(taxa).id}/"
    yield "several", f"/photos/{scenes.several(taxa).id}/"
    yield "waiting", f"/photos/{builders.photo(state='waiting').id}/"
    steps = ("detect", "sort", "expert.mammals", "expert.general")
    yield "running", f"/photos/{scenes.going_on(*steps, silent='general').id}/"
    yield "failed", f"/photos/{scenes.failed().id}/"
    yield "catalogue", "/species/"
    yield "species", "/species/loxodonta-africana/"
    yield "help", "/help/"
    yield "missing", "/nothing/here"
    for name in ("account_login", "account_signup", "web:library:gallery"):
        try:
            yield name.split(":")[-1], reverse(name)
        except NoReverseMatch:
            continue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["wide", "phone"])
def test_nothing_grave_stands_in_anybodys_way(look, viewport, scheme):
    script = axe_script()
    found = {}
    paths = dict(pages())
    page: Page = look("/help/", viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    origin = page.url.removesuffix("/help/")
    for name, path in paths.items():
        page.goto(origin + path)
        found[name] = grave_violations(page, script)
    assert [sentence for sentences in found.values() for sentence in sentences] == []


def test_what_is_wrong_would_be_found(look):
    script = axe_script()
    page = look("/help/")
    page.evaluate("document.querySelector('main').append(new Image())")
    assert [one.split()[0] for one in grave_violations(page, script)] == ["image-alt"]


def test_the_list_of_keys_is_accessible_too(look):
    script = axe_script()
    page = look(f"/photos/{scenes.single(builders.plant()).id}/")
    page.keyboard.press("?")
    assert grave_violations(page, script) == []


def test_nothing_is_wider_than_a_small_phone(look):
    paths = dict(pages())
    page: Page = look("/help/", viewport=SMALLEST)
    origin = page.url.removesuffix("/help/")
    wider = {}
    for name, path in paths.items():
        page.goto(origin + path)
        wider[name] = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    assert wider == dict.fromkeys(paths, 0)
