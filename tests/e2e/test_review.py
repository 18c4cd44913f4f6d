"""A reviewer answers photo after photo without the mouse; the next one is there at once."""

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
from wildlife.photos.models import Photo
from wildlife.projects.models import Membership, Project
from wildlife.species.index import refresh

pytestmark = [pytest.mark.browser, pytest.mark.services]

GIVEN = 200
QUICK = 100
"""Milliseconds from a key until the next photo is on the screen: of most, for other tests run
beside this one."""
NEXT_IS_HERE = """() => {
    const image = document.querySelectorAll("[data-turn] img")[1];
    return image?.complete && image.naturalWidth > 0;
}"""
CHANGES = """() => {
    window.times = [];
    window.waited = 0;
    document.addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
    const changed = () => {
        const image = document.querySelector("[data-turn]:not([hidden]) img");
        const pressed = window.pressed;
        if (!image || !pressed || image === window.last) return;
        window.last = image;
        const seen = () => requestAnimationFrame(() => {
            const there = image.complete && image.naturalWidth;
            if (there) window.times.push(performance.now() - pressed);
            else {
                window.waited += 1;
                image.addEventListener("load", seen, { once: true });
            }
        });
        seen();
    };
    const all = { childList: true, subtree: true, attributes: true };
    new MutationObserver(changed).observe(document.querySelector("[data-deck]"), all);
}"""


@pytest.fixture
def mara(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with a reviewer and a taxon that is known in it already."""
    project = Project.objects.create(slug="mara", name="Mara")
    reviewer = User.objects.create_user("ann", password="x")
    Membership.objects.create(project=project, user=reviewer, role="reviewer")
    return project


def photos(project: Project, number: int, monkeypatch: pytest.MonkeyPatch) -> list[Photo]:
    """Photos of coloured planes with an animal each: no real photo is on a screenshot."""
    taxa = builders.plant()
    refresh()
    made = []
    for index in range(number):
        plane = Image.new("RGB", (640, 480), (40 + index % 180, 120, 160 - index % 120))
        monkeypatch.setattr(builders, "MINI_JPEG", saved(plane))
        one = builders.photo("", project=project, name=f"IMG_{index:04}.JPG")
        default_storage.save(thumb_key(str(one.id)), ContentFile(builders.MINI_JPEG))
        builders.answered(one, taxa["loxodonta-africana"], confidence=0.3 + index / 1000)
        made.append(one)
    write_digests([one.pk for one in made])
    first = made[0]
    Verdict.objects.create(
        photo=first, x=0, y=0, width=0.01, height=0.01, taxon=taxa["loxodonta-africana"]
    )
    return made


@pytest.fixture
def reviewing(look, live_server):
    """Open the queue as the reviewer."""

    def open_page(
        viewport: dict[str, int] = WIDE, path: str = "/projects/mara/review/", name: str = "ann"
    ) -> Page:
        client = Client()
        client.force_login(User.objects.get(username=name))
        page = look("/help/", viewport=viewport)
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.session.session_key,
                    "url": live_server.url,
                }
            ]
        )
        page.goto(f"{live_server.url}{path}")
        page.wait_for_selector("[data-turn]")
        return page

    return open_page


def all_kept(page: Page) -> None:
    """Wait until no answer is on its way any more."""
    expect(page.locator("[data-queue]")).to_have_attribute("data-sending", "0", timeout=20_000)


def settled() -> int:
    return Verdict.objects.filter(given_by__username="ann").values("photo").distinct().count()


def test_200_answers_without_the_mouse_and_the_next_photo_is_there_at_once(
    reviewing, mara, monkeypatch
):
    photos(mara, GIVEN + 5, monkeypatch)
    page = reviewing()
    expect(page.locator("[data-left]")).to_have_text(str(GIVEN + 5))
    page.evaluate(CHANGES)
    keys = ["a", "n", "1", "Enter", "u"]
    for number in range(GIVEN):
        page.wait_for_function(NEXT_IS_HERE)  # as for everybody who looks at the photo first
        page.keyboard.press(keys[number % len(keys)])
        page.wait_for_function("count => window.times.length >= count", arg=number + 1)
    times = sorted(page.evaluate("window.times"))
    assert len(times) == GIVEN
    assert page.evaluate("window.waited") == 0
    assert times[GIVEN // 2] < QUICK, times[::20]
    expect(page.locator("[data-said]")).to_have_text(str(GIVEN))
    expect(page.locator("[data-left]")).to_have_text("5")
    all_kept(page)
    assert settled() == GIVEN
    said = Verdict.objects.filter(given_by__username="ann")
    assert said.filter(kind="no_animal").count() == GIVEN // 5
    assert said.filter(taxon__slug="loxodonta-cyclotis").count() == GIVEN // 5


def test_a_name_is_typed_in_any_language_taken_back_and_passed_over(reviewing, mara, monkeypatch):
    made = photos(mara, 6, monkeypatch)
    page = reviewing()
    page.keyboard.press("c")
    page.keyboard.type("asian ele")
    option = page.get_by_role("option", name="Asian elephant")
    expect(option).to_be_visible()
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("[data-said]")).to_have_text("1")
    all_kept(page)
    said = Verdict.objects.get(given_by__username="ann")
    assert (said.taxon.slug, said.photo) == ("elephas-maximus", made[0])
    page.keyboard.press("z")
    expect(page.get_by_role("status")).to_have_text("Taken back.")
    expect(page.locator("[data-turn]:not([hidden])")).to_have_attribute(
        "data-photo", str(made[0].pk)
    )
    assert settled() == 0
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-turn]:not([hidden])")).to_have_attribute(
        "data-photo", str(made[1].pk)
    )
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-turn]:not([hidden])")).to_have_attribute(
        "data-photo", str(made[0].pk)
    )
    assert grave_violations(page, axe_script()) == []


def test_the_first_of_a_species_waits_until_a_second_person_presses_a_key(
    reviewing, mara, monkeypatch
):
    [made] = photos(mara, 1, monkeypatch)
    Verdict.objects.all().delete()
    bo = User.objects.create_user("bo")
    Membership.objects.create(project=mara, user=bo, role="reviewer")
    page = reviewing()
    expect(page.locator("[data-turn]")).to_contain_text("It counts once somebody else agrees.")
    page.keyboard.press("k")  # is nothing that they could do
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("New to this project")
    assert not Photo.objects.get(pk=made.pk).settled
    page = reviewing(PHONE, name="bo")
    expect(page.locator("[data-turn]")).to_contain_text(
        "ann says African savanna elephant, which is new to this project."
    )
    assert fits(page)
    assert grave_violations(page, axe_script()) == []
    keep(page, "review-second-look-phone")
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Nothing waits for you here")).to_be_visible()
    all_kept(page)
    assert Photo.objects.get(pk=made.pk).settled


def test_own_photos_are_answered_by_the_same_keys(reviewing, mara, monkeypatch):
    made = photos(mara, 2, monkeypatch)
    ann = User.objects.get(username="ann")
    Photo.objects.update(project=None, owner=ann)
    page = reviewing(path="/review/")
    expect(page.locator("[data-left]")).to_have_text("2")
    page.keyboard.press("a")
    page.keyboard.press("n")
    expect(page.locator("[data-said]")).to_have_text("2")
    all_kept(page)
    assert settled() == len(made)
    page.keyboard.press("z")
    expect(page.get_by_role("status")).to_have_text("Taken back.")
    assert settled() == 1


def test_an_answer_that_cannot_be_kept_comes_back_and_is_said(reviewing, mara, monkeypatch):
    made = photos(mara, 6, monkeypatch)
    page = reviewing()
    page.route("**/review/say*", lambda route: route.fulfill(status=403, body="{}"))
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("could not be kept")
    expect(page.locator("[data-turn]:not([hidden])")).to_have_attribute(
        "data-photo", str(made[0].pk)
    )
    page.unroute("**/review/say*")
    page.keyboard.press("a")
    expect(page.locator("[data-said]")).to_have_text("1")
    all_kept(page)
    assert settled() == 1


def test_on_a_phone_it_is_big_buttons(reviewing, mara, monkeypatch):
    photos(mara, 6, monkeypatch)
    page = reviewing(PHONE)
    assert fits(page)
    keep(page, "review-phone")
    page.get_by_role("button", name="No animal").first.click()
    expect(page.locator("[data-said]")).to_have_text("1")
    page.get_by_text("Accept many answers at once").click()
    assert fits(page)


def test_without_scripts_the_same_forms_work(reviewing, mara, monkeypatch, look, live_server):
    photos(mara, 3, monkeypatch)
    client = Client()
    client.force_login(User.objects.get(username="ann"))
    page = look("/help/", java_script_enabled=False)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key}
    page.context.add_cookies([{**cookie, "url": live_server.url}])
    page.goto(f"{live_server.url}/projects/mara/review/")
    page.get_by_label("Something else").first.fill("asian elephant")
    page.get_by_role("button", name="Say so").first.click()
    assert Verdict.objects.get(given_by__username="ann").taxon.slug == "elephas-maximus"
    page.get_by_role("button", name="Right").first.click()
    assert settled() == 2
