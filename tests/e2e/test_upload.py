"""A ranger drops a card full of photos: all of it arrives, whatever happens in between."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import PHONE, WIDE, fits, keep
from tests.images import saved, scene
from wildlife.identifications import unpacking
from wildlife.photos.models import Photo, UploadItem

pytestmark = [pytest.mark.browser, pytest.mark.services]

MANY = 300
PATIENCE = 120_000
"""Milliseconds for a whole card, on a machine that has other things to do."""
ROWS_IN_PAGE = 24


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Archives are unpacked at once, and no photo is looked at."""
    monkeypatch.setattr(unpacking, "send", unpacking.go_on)
    monkeypatch.setattr(unpacking, "dispatch", lambda: None)
    monkeypatch.setattr("wildlife.web.uploads.receiving.dispatch", lambda: None)


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a camera leaves it, and some files that are not right."""
    folder = tmp_path_factory.mktemp("card") / "DCIM"
    folder.mkdir()
    whole = saved(scene())
    for number in range(MANY):
        # What stands behind a JPEG's end makes it another file, and no other picture.
        (folder / f"IMG_{number:04d}.JPG").write_bytes(whole + number.to_bytes(2, "big"))
    (folder / "empty.jpg").touch()
    (folder / "notes.jpg").write_text("this is no photo")
    (folder / "cut.jpg").write_bytes(whole[:100])
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        for name in ("a.jpg", "狮子.jpg"):
            archive.writestr(name, whole + name.encode())
        archive.writestr("readme.txt", "hello")
        archive.writestr("../out.jpg", whole + b"out")
    return folder


def choose(page: Page, *files: Path) -> None:
    page.set_input_files("#files", files)


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def states() -> dict[str, int]:
    counts: dict[str, int] = {}
    for state in UploadItem.objects.values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    return counts


SETTLED = {"taken": MANY + 2, "refused": 5, "unpacked": 1}
"""Refused are an empty file, a text, a cut one, and two files of the archive."""


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_card_is_uploaded_with_what_is_wrong_reported_file_by_file(look, card, viewport):
    page = look(viewport=viewport)
    size = "wide" if viewport == WIDE else "phone"
    keep(page, f"upload-home-{size}")
    page.evaluate(
        """() => { window.most = 0; setInterval(() => {
            most = Math.max(most, document.querySelectorAll('.upload').length); }, 20); }"""
    )
    choose(page, *files_of(card))
    uploads = page.locator("[data-uploads]")
    expect(uploads).to_contain_text(re.compile(rf"\d+ of {MANY + 4} uploaded"), timeout=PATIENCE)
    keep(page, f"upload-going-{size}")
    expect(uploads).to_contain_text("uploaded, 3 not", timeout=PATIENCE)
    expect(uploads).to_contain_text("This file is empty")
    expect(uploads).to_contain_text("not a photo that we can read")
    expect(uploads).to_contain_text("cut short")
    assert page.evaluate("most") <= ROWS_IN_PAGE
    assert fits(page)
    keep(page, f"upload-done-{size}")
    assert states() == SETTLED
    assert Photo.objects.count() == MANY + 2
    uploads.get_by_role("link", name="See this upload").click()
    expect(page.locator("#problems")).to_contain_text("5 problems")
    expect(page.locator("#problems")).to_contain_text("notes.jpg")
    expect(page.locator("#problems")).to_contain_text("leads out of the archive")
    assert fits(page)
    keep(page, f"upload-page-{size}")


def test_an_upload_can_be_paused_and_goes_on(look, card):
    page = look()
    choose(page, *files_of(card))
    uploads = page.locator("[data-uploads]")
    expect(uploads).to_contain_text(re.compile(r"[1-9]\d* of"), timeout=PATIENCE)
    uploads.get_by_role("button", name="Pause").click()
    expect(uploads).to_contain_text("Paused")
    page.wait_for_timeout(800)
    before = states()["taken"]
    page.wait_for_timeout(1000)
    assert states()["taken"] == before < MANY
    uploads.get_by_role("button", name="Go on").click()
    expect(uploads).to_contain_text("uploaded, 3 not", timeout=PATIENCE)
    assert states() == SETTLED


def test_after_the_tab_was_closed_the_same_files_go_on_and_nothing_is_sent_twice(look, card):
    page = look()
    choose(page, *files_of(card))
    expect(page.locator("[data-uploads]")).to_contain_text(
        re.compile(r"[1-9]\d of"), timeout=PATIENCE
    )
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    arrived = Photo.objects.count()
    assert 0 < arrived < MANY
    expect(page.locator(".recent")).to_contain_text("still missing")
    page.locator(".recent a").click()
    expect(page.locator("#standing")).to_contain_text("Not here yet")
    keep(page, "upload-unfinished")
    sent = count_requests(page, "/file")
    choose(page, *files_of(card))
    uploads = page.locator("[data-uploads]")
    expect(uploads).to_contain_text("uploaded, 3 not", timeout=PATIENCE)
    assert len(sent) <= MANY + 3 - arrived + 3
    assert states() == SETTLED
    assert Photo.objects.count() == MANY + 2


def count_requests(page: Page, ending: str) -> list[str]:
    seen: list[str] = []
    page.on("request", lambda one: seen.append(one.url) if one.url.endswith(ending) else None)
    return seen


def test_what_the_owner_has_is_skipped_before_a_byte_is_sent(look, card, tmp_path):
    page = look()
    photos = files_of(card)[2:12]
    choose(page, *photos)
    uploads = page.locator("[data-uploads]")
    expect(uploads).to_contain_text("All files uploaded: 10", timeout=PATIENCE)
    copies = []
    for photo in photos:
        copies.append(tmp_path / f"copy-{photo.name}")
        copies[-1].write_bytes(photo.read_bytes())
    sent = count_requests(page, "/file")
    choose(page, *copies)
    expect(uploads).to_contain_text("(10 of them you had here before)", timeout=PATIENCE)
    assert sent == []
    assert Photo.objects.count() == 10


def failing(times: int, status: int) -> Callable[[Route], None]:
    """Answer the first requests with an error, or not at all where the status is 0."""
    left = [times]

    def handle(route: Route) -> None:
        if not left[0]:
            route.continue_()
            return
        left[0] -= 1
        if status:
            route.fulfill(status=status)
        else:
            route.abort()

    return handle


def unwatched(page: Page, path: str = "/") -> Page:
    """Another tab, in which the browser may report requests that fail."""
    tab = page.context.new_page()
    tab.set_default_timeout(20_000)
    tab.goto(page.url.replace("/help/", path))
    return tab


@pytest.mark.parametrize("status", [0, 503])
def test_a_broken_answer_is_asked_for_again_by_itself(look, card, status):
    page = unwatched(look("/help/"))
    for ending in ("check", "file"):
        page.route(f"**/{ending}", failing(2, status))
    choose(page, *files_of(card)[2:8])
    expect(page.locator("[data-uploads]")).to_contain_text(
        "All files uploaded: 6", timeout=PATIENCE
    )
    assert Photo.objects.count() == 6


def test_a_connection_that_is_lost_for_a_while_loses_and_doubles_nothing(look, card):
    page = unwatched(look("/help/"))
    choose(page, *files_of(card))
    uploads = page.locator("[data-uploads]")
    expect(uploads).to_contain_text(re.compile(r"[1-9]\d of"), timeout=PATIENCE)
    page.context.set_offline(True)
    expect(uploads).to_contain_text("It is tried again by itself", timeout=PATIENCE)
    page.context.set_offline(False)
    expect(uploads).to_contain_text("uploaded, 3 not", timeout=PATIENCE)
    assert states() == SETTLED
    assert Photo.objects.count() == MANY + 2


def test_a_connection_may_stay_away_for_long_and_nothing_has_to_be_sent_by_hand(look, card):
    page = unwatched(look("/help/"))
    page.clock.install()
    page.route("**/file", failing(20, 0))
    choose(page, *files_of(card)[2:4])
    uploads = page.locator("[data-uploads]")
    minutes_go_by(page)
    expect(uploads).to_contain_text("All files uploaded: 2")
    assert Photo.objects.count() == 2


def test_a_server_that_breaks_over_a_file_is_not_asked_for_ever(look, card):
    page = unwatched(look("/help/"))
    page.clock.install()
    page.route("**/file", lambda route: route.fulfill(status=500))
    choose(page, *files_of(card)[2:4])
    uploads = page.locator("[data-uploads]")
    minutes_go_by(page)
    expect(uploads).to_contain_text("0 uploaded, 2 not")


def minutes_go_by(page: Page) -> None:
    """Let the page's clock run so long that it tries again what is lost, many times."""
    for _ in range(16):
        page.wait_for_timeout(150)
        page.clock.fast_forward(31_000)


def test_what_failed_on_its_way_can_be_sent_again(look, card):
    page = look()
    page.route("**/file", lambda route: route.fulfill(status=418))
    choose(page, *files_of(card)[2:4])
    uploads = page.locator("[data-uploads]")
    expect(uploads).to_contain_text("0 uploaded, 2 not", timeout=PATIENCE)
    page.unroute("**/file")
    uploads.get_by_role("button", name="Try the failed ones again").click()
    expect(uploads).to_contain_text("All files uploaded: 2", timeout=PATIENCE)


def test_a_page_whose_cookie_is_gone_says_to_load_it_again(look, card):
    page = look()
    page.context.clear_cookies()
    choose(page, *files_of(card)[2:4])
    expect(page.locator("[data-uploads]")).to_contain_text("Load it again")
    page.reload()
    choose(page, *files_of(card)[2:4])
    expect(page.locator("[data-uploads]")).to_contain_text("All files uploaded: 2")


def test_a_folder_is_walked_when_it_is_chosen(look, card):
    page = look()
    page.set_input_files("[data-folder]", card)
    uploads = page.locator("[data-uploads]")
    expect(uploads).to_contain_text("uploaded, 3 not", timeout=PATIENCE)
    assert UploadItem.objects.filter(path="DCIM/IMG_0007.JPG").exists()


def drop(page: Page, *paths: Path) -> None:
    """Let files and folders fall onto the page, as from a file manager."""
    tools = page.context.new_cdp_session(page)
    box = page.locator("[data-drop]").bounding_box()
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        tools.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})


def test_folders_and_archives_that_are_dropped_are_walked_beside_photos(look, card, tmp_path):
    whole = saved(scene())
    for name in ("DCIM/100RECNX/1.JPG", "DCIM/101RECNX/deep/狮子.jpg", "DCIM/.thumbs/2.JPG"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(whole + name.encode())
    for name in ("DCIM/._1.JPG", "DCIM/index.dat"):
        (tmp_path / name).write_bytes(whole)
    page = look()
    drop(page, tmp_path / "DCIM", card / "more.zip", card / "IMG_0001.JPG", card / "notes.jpg")
    expect(page.locator("[data-uploads]")).to_contain_text("4 uploaded, 1 not", timeout=PATIENCE)
    found = set(UploadItem.objects.filter(state="taken", archive=None).values_list("path"))
    assert found == {
        ("DCIM/100RECNX/1.JPG",),
        ("DCIM/101RECNX/deep/狮子.jpg",),
        ("IMG_0001.JPG",),
    }
    assert UploadItem.objects.filter(state="taken", archive__path="more.zip").count() == 2


def test_a_pasted_photo_leads_to_its_page(look):
    page = look()
    data = list(saved(scene(), "PNG"))
    page.evaluate(
        """data => {
            const transfer = new DataTransfer(), bytes = new Uint8Array(data);
            transfer.items.add(new File([bytes], "image.png", { type: "image/png" }));
            document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer }));
        }""",
        data,
    )
    page.wait_for_url(re.compile(r"/photos/[0-9a-f-]{36}/"))
    assert Photo.objects.get().media_type == "image/png"


def test_without_scripts_a_form_with_an_archive_leads_to_its_upload(look, card):
    page = look(java_script_enabled=False)
    choose(page, card / "more.zip", card / "notes.jpg")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("h1")).to_contain_text("Upload of")
    expect(page.locator("#problems")).to_contain_text("3 problems")
    assert Photo.objects.count() == 2


@pytest.mark.parametrize("size", [0, 3, 55, 56, 63, 64, 65, 1_000_000])
def test_hashes_are_those_that_the_server_computes(look, size):
    """A photo is told to be here before by a hash that the page computed by itself."""
    from hashlib import sha256

    page = look("/")
    data = (bytes(range(251)) * (size // 251 + 1))[:size]
    found = page.evaluate(
        """([url, size]) => new Promise((done) => {
            const data = new Uint8Array(size).map((_, at) => at % 251);
            const worker = new Worker(url);
            worker.onmessage = ({ data }) => done(data.hash);
            worker.postMessage({ number: 1, file: new File([data], "x") });
        })""",
        [page.locator("[data-drop]").get_attribute("data-hasher"), size],
    )
    assert found == sha256(data).hexdigest()


MOST_BYTES_A_FILE = 2_000
"""Of the page's memory, for each file that it has dealt with: a path, a number and a state."""
LONGEST_STALL = 500
"""Milliseconds that a click may have to wait, once the browser has made its list of the files."""


@pytest.mark.deep
def test_five_thousand_files_leave_the_tab_quick_and_small(look, tmp_path):
    whole = saved(scene())
    for number in range(5000):
        (tmp_path / f"IMG_{number:05d}.JPG").write_bytes(whole + number.to_bytes(2, "big"))
    page = look()
    tools = page.context.new_cdp_session(page)

    def heap() -> int:
        tools.send("HeapProfiler.collectGarbage")
        return int(tools.send("Runtime.getHeapUsage")["usedSize"])

    before = heap()
    page.evaluate(
        """() => { window.stall = window.most = 0; let last = performance.now(); setInterval(() => {
            stall = Math.max(stall, performance.now() - last);
            last = performance.now();
            most = Math.max(most, document.querySelectorAll('.upload').length); }, 50); }"""
    )
    page.set_input_files("#files", sorted(tmp_path.glob("*.JPG")))
    uploads = page.locator("[data-uploads]")
    expect(uploads).to_contain_text(re.compile(r"[1-9]\d of 5000"), timeout=PATIENCE)
    page.evaluate("stall = 0")
    expect(uploads).to_contain_text("All files uploaded: 5000", timeout=1_800_000)
    stall, grown = page.evaluate("stall"), heap() - before
    assert page.evaluate("most") <= ROWS_IN_PAGE
    assert stall < LONGEST_STALL
    assert grown / 5000 < MOST_BYTES_A_FILE
    assert Photo.objects.count() == 5000
