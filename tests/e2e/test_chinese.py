"""A reader of Chinese: every page in their language, on a phone and a wide screen."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.e2e import scenes
from tests.e2e.conftest import PHONE, fits, keep
from tests.web import builders
from wildlife.identifications.digests import write_digests
from wildlife.identifications.sweeping import NOBODY_CAME
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.projects.services import create
from wildlife.species.index import refresh
from wildlife.species.models import CommonName, Taxon
from wildlife.zones import offered

pytestmark = [pytest.mark.browser, pytest.mark.services]

DESK = {"width": 1400, "height": 900}
READER = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce"}
NAMES = {
    "animalia": "动物",
    "mammalia": "哺乳动物",
    "elephantidae": "象科动物",
    "loxodonta": "非洲象",
    "loxodonta-africana": "非洲草原象",
    "loxodonta-cyclotis": "非洲森林象",
    "elephas-maximus": "亚洲象",
    "felidae": "猫科动物",
    "panthera-leo": "狮",
    "leopardus-pardalis": "虎猫",
}
KEPT = {
    # What is called so in Chinese too: this product, formats, keys, others' names and licences.
    *("Wildlife", "API", "JSON", "CSV", "JPEG", "PNG", "HEIC", "zip", "Cookie", "Ctrl", "Esc"),
    *("IUCN", "Red", "List", "of", "Threatened", "Species", "https", "www", "iucnredlist", "org"),
    *("MB", "GB", "KB", "UTC", "CC", "BY", "SA", "thematicmapping", "HC", "English", "Tab"),
    *(
        "EX",
        "EW",
        "CR",
        "EN",
        "VU",
        "NT",
        "LC",
        "DD",
        "NE",
        "Panthera",
        "leo",
        "Mammalia",
        "Camtrap",
        "DP",
        "SPDX",
    ),
}
SHIPPED = replace(
    builders.LINEUP,
    experts=tuple(
        replace(one, title=title)
        for one, title in zip(
            builders.LINEUP.experts,
            ("Mammals, by day and night", "All animals", "Birds"),
            strict=True,
        )
    ),
)
"""The line-up of the builders, with the titles of models that come along."""
ZONES = {part for zone in offered() for part in re.findall(r"[A-Za-z]{2,}", zone)}
NOBODYS_WORDS = "[lang=la], [lang=en], script, .visually-hidden input, code, .tile__file"
"""Scientific names, names in other languages, and files, as their owner called them."""


@pytest.fixture
def paths(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Names and paths of the pages, over rows that have something of everything."""
    taxa = builders.plant()
    monkeypatch.setattr(builders, "LINEUP", SHIPPED)
    for slug, name in NAMES.items():
        CommonName.objects.create(taxon=taxa[slug], language="zh-hans", name=name, preferred=True)
    refresh()
    Taxon.objects.filter(slug="loxodonta-africana").update(sensitive=True)
    return dict(_pages(taxa))


def _pages(taxa: dict[str, Taxon]) -> Iterator[tuple[str, str]]:
    single = scenes.single(taxa)
    single.taken_at = single.recorded_at = datetime(2020, 1, 31, 23, 30, tzinfo=UTC)
    single.latitude, single.longitude, single.utc_offset = -33.51, 18.25, 120
    single.upload = upload = _upload(single)
    single.save()
    write_digests(Photo.objects.values_list("pk", flat=True))
    yield "home", "/"
    yield "done", f"/photos/{single.id}/"
    yield "several", f"/photos/{scenes.several(taxa).id}/"
    yield "waiting", f"/photos/{builders.photo(state='waiting').id}/"
    steps = ("detect", "sort", "expert.mammals", "expert.general")
    yield "running", f"/photos/{scenes.going_on(*steps).id}/"
    failed = scenes.failed()
    failed.failure = f"The model that looks at photos cannot be used. {NOBODY_CAME}"
    failed.save()
    yield "failed", f"/photos/{failed.id}/"
    yield "origin", f"/photos/{single.id}/origin"
    yield "upload", f"/uploads/{upload.pk}/"
    yield "clock", f"/uploads/{upload.pk}/clock?direction=later&days=0&hours=3&minutes=0"
    yield "place", f"/uploads/{upload.pk}/place"
    yield "catalogue", "/species/?country=KEN"
    yield "nothing", "/species/?q=独角兽"
    yield "species", "/species/loxodonta-africana/"
    yield "family", "/species/felidae/"
    for view in ("", "map/", "times/", "species/"):
        yield f"library-{view[:-1] or 'gallery'}", f"/library/{view}"
    yield "none", "/library/?blank=1&tag=大象&sure=95-100"
    yield "help", "/help/"
    yield "missing", "/nothing/here"
    yield "login", "/accounts/login/"
    yield "signup", "/accounts/signup/"
    yield "forgotten", "/accounts/password/reset/"


def _upload(photo: Photo) -> Upload:
    upload = Upload.objects.create(guest="a-guest")
    sentence = "This archive holds more than 20000 files. Pack the photos into several."
    rows = (("taken", photo, ""), ("expected", None, ""), ("refused", None, sentence))
    for number, (state, taken, problem) in enumerate(rows):
        UploadItem.objects.create(
            upload=upload, key=str(number), path=f"{number}.zip", size=1, state=state,
            photo=taken, problem=problem,
        )  # fmt: skip
    return upload


def foreign(page: Page) -> list[str]:
    """Return the words of the page's main part that are not Chinese, and should be."""
    text = page.evaluate(
        """others => {
            const main = document.querySelector("main");
            const hidden = [...main.querySelectorAll(others)];
            const words = [main.innerText];
            for (const one of hidden) words[0] = words[0].replace(one.innerText, " ");
            for (const one of main.querySelectorAll("[aria-label], [title], [placeholder]")) {
                for (const name of ["aria-label", "title", "placeholder"]) {
                    if (one.closest("[lang=la], [lang=en]")) continue;
                    words.push(one.getAttribute(name) ?? "");
                }
            }
            return words.join("\\n");
        }""",
        NOBODYS_WORDS,
    )
    unnamed = re.sub(r"\S+\.(?:JPG|jpg|zip)|\w+@\d+", " ", text)
    return sorted(set(re.findall(r"[A-Za-z]{2,}", unnamed)) - KEPT)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["wide", "phone"])
def test_every_page_is_in_chinese_and_fits(look, paths, viewport):
    kind = "wide" if viewport == DESK else "phone"
    page: Page = look("/help/", viewport=viewport, **READER)
    origin = page.url.removesuffix("/help/")
    wider, words = [], {}
    for name, path in paths.items():
        page.goto(origin + path)
        assert page.locator("html").get_attribute("lang") == "zh-hans"
        for details in page.locator("main details").all():
            details.evaluate("one => one.open = true")
        if not fits(page):
            wider.append(name)
        if found := foreign(page):
            words[name] = found
        keep(page, f"zh-{name}-{kind}")
    assert wider == []
    assert words == {}


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["wide", "phone"])
def test_the_account_is_in_chinese_too(look, paths, viewport):
    user = User.objects.create_user("ranger", "ranger@example.org", "heron-by-the-river")
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page: Page = look("/help/", viewport=viewport, **READER)
    origin = page.url.removesuffix("/help/")
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": origin}]
    )
    words, wider = {}, []
    project = create(user, "雪豹调查")
    own = {name: reverse(f"accounts:{name}") for name in ("overview", "reading", "data", "delete")}
    own |= {name: f"/projects/{name}" for name in ("", "new/")}
    pages_of_it = ("", "upload/", "activity/", "members/", "settings/", "delete/")
    own |= {f"project-{name}": f"/projects/{project.slug}/{name}" for name in pages_of_it}
    for name, path in own.items():
        page.goto(origin + path)
        if not fits(page):
            wider.append(name)
        if found := set(foreign(page)) - {"ranger", "example", "org"} - ZONES:
            words[name] = sorted(found)
        file = name.strip("/").replace("/", "-") or "projects"
        keep(page, f"zh-account-{file}-{'wide' if viewport == DESK else 'phone'}")
    assert wider == []
    assert words == {}


def test_the_switch_works_without_a_script_and_keeps_the_page(look, paths):
    page: Page = look("/species/?country=KEN", java_script_enabled=False)
    expect(page.locator("h1")).to_have_text("Species")
    page.get_by_role("button", name="简体中文").click()
    assert page.url.endswith("/species/?country=KEN")
    expect(page.locator("h1")).to_have_text("物种")
    expect(page.locator(".card__title")).to_have_text(["非洲草原象"])
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Species")
    expect(page.locator(".card__title")).to_have_text(["African savanna elephant"])


def test_a_chinese_name_finds_the_species(look, paths):
    page: Page = look("/species/", **READER)
    page.get_by_role("searchbox", name="名称").press_sequentially("非洲草")
    expect(page.locator(".card__title")).to_have_text(["非洲草原象"])


def test_the_browsers_zone_is_told_once(look, paths):
    page: Page = look(paths["upload"], **READER)
    told = {one["name"]: one["value"] for one in page.context.cookies()}
    assert told["time_zone"] == "Asia/Shanghai"
    page.reload()
    started = Upload.objects.get().started_at.astimezone(ZoneInfo("Asia/Shanghai"))
    expect(page.locator("h1")).to_contain_text(f"{started:%H:%M}")
