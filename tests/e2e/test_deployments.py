"""A team begins: a project, a member by link, its cameras, photos for them, and what they saw."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from pipelines.keys import thumb_key
from tests.e2e.axe import axe_script, grave_violations
from tests.e2e.conftest import PHONE, WIDE, fits, keep
from tests.images import saved
from tests.web import builders
from wildlife.identifications import events
from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, Event, Membership, Project, Role

pytestmark = [pytest.mark.browser, pytest.mark.services]

PASSWORD = "horse-staple-9"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Look = Callable[..., Page]


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is uploaded waits: no worker is there."""
    monkeypatch.setattr("wildlife.web.uploads.receiving.dispatch", lambda: None)


def sign_in(page: Page, name: str) -> None:
    page.locator("input[name=login]").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def sound(page: Page, name: str) -> None:
    """Check that a screen fits its window and is usable for all, and keep a picture of it."""
    assert fits(page), name
    assert grave_violations(page, axe_script()) == [], name
    keep(page, name)


def click_map(canvas: Locator, across: float, down: float) -> None:
    canvas.scroll_into_view_if_needed()
    expect(canvas).to_have_class(re.compile("is-drawn"))
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": box["width"] * across, "y": box["height"] * down})


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_team_begins(
    look: Look, quiet: None, size: dict[str, int], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    screen = request.node.callspec.id
    for name in ("ann", "ben"):
        User.objects.create_user(name, password=PASSWORD)
    # A project, and a link for somebody to come in.
    page = look("/accounts/login/?next=/projects/new/", size)
    sign_in(page, "ann")
    page.get_by_label("Name").fill("Mara")
    page.get_by_role("button", name="Make the project").click()
    expect(page.get_by_role("heading", name="Mara")).to_be_visible()
    sound(page, f"project-{screen}")
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("They become").select_option("curator")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Send it to whom you invite").input_value()

    ben = look("/accounts/login/", size)
    sign_in(ben, "ben")
    ben.wait_for_url(lambda url: "login" not in url)
    ben.goto(link)
    ben.get_by_role("button", name="Join").click()
    expect(ben.get_by_role("heading", name="Mara")).to_be_visible()
    assert Membership.objects.get(user__username="ben").role == Role.CURATOR

    # A deployment, its place by a click on the map.
    ben.get_by_role("link", name="Deployments", exact=True).first.click()
    ben.get_by_role("link", name="New deployment").click()
    ben.get_by_label("Name", exact=True).fill("C1")
    click_map(ben.locator("[data-pick]"), 0.55, 0.4)
    expect(ben.get_by_label("Latitude")).not_to_have_value("")
    ben.get_by_label("Begins").fill("2026-03-01T08:00")
    ben.get_by_label("Time zone").select_option("Africa/Nairobi")
    ben.get_by_text("The camera", exact=True).click()
    ben.get_by_label("Height").fill("0.5")
    sound(ben, f"deployment-form-{screen}")
    ben.get_by_role("button", name="Add the deployment").click()
    expect(ben.get_by_role("heading", name="C1")).to_be_visible()
    expect(ben.locator("[data-places].is-drawn .place-mark")).to_have_count(1)
    sound(ben, f"deployment-{screen}")
    made = Deployment.objects.get()
    assert (made.camera_height, made.start) == (0.5, NOON.replace(hour=8))

    # A table of others: looked at first, what is wrong in it told by line.
    table = tmp_path / "deployments.csv"
    table.write_text("deploymentID,latitude,longitude\nC2,-1.2,35.3\nC3,-1.3,535\n")
    ben.goto(ben.url.split("/deployments/")[0] + "/deployments/import/")
    ben.get_by_label("CSV file").set_input_files(table)
    ben.get_by_role("button", name="Preview").click()
    expect(ben.get_by_text("1 deployment is new: C2")).to_be_visible()
    expect(ben.get_by_role("row", name="3 longitude")).to_be_visible()
    sound(ben, f"deployments-import-{screen}")
    ben.get_by_role("button", name="Import these").click()
    expect(ben.locator(".rows__row")).to_have_count(2)
    expect(ben.locator("[data-places].is-drawn .place-mark")).to_have_count(2)
    sound(ben, f"deployments-{screen}")

    # A photo for one of them.
    ben.get_by_role("link", name="Mara").first.click()
    ben.get_by_role("link", name="Upload photos").click()
    ben.get_by_label("From the deployment").select_option("C2")
    photo = tmp_path / "one.jpg"
    photo.write_bytes(saved(Image.new("RGB", (64, 48), (90, 120, 60))))
    ben.locator("#files").set_input_files(photo)
    ben.wait_for_url("**/photos/*/")
    assert Photo.objects.get().deployment == Deployment.objects.get(name="C2")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_visits_are_told_and_counted(
    look: Look,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
    size: dict[str, int],
    request: pytest.FixtureRequest,
) -> None:
    screen = request.node.callspec.id
    page = look("/accounts/login/?next=/projects/mara/deployments/", size)
    camera = visited(monkeypatch)
    sign_in(page, "ann")

    # Photos without a deployment come to the one that stood there.
    page.get_by_role("link", name="belong to no deployment yet").click()
    page.get_by_role("link", name="By when and where they were taken").click()
    expect(page.get_by_text("1 photo fits none")).to_be_visible()
    sound(page, f"assign-{screen}")
    page.get_by_role("button", name="Assign 12 photos").click()
    expect(page.get_by_text("12 photos are assigned.")).to_be_visible()
    events.go_on()

    # Events, narrowed to an animal; one of them; a photo of it and back.
    page.get_by_role("link", name="Events", exact=True).click()
    expect(page.locator(".visit")).to_have_count(2)
    sound(page, f"events-{screen}")
    page.get_by_label("Animal").press_sequentially("lio")
    expect(page.locator("#animals option")).to_have_count(1)
    page.get_by_label("Animal").fill("lion")
    page.get_by_label("Animal").press("Enter")
    expect(page.locator(".visit")).to_have_count(1)
    page.locator(".visit__words").click()
    expect(page.get_by_role("heading", name="Lion")).to_be_visible()
    expect(page.locator(".tiles .tile")).to_have_count(9)
    sound(page, f"event-{screen}")
    page.locator(".tiles .tile").first.click()
    page.get_by_role("link", name="this photo and those around it").click()
    page.get_by_role("link", name="C1", exact=True).click()

    # Trap-nights and rates.
    page.get_by_role("link", name="10", exact=True).click()
    expect(page.get_by_role("row", name="Lion Panthera leo")).to_contain_text("10.00")
    sound(page, f"effort-{screen}")

    # The clock was an hour slow; the deployment goes, its photos stay.
    page.goto(page.url.split("/deployments/")[0] + f"/deployments/{camera.pk}/clock/")
    page.get_by_label("Hours").fill("1")
    page.get_by_role("button", name="Set the clock").click()
    expect(page.get_by_text("The times of 12 photos are moved.")).to_be_visible()
    page.get_by_role("link", name="Delete…").click()
    expect(page.get_by_text("12 photos stay in the project")).to_be_visible()
    sound(page, f"deployment-delete-{screen}")
    page.get_by_role("button", name="Delete the deployment").click()
    expect(page.get_by_text("C1 is deleted.")).to_be_visible()
    assert Photo.objects.filter(deployment=None).count() == 13
    assert not Event.objects.exists()


def visited(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """A camera of Ann's that was out for ten days, and photos of two visits and of another time."""
    ann = User.objects.create_user("ann", password=PASSWORD)
    project = Project.objects.create(slug="mara", name="Mara")
    Membership.objects.create(project=project, user=ann, role=Role.OWNER)
    taxa = builders.plant()
    camera = Deployment.objects.create(
        project=project, name="C1", latitude=-1.2, longitude=35.3, start=NOON,
        end=NOON + timedelta(days=10),
    )  # fmt: skip
    lion, elephant = taxa["panthera-leo"], taxa["loxodonta-africana"]
    times = [(lion, 60 * number) for number in range(1, 10)]
    times += [(elephant, 90_000 + number) for number in range(3)]
    for number, (taxon, seconds) in enumerate([*times, (lion, -90_000)]):
        plane = Image.new("RGB", (320, 240), (60 + number * 9, 120, 160 - number * 5))
        monkeypatch.setattr(builders, "MINI_JPEG", saved(plane))
        at = NOON + timedelta(seconds=seconds)
        photo = builders.photo(
            guest="", project=project, name=f"{number}.JPG", taken_at=at, recorded_at=at
        )
        builders.answered(photo, taxon)
        default_storage.save(thumb_key(str(photo.pk)), ContentFile(builders.MINI_JPEG))
    return camera
