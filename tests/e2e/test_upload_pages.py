"""The page of an upload, a wrong clock, and a place that is set on the map."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import axe_script, grave_violations
from tests.e2e.conftest import PHONE, WIDE, fits, keep
from tests.web import builders
from wildlife.photos.models import Photo, Upload, UploadItem

pytestmark = [pytest.mark.browser, pytest.mark.services]

SMALLEST = {"width": 360, "height": 740}
TAKEN = datetime(2020, 1, 31, 23, 30, tzinfo=UTC)


@pytest.fixture
def batch(transactional_db: None) -> Upload:
    """An upload with some of everything."""
    taxa = builders.plant()
    made = Upload.objects.create(guest="a-guest")
    for number in range(4):
        photo = builders.photo(upload=made, name=f"IMG_{number:04d}.JPG", camera_model="HC600")
        photo.taken_at = photo.recorded_at = TAKEN + timedelta(minutes=number)
        if number:
            photo.latitude = photo.recorded_latitude = -33.51
            photo.longitude = photo.recorded_longitude = 18.25
        photo.save()
        builders.answered(photo, taxa["loxodonta-africana"])
        item(made, "taken", photo)
    item(made, "taken", builders.photo(upload=made, state="failed", failure="It is cut short."))
    item(made, "taken", builders.photo(upload=made, state="waiting"))
    item(made, "refused", path=f"{'a-long-folder-name/' * 6}狮子.jpg", problem="It is no photo.")
    for _ in range(30):
        item(made, "expected")
    return made


def item(
    batch: Upload, state: str, photo: Photo | None = None, path: str = "", **more: str
) -> None:
    number = UploadItem.objects.count()
    UploadItem.objects.create(
        upload=batch,
        key=str(number),
        path=path or f"DCIM/100RECNX/IMG_{number:04d}.JPG",
        size=1,
        state=state,
        photo=photo,
        **more,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_and_stand_in_nobodys_way(look, batch, scheme):
    script = axe_script()
    photo = batch.photos.get(filename="IMG_0001.JPG")
    paths = {
        "page": batch.get_absolute_url(),
        "clock": f"/uploads/{batch.pk}/clock?moment=2021-03-01T00:00:05",
        "place": f"/uploads/{batch.pk}/place",
        "origin": f"/photos/{photo.pk}/origin",
        "photo": photo.get_absolute_url(),
    }
    for viewport, size in ((WIDE, "wide"), (PHONE, "phone"), (SMALLEST, "smallest")):
        page = look("/help/", viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        home = page.url.removesuffix("/help/")
        for name, path in paths.items():
            page.goto(home + path)
            assert fits(page)
            assert grave_violations(page, script) == []
            keep(page, f"upload-{name}-{size}-{scheme}")


def test_a_wrong_clock_is_set_right_and_back_by_keyboard(look, batch):
    page = look(batch.get_absolute_url())
    page.get_by_role("link", name="Set the clock right").press("Enter")
    page.get_by_label("Hours").fill("2")
    page.get_by_label("Hours").press("Enter")
    expect(page.locator(".set__preview")).to_contain_text("4 photos would be 2 hours later")
    page.get_by_role("button", name="Move them").press("Enter")
    expect(page.locator("main")).to_contain_text("2 hours later than the camera wrote them")
    assert batch.photos.get(filename="IMG_0000.JPG").taken_at == TAKEN + timedelta(hours=2)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator("main")).to_contain_text("The times of 4 photos are moved.")
    assert batch.photos.get(filename="IMG_0000.JPG").taken_at == TAKEN


def test_a_click_on_the_map_is_a_place(look, batch):
    page = look(f"/uploads/{batch.pk}/place")
    expect(page.locator("path.land").first).to_be_visible()
    page.locator("[data-map]").click(position={"x": 420, "y": 150})
    latitude = page.locator("#id_latitude").input_value()
    page.get_by_role("button", name="Set the place").click()
    expect(page.locator("main")).to_contain_text("1 photo has this place now.")
    photo = batch.photos.get(filename="IMG_0000.JPG")
    assert photo.latitude == float(latitude)
    page.goto(page.url.replace(batch.get_absolute_url(), photo.get_absolute_url()))
    panel = page.locator(".origin")
    panel.scroll_into_view_if_needed()
    expect(panel.locator("path.place-mark")).to_be_visible()
    expect(panel).to_contain_text("set by hand")


def test_failed_photos_are_looked_at_again_from_their_upload(look, batch):
    page = look(batch.get_absolute_url(), viewport=PHONE)
    page.get_by_role("button", name="Look at the failed ones again").click()
    expect(page.locator("main")).to_contain_text("1 photo is looked at again.")
    assert not batch.photos.filter(state="failed").exists()


def test_all_photos_of_an_upload_are_deleted_after_a_question(look, batch):
    page = look(batch.get_absolute_url())
    page.get_by_role("button", name="Delete all its photos").click()
    expect(page.locator("main")).to_contain_text("6 photos")
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_visible()
    assert batch.photos.count() == 6
