"""A reader looks closer at an answer: at the photo, the votes, and how it comes about."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Response, expect

from tests.e2e import scenes
from tests.e2e.conftest import PHONE, WIDE, fits, keep
from tests.web import builders
from wildlife.identifications.models import Run, StepResult
from wildlife.photos.models import Photo

pytestmark = [pytest.mark.browser, pytest.mark.services]

MOST_REQUESTS, MOST_BYTES = 14, 200_000


@pytest.fixture
def taxa(transactional_db: None):
    return builders.plant()


def path(photo: Photo) -> str:
    return f"/photos/{photo.id}/"


def scale(page: Page) -> str:
    return page.locator("[data-scale]").inner_text()


def marked(page: Page) -> set[str]:
    return set(
        page.locator(".is-linked").evaluate_all("all => all.map(one => one.dataset.finding)")
    )


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_of_every_state_are_kept(look, taxa, viewport, scheme):
    states = {
        "running": scenes.going_on("detect", "sort", "expert.mammals"),
        "several": scenes.several(taxa),
        "single": scenes.single(taxa),
        "failed": scenes.failed(),
    }
    page = look("/help/", viewport=viewport, color_scheme=scheme)
    origin = page.url.removesuffix("/help/")
    for name, photo in states.items():
        page.goto(origin + path(photo))
        assert fits(page)
        keep(page, f"state-{name}-{'wide' if viewport == WIDE else 'phone'}-{scheme}")


def test_the_first_view_is_light(look, taxa):
    photo = scenes.several(taxa)
    page = look("/robots.txt")
    origin = page.url.removesuffix("/robots.txt")
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(origin + path(photo), wait_until="networkidle")
    weights = {one.url: len(one.body()) for one in answers}
    picture = f"{origin}{path(photo)}preview"
    assert picture in weights
    assert len(answers) <= MOST_REQUESTS, sorted(weights)
    assert sum(weights.values()) - weights[picture] <= MOST_BYTES, weights


def test_pointing_at_a_box_an_answer_or_a_vote_marks_all_three(look, taxa):
    page = look(path(scenes.several(taxa)))
    for part in ("#box-2 .box__halo", "#finding-2", "#votes-2 summary"):
        page.locator("h1").hover()
        assert marked(page) == set()
        page.locator(part).hover()
        assert marked(page) == {"2"}
        for linked in ("#box-2", "#finding-2", "#votes-2"):
            expect(page.locator(linked)).to_have_class(re.compile("is-linked"))
    page.locator("#finding-3 a").last.focus()
    assert marked(page) == {"3"}


def test_a_page_that_scrolls_under_a_resting_mouse_points_at_nothing(look, taxa):
    page = look(path(scenes.several(taxa)))
    page.locator("#finding-2").hover()
    page.locator("#finding-3 a").first.focus()
    under = """() => new Promise((done) => {
        const mouse = document.querySelector("#finding-2").getBoundingClientRect();
        const other = document.querySelector("#votes-2 summary").getBoundingClientRect();
        document.addEventListener("pointerover", () => setTimeout(done, 100), { once: true });
        window.scrollBy({ top: other.top - mouse.top - mouse.height / 2, behavior: "instant" });
    })"""
    page.evaluate(under)
    assert marked(page) == {"3"}


def test_a_tap_on_a_box_leads_to_its_answer_and_back(look, taxa):
    page = look(path(scenes.several(taxa)), viewport=PHONE, has_touch=True, is_mobile=True)
    page.locator("#box-3").tap()
    expect(page.locator("#finding-3")).to_be_focused()
    expect(page.locator("#finding-3")).to_be_in_viewport()
    assert marked(page) == {"3"}
    page.locator("#finding-3 a.number").tap()
    expect(page.locator("#box-3")).to_be_focused()
    page.get_by_role("link", name="See every expert's vote").nth(1).tap()
    expect(page.locator("#votes-2")).to_have_attribute("open", "")
    assert marked(page) == {"2"}


def test_the_photo_is_zoomed_by_buttons_keys_and_wheel(look, taxa):
    page = look(path(scenes.single(taxa)))
    frame = page.locator("[data-frame]")
    before = frame.bounding_box()
    page.get_by_role("button", name="Zoom in").click()
    assert scale(page) == "150%"
    page.keyboard.press("+")
    assert scale(page) == "225%"
    assert frame.bounding_box() == pytest.approx(before, abs=1)
    frame.focus()
    left = frame.evaluate("frame => frame.scrollLeft")
    page.keyboard.press("ArrowRight")
    moved = "left => document.querySelector('[data-frame]').scrollLeft > left"
    page.wait_for_function(moved, arg=left)
    page.keyboard.press("-")
    page.keyboard.press("0")
    assert scale(page) == "100%"
    frame.hover()
    page.mouse.wheel(0, 240)
    page.wait_for_function("() => scrollY > 0")
    assert scale(page) == "100%"
    page.keyboard.down("Control")
    page.mouse.wheel(0, -240)
    page.keyboard.up("Control")
    expect(page.locator("[data-scale]")).to_have_text("200%")
    frame.dblclick(position={"x": 5, "y": 5})
    assert scale(page) == "100%"


def test_dragging_moves_a_zoomed_photo_and_follows_no_box(look, taxa):
    page = look(path(scenes.single(taxa)))
    for _ in range(3):
        page.keyboard.press("+")
    box = page.locator("[data-frame]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    left = page.locator("[data-frame]").evaluate("frame => frame.scrollLeft")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 20, steps=4)
    page.mouse.up()
    assert page.locator("[data-frame]").evaluate("frame => frame.scrollLeft") == pytest.approx(
        left + 60, abs=2
    )
    expect(page.locator("#finding-1")).not_to_be_focused()


def test_two_fingers_zoom_the_photo(look, taxa):
    page = look(path(scenes.single(taxa)), viewport=PHONE, has_touch=True, is_mobile=True)
    box = page.locator("[data-frame]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, apart: int) -> None:
        points = [{"x": x - apart, "y": y}, {"x": x + apart, "y": y}] if apart else []
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 20)
    for apart in (30, 40, 60):
        touch("touchMove", apart)
    touch("touchEnd", 0)
    assert scale(page) == "300%"
    assert fits(page)


def test_the_original_comes_only_when_it_is_asked_for(look, taxa):
    page = look(path(scenes.single(taxa)))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Zoom in").click()
    assert not [url for url in asked if url.endswith("/original")]
    page.get_by_role("button", name="Load original").click()
    expect(page.locator("[data-full]")).to_have_text("This is the original")
    expect(page.locator("#picture")).to_have_attribute("src", re.compile("/original$"))


def test_keys_lead_through_the_animals_and_are_listed(look, taxa):
    page = look(path(scenes.several(taxa)))
    page.keyboard.press("n")
    expect(page.locator("#finding-1")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#finding-2")).to_be_focused()
    page.keyboard.press("v")
    expect(page.locator("#votes-2")).to_have_attribute("open", "")
    expect(page.locator("#votes-2 summary")).to_be_focused()
    page.keyboard.press("p")
    expect(page.locator("#finding-1")).to_be_focused()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    page.keyboard.press("n")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_single_keys_can_be_switched_off(look, taxa):
    page = look(path(scenes.several(taxa)))
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_label("Single keys do something on this page").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("+")
    page.keyboard.press("?")
    assert scale(page) == "100%"
    expect(page.locator("#keys")).to_be_hidden()


def test_colours_can_be_chosen_and_stay_without_a_cookie(look, taxa):
    page = look(path(scenes.single(taxa)), color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    cookies = {one["name"] for one in page.context.cookies()}
    page.get_by_label("Colours").select_option("dark")
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark
    expect(page.get_by_label("Colours")).to_have_value("dark")
    assert {one["name"] for one in page.context.cookies()} == cookies
    page.get_by_label("Colours").select_option("")
    assert page.evaluate(ground) == light


def ended(run: Run, *steps: str) -> None:
    """Let a run end steps that `scenes.going_on` knows."""
    donor = builders.photo(state="running")
    values = builders.going_on(donor, *steps)
    own, other = str(run.photos.get().id), str(donor.id)
    for result in values.results.all():
        StepResult.objects.create(
            run=run,
            step=result.step,
            value=bytes(result.value).replace(other.encode(), own.encode()),
            started_at=result.started_at,
            finished_at=result.finished_at,
        )
    values.delete()
    donor.delete()


def test_the_page_fills_while_the_run_goes_on(look, taxa):
    photo = scenes.going_on()
    run = photo.runs.get()
    page = look(path(photo))
    expect(page.locator("h1")).to_have_text("Looking for animals…")
    expect(page.locator(".box")).to_have_count(0)

    ended(run, "detect")
    expect(page.locator(".box")).to_have_count(3)
    expect(page.locator("h1")).to_have_text("Sorting what was found…")
    page.keyboard.press("+")
    assert scale(page) == "150%"

    ended(run, "sort", "expert.mammals")
    expect(page.locator("#finding-1")).to_contain_text("African savanna elephant 80%")
    expect(page.locator("#finding-1")).to_contain_text("still looking…")
    expect(page.locator("#step-expertmammals")).to_contain_text("84 ms")
    expect(page.locator("[data-frame]")).to_have_class(re.compile("is-zoomed"))

    now = timezone.now()
    run.results.update(value=None)
    found = builders.box(photo, run, 0)
    builders.vote(found)
    builders.elephant(found, taxa["loxodonta-africana"])
    for step in ("expert.general", "expert.birds", "fuse", "describe"):
        StepResult.objects.create(
            run=run, step=step, started_at=now, finished_at=now + timedelta(milliseconds=5)
        )
    Run.objects.filter(pk=run.pk).update(state="done", finished_at=now)
    Photo.objects.filter(pk=photo.pk).update(
        state="done", preview=photo.preview or scenes.preview_key(str(photo.id)),
        width=2048, height=1536, finished_at=now,
    )  # fmt: skip
    expect(page.locator("h1")).to_have_text("African savanna elephant")
    expect(page.locator("main")).to_contain_text("Why this answer")
    expect(page.locator("#announce")).to_have_text("Done: African savanna elephant")
    assert page.title() == "African savanna elephant · Wildlife"


@pytest.mark.parametrize("scene", [scenes.single, scenes.several], ids=["single", "several"])
def test_a_result_is_printed_on_one_page(look, taxa, scene):
    page = look(path(scene(taxa)), color_scheme="dark")
    page.keyboard.press("+")
    page.emulate_media(media="print")
    for part in (".photo__frame", ".answers", ".species", ".printed"):
        expect(page.locator(part).first).to_be_visible()
    for part in (".top", ".viewer", ".why", ".graph", ".actions"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator(".printed")).to_contain_text("IUCN Red List of Threatened Species")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    keep(page, f"print-{scene.__name__}")
    page.emulate_media(media=None)
    sheet = page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1


def test_without_scripts_all_can_be_read(look, taxa):
    page = look(path(scenes.several(taxa)), java_script_enabled=False)
    expect(page.locator("h1")).to_contain_text("African savanna elephant × 2")
    expect(page.locator(".viewer")).to_be_hidden()
    page.locator("#votes-3 summary").click()
    expect(page.locator("#votes-3")).to_contain_text("holds 40% of the vote")
