"""A team reads how good answers are and sets a limit; staff look after the place."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from playwright.sync_api import Page, expect

from pipelines.keys import thumb_key
from tests.e2e.axe import axe_script, grave_violations
from tests.e2e.conftest import PHONE, WIDE, fits, keep
from tests.images import saved
from tests.web import builders
from wildlife.identifications.digests import write_digests
from wildlife.identifications.models import Verdict
from wildlife.ops.dashboard import machines
from wildlife.photos.models import Photo
from wildlife.projects.models import Membership, Project, Role

pytestmark = [pytest.mark.browser, pytest.mark.services]

SEEN = 40
NAMES = ("loxodonta-africana", "panthera-leo", "leopardus-pardalis")


@pytest.fixture
def mara(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project in which every fifth answer was wrong, the unsure ones more often."""
    taxa = builders.plant()
    project = Project.objects.create(slug="mara", name="Mara")
    monkeypatch.setattr(builders, "MINI_JPEG", saved(Image.new("RGB", (320, 240), (90, 120, 80))))
    for number in range(SEEN):
        photo = builders.photo("", project=project, name=f"IMG_{number:04}.JPG")
        said = NAMES[number % 3]
        builders.answered(photo, taxa[said], confidence=0.5 + number / SEEN / 2)
        default_storage.save(thumb_key(str(photo.pk)), ContentFile(builders.MINI_JPEG))
        if number % 4 == 3:
            continue
        box = photo.detections.get()
        truth = NAMES[1] if number < 20 and number % 5 == 0 else said
        Verdict.objects.create(
            photo=photo, x=box.x, y=box.y, width=box.width, height=box.height, taxon=taxa[truth]
        )
    write_digests(Photo.objects.values_list("pk", flat=True))
    return project


def signed_in(user: User, page: Page, url: str) -> None:
    client = Client()
    client.force_login(user)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}])


def keep_all(page: Page, name: str) -> None:
    """Take screenshots, wide and narrow, light and dark; nothing may be wider than its window."""
    for size, viewport in (("", WIDE), ("-phone", PHONE)):
        page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert fits(page)
            keep(page, f"{name}{size}-{scheme}")


def test_an_owner_slides_to_a_limit_and_sets_it(
    look: Callable[..., Page], live_server, mara: Project
) -> None:
    owner = User.objects.create_user("ann")
    Membership.objects.create(project=mara, user=owner, role=Role.OWNER)
    page = look(viewport=WIDE)
    signed_in(owner, page, live_server.url)
    page.goto(f"{live_server.url}/projects/mara/")
    page.get_by_role("link", name="Quality").click()
    expect(page.get_by_role("heading", name="How good the answers are")).to_be_visible()
    slider = page.get_by_label("Accept by itself from this sureness on")
    expect(page.locator("#would")).to_contain_text("From 95% on")
    slider.focus()
    for _ in range(15):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#would")).to_contain_text("From 80% on")
    expect(page.get_by_role("img", name="How often answers were true")).to_be_visible()
    page.locator(".confusions img").first.scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, 0)")
    keep_all(page, "quality")
    page.set_viewport_size({"width": 360, "height": 740})
    assert fits(page)
    assert grave_violations(page, axe_script()) == []
    page.get_by_role("button", name="Accept by itself from 80% on").click()
    expect(page.get_by_role("status")).to_contain_text("at least 80% sure")
    mara.refresh_from_db()
    assert mara.accept_above == 0.8
    expect(slider).to_have_value("80")


def test_staff_see_what_failed_and_try_it_again(
    look: Callable[..., Page], live_server, mara: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew = {"one@here": ["control", "detect"], "two@there": ["expert.mammals"]}
    monkeypatch.setattr(machines, "present", lambda: crew)
    monkeypatch.setattr(machines, "length", lambda name: 3)
    for number in range(3):
        builders.photo(
            state="failed", name=f"A_rather_long_name_{number}.JPG", failure="The file ends early."
        )
    staff = User.objects.create_superuser("ops")
    page = look(viewport=WIDE)
    signed_in(staff, page, live_server.url)
    page.goto(f"{live_server.url}/admin/")
    page.get_by_role("link", name="How it is doing").first.click()
    expect(page.get_by_text("A_rather_long_name_0.JPG")).to_be_visible()
    expect(page.get_by_text("40 photos in the last hour")).to_be_visible()
    keep_all(page, "dashboard")
    page.set_viewport_size({"width": 360, "height": 740})
    assert fits(page)
    builders.photo(state="failed", name="Later.JPG")
    expect(page.get_by_text("Later.JPG")).to_be_visible(timeout=15_000)  # by itself
    page.get_by_role("button", name="Try Later.JPG again").click()
    expect(page.get_by_text("1 photo is looked at again.")).to_be_visible()
    page.get_by_role("button", name="Try all 3 again").click()
    expect(page.get_by_text("3 photos are looked at again.")).to_be_visible()
    assert Photo.objects.filter(state="waiting").count() == 4
