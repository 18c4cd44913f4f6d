"""A reviewer answers sheets of look-alikes by keys, leaves one out, and takes it all back."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe_script, grave_violations
from tests.e2e.conftest import PHONE, WIDE, fits, keep
from tests.images import saved
from tests.web import builders
from wildlife.identifications import lineup
from wildlife.identifications.digests import write_digests
from wildlife.identifications.models import Detection, Verdict
from wildlife.projects.models import Membership, Project
from wildlife.species.index import refresh

pytestmark = [pytest.mark.browser, pytest.mark.services]

LION, ELEPHANT = "panthera-leo", "loxodonta-africana"


@pytest.fixture
def boxes(look, monkeypatch: pytest.MonkeyPatch) -> list[Detection]:
    """Eight elephants of one look, one of them called another, and three lions of another look."""
    nearest = builders.release("embedder")
    nearest.name = "nearest"
    nearest.save()
    monkeypatch.setattr(lineup, "_compares", lambda release: True)
    taxa = builders.plant()
    refresh()
    project = Project.objects.create(slug="mara", name="Mara")
    reviewer = User.objects.create_user("ann", password="x")
    Membership.objects.create(project=project, user=reviewer, role="reviewer")
    looks = [(0, ELEPHANT)] * 7 + [(0, "elephas-maximus")] + [(90, LION)] * 3
    for number, (angle, slug) in enumerate(looks):
        colour = (40 + number * 9, 120, 160 - angle)
        monkeypatch.setattr(builders, "MINI_JPEG", saved(Image.new("RGB", (320, 320), colour)))
        photo = builders.photo("", project=project, name=f"IMG_{number:04}.JPG")
        builders.answered(photo, taxa[slug], confidence=0.5 + number / 100)
        builders.seen(photo.detections.get(), angle)
        write_digests([photo.pk])
    return list(Detection.objects.order_by("pk"))


@pytest.fixture
def sheet(boxes, look, live_server):
    """Open the look-alikes as the reviewer."""

    def open_page(viewport: dict[str, int] = WIDE, **options) -> Page:
        client = Client()
        client.force_login(User.objects.get(username="ann"))
        page = look("/help/", viewport=viewport, **options)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key}
        page.context.add_cookies([{**cookie, "url": live_server.url}])
        page.goto(f"{live_server.url}/projects/mara/review/alike/")
        return page

    return open_page


def said() -> list[str]:
    rows = Verdict.objects.filter(given_by__username="ann").order_by("pk")
    return [row.taxon.slug if row.taxon else row.kind for row in rows]


def test_a_sheet_is_answered_without_the_mouse_and_taken_back(sheet):
    page = sheet()
    expect(page.locator("#sheet-title")).to_have_text("African savanna elephant")
    expect(page.locator("[data-ticked]")).to_have_text("8")
    for all_of_them in ("0", "8"):
        page.keyboard.press("x")
        expect(page.locator("[data-ticked]")).to_have_text(all_of_them)
    page.keyboard.press("ArrowRight")
    odd = page.get_by_role("checkbox", name="Asian elephant")
    for _ in range(8):
        if odd.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(odd).not_to_be_checked()
    expect(page.locator("[data-ticked]")).to_have_text("7")
    assert grave_violations(page, axe_script()) == []
    keep(page, "alike")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("New to this project")
    page.keyboard.press("a")
    expect(page.locator("#sheet-title")).to_have_text("Lion")
    assert said() == [ELEPHANT] * 7
    page.keyboard.press("c")
    page.keyboard.type("asian ele")
    expect(page.get_by_role("option", name="Asian elephant")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("No look-alikes wait for you")).to_be_visible()
    assert said() == [ELEPHANT] * 7 + ["elephas-maximus"] * 3
    page.keyboard.press("z")
    expect(page.locator("#sheet-title")).to_have_text("Lion")
    page.keyboard.press("z")
    expect(page.locator("[data-ticked]")).to_have_text("8")
    assert said() == []


def test_on_a_phone_it_fits_and_works_by_touch_and_without_scripts(sheet):
    page = sheet(PHONE)
    assert fits(page)
    keep(page, "alike-phone")
    page.get_by_role("checkbox").first.uncheck()
    for _ in range(2):  # it is new to the project
        page.get_by_role("button", name="African savanna elephant").click()
    expect(page.locator("#sheet-title")).to_have_text("Lion")
    assert len(said()) == 7
    page = sheet(PHONE, java_script_enabled=False)
    page.get_by_role("button", name="Later").click()
    expect(page.get_by_text("No look-alikes wait for you")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("#sheet-title")).to_have_text("African savanna elephant")
    assert said() == []
