"""A newcomer drops photos on the page, and reads who is on them."""

import os
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, WIDE, fits, keep

pytestmark = [
    pytest.mark.shared,
    pytest.mark.browser,
    pytest.mark.services,
    pytest.mark.xdist_group("product"),
]

PIXELATE = """
for (const picture of document.querySelectorAll("main img")) {
    const canvas = document.createElement("canvas");
    canvas.width = 20;
    canvas.height = Math.round(20 * picture.naturalHeight / picture.naturalWidth);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const box = getComputedStyle(picture);
    canvas.className = picture.className;
    canvas.style.cssText =
        `width: ${box.width}; height: ${box.height}; image-rendering: pixelated; display: block`;
    picture.replaceWith(canvas);
}
"""


def choose(page: Page, *files: Path) -> None:
    page.set_input_files("#files", files)


def wait_for_answer(page: Page) -> None:
    page.wait_for_url(re.compile(r"/photos/[0-9a-f-]{36}/"))
    expect(page.locator("main")).to_contain_text("Why this answer", timeout=60_000)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_an_elephant_is_named_with_its_status_and_habitat(visit, elephant, viewport, request):
    page = visit(viewport=viewport)
    assert fits(page)
    choose(page, elephant)
    wait_for_answer(page)
    main = page.locator("main")
    expect(page.locator("h1")).to_contain_text(re.compile("elephant", re.IGNORECASE))
    expect(main).to_contain_text("Loxodonta africana")
    expect(main).to_contain_text("Endangered")
    expect(main).to_contain_text(re.compile("savanna", re.IGNORECASE))
    assert fits(page)
    name = "result-" + ("wide" if viewport == WIDE else "phone")
    page.locator(".map").first.scroll_into_view_if_needed()
    expect(page.locator("path.land").first).to_be_visible()
    page.evaluate(PIXELATE)
    taken = keep(page, name)
    if viewport == WIDE and os.environ.get("UPDATE_SCREENSHOT"):
        shutil.copy(taken, settings.BASE_DIR / "docs" / "result.png")


def test_every_expert_and_the_graph_are_shown(visit, elephant):
    page = visit()
    choose(page, elephant)
    wait_for_answer(page)
    main = page.locator("main")
    for release in ("detector@1", "coarse@2", "animals@3", "mammals@1", "nearest@2"):
        expect(main).to_contain_text(release)
    expect(main).to_contain_text(re.compile(r"\d+ ms"))


def test_of_several_files_the_bad_ones_are_refused_with_a_sentence_and_the_good_ones_go_on(
    visit, elephant, tmp_path
):
    empty, text = tmp_path / "empty.jpg", tmp_path / "notes.jpg"
    empty.touch()
    text.write_text("this is no photo")
    page = visit()
    choose(page, empty, elephant, text)
    uploads = page.locator("[data-uploads]")
    expect(uploads).to_contain_text("This file is empty")
    expect(uploads).to_contain_text("not a photo that we can read")
    expect(uploads.get_by_role("button")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Elephant", timeout=60_000)
    assert fits(page)


def test_photos_that_failed_on_their_way_can_be_sent_again(visit, elephant):
    page = visit()
    page.route("**/file", lambda route: route.fulfill(status=418))
    choose(page, elephant.with_name("domestic_dog.jpg"), elephant.with_name("blank.jpg"))
    uploads = page.locator("[data-uploads]")
    expect(uploads).to_contain_text("0 uploaded, 2 not")
    page.unroute("**/file")
    uploads.get_by_role("button", name="Try the failed ones again").click()
    expect(uploads).to_contain_text("All files uploaded: 2")
    choose(page, elephant.with_name("domestic_dog.jpg"), elephant.with_name("ocelot.jpg"))
    expect(uploads).to_contain_text("All files uploaded: 2 (1 of them you had here before)")


def test_a_photo_cut_short_fails_with_a_sentence(visit, elephant):
    page = visit()
    choose(page, elephant.with_name("african_elephants_truncated_file.jpg"))
    page.wait_for_url(re.compile(r"/photos/[0-9a-f-]{36}/"))
    expect(page.locator("main")).to_contain_text("cut short", timeout=60_000)


def test_an_empty_scene_is_answered_no_animal(visit, elephant):
    page = visit()
    choose(page, elephant.with_name("blank.jpg"))
    page.wait_for_url(re.compile(r"/photos/[0-9a-f-]{36}/"))
    expect(page.locator("h1")).to_contain_text("No animal", timeout=60_000)


def test_another_guest_does_not_see_it(visit, elephant):
    page = visit()
    choose(page, elephant)
    wait_for_answer(page)
    stranger = visit(page.url.removeprefix(page.url.split("/photos")[0]))
    expect(stranger.locator("main")).not_to_contain_text("Loxodonta")


def test_without_scripts_a_photo_can_be_uploaded_and_its_answer_read(visit, elephant):
    page = visit(java_script_enabled=False)
    choose(page, elephant)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile(r"/photos/[0-9a-f-]{36}/"))
    expect(page.locator("main")).to_contain_text("Loxodonta africana", timeout=60_000)
