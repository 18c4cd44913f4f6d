"""In which language a page is, whose choice goes before, and in which zone its times are."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import get_template
from django.test import Client
from django.utils.translation import override

from tests.web import builders
from wildlife.accounts.models import Preferences
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.species.models import CommonName, Taxon
from wildlife.zones import offered

CHINESE = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"}
PASSWORD = "heron-by-the-river"


def language_of(client: Client, path: str = "/help/", **headers: str) -> str:
    page = client.get(path, headers=headers).content.decode()
    return page.partition('<html lang="')[2].partition('"')[0]


@pytest.fixture
def ranger(db: None) -> User:
    return User.objects.create_user("ranger", password=PASSWORD)


def sign_in(client: Client) -> None:
    client.post("/accounts/login/", {"login": "ranger", "password": PASSWORD})


# --- Which language -------------------------------------------------------------------------------


def test_a_browser_gets_what_it_asks_for(db):
    assert language_of(Client()) == "en"
    assert language_of(Client(), **CHINESE) == "zh-hans"
    assert language_of(Client(), **{"accept-language": "de-DE"}) == "en"


def test_what_was_chosen_goes_before_what_the_browser_asks_for(db):
    client = Client()
    client.post("/accounts/language/", {"language": "en"})
    assert language_of(client, **CHINESE) == "en"


def test_the_switch_keeps_the_page_with_its_filters(db):
    here = "http://testserver/species/?q=lion&country=KEN"
    answer = Client().post(
        "/accounts/language/", {"language": "zh-hans"}, headers={"referer": here}
    )
    assert (answer.status_code, answer["Location"]) == (302, here)


def test_the_switch_leads_to_no_other_site_and_to_no_other_language(db):
    elsewhere = {"referer": "https://example.org/"}
    answer = Client().post("/accounts/language/", {"language": "zh-hans"}, headers=elsewhere)
    assert answer["Location"] == "/"
    assert Client().post("/accounts/language/", {"language": "xx"}).status_code == 400


def test_every_page_offers_the_languages_by_their_own_names(db):
    page = Client().get("/help/").content.decode()
    assert 'value="zh-hans" lang="zh-hans">简体中文</button>' in page
    assert 'value="en" lang="en" aria-current="true">English</button>' in page


def test_an_account_brings_its_language_and_zone_to_a_new_browser(ranger):
    first = Client()
    sign_in(first)
    first.post("/accounts/reading/", {"language": "zh-hans", "time_zone": "Asia/Shanghai"})

    second = Client()
    sign_in(second)
    assert language_of(second) == "zh-hans"
    assert second.cookies["chosen_time_zone"].value == "Asia/Shanghai"


def test_an_account_remembers_the_switch(ranger):
    client = Client()
    sign_in(client)
    client.post("/accounts/language/", {"language": "zh-hans"})
    assert Preferences.objects.get(user=ranger).language == "zh-hans"


def test_an_account_without_a_wish_leaves_the_browser_alone(ranger):
    client = Client()
    client.post("/accounts/language/", {"language": "zh-hans"})
    sign_in(client)
    assert language_of(client) == "zh-hans"


def test_a_wish_can_be_taken_back(ranger):
    client = Client()
    sign_in(client)
    client.post("/accounts/reading/", {"language": "zh-hans", "time_zone": "Asia/Shanghai"})
    client.post("/accounts/reading/", {"language": "", "time_zone": ""})
    assert language_of(client) == "en"
    assert client.cookies["chosen_time_zone"].value == ""


def test_no_zone_is_kept_that_does_not_exist(ranger):
    client = Client()
    sign_in(client)
    answer = client.post("/accounts/reading/", {"language": "", "time_zone": "Mars/Olympus"})
    assert answer.status_code == 200
    assert not Preferences.objects.exists()


# --- What follows it ------------------------------------------------------------------------------


def test_the_names_of_species_follow_and_the_scientific_one_stands_beside(guest, taxa):
    elephant: Taxon = taxa["loxodonta-africana"]
    CommonName.objects.create(taxon=elephant, language="zh-hans", name="非洲草原象", preferred=True)
    photo = builders.photo()
    builders.answered(photo, elephant)

    page = guest.get(f"/photos/{photo.pk}/", headers=CHINESE).content.decode()

    assert "非洲草原象</h1>" in page
    assert '<i lang="la">Loxodonta africana</i>' in page
    assert "Asian elephant" in page, "who has no Chinese name has the English one"


def test_a_problem_of_the_api_follows_and_its_code_does_not(db):
    answer = Client().post("/api/v1/photos", {"photo": _file(b"no photo")}, headers=CHINESE)
    problem = answer.json()
    assert problem["code"] == "not_an_image"
    assert problem["detail"].startswith("此文件不是我们能读取的照片。")


def test_the_schema_of_the_api_is_the_same_for_everybody(db):
    english = Client().get("/api/schema").content
    assert Client().get("/api/schema", headers=CHINESE).content == english
    assert b"Critically Endangered" in english


def test_a_refusal_is_stored_in_english_and_shown_in_the_readers_language(guest, dispatched):
    files = {"photos": [_file(b"no photo", "a.jpg"), _file(b"none either", "b.jpg")]}
    guest.post("/photos/", files, headers=CHINESE)

    stored = set(UploadItem.objects.values_list("problem", flat=True))
    assert all(sentence.startswith("This file is not a photo") for sentence in stored)
    path = f"/uploads/{Upload.objects.get().pk}/"
    assert "此文件不是我们能读取的照片。" in guest.get(path, headers=CHINESE).content.decode()
    assert "This file is not a photo" in guest.get(path).content.decode()


def test_a_page_for_our_own_mistakes_needs_no_request():
    with override("zh-hans"):
        assert "我们这边出了问题" in get_template("500.html").render()


def _file(content: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


# --- Times ----------------------------------------------------------------------------------------


@pytest.fixture
def upload(db: None) -> Upload:
    made = Upload.objects.create(guest="a-guest")
    Upload.objects.filter(pk=made.pk).update(started_at=datetime(2026, 3, 1, 20, 30, tzinfo=UTC))
    return made


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ({}, "March 1, 2026, 8:30 p.m."),
        ({"time_zone": "Asia/Shanghai"}, "March 2, 2026, 4:30 a.m."),
        ({"time_zone": "Asia/Shanghai", "chosen_time_zone": "Africa/Nairobi"}, "11:30 p.m."),
        ({"time_zone": "Mars/Olympus"}, "March 1, 2026, 8:30 p.m."),
        ({"time_zone": "../../etc/passwd"}, "March 1, 2026, 8:30 p.m."),
    ],
)
def test_times_are_shown_in_the_readers_zone(guest, upload, cookies, expected):
    for name, value in cookies.items():
        guest.cookies[name] = value
    assert expected in guest.get(f"/uploads/{upload.pk}/").content.decode()


def test_dates_are_written_as_the_language_does(guest, upload):
    guest.cookies["time_zone"] = "Asia/Shanghai"
    page = guest.get(f"/uploads/{upload.pk}/", headers=CHINESE).content.decode()
    assert "2026年3月2日 04:30" in page


def test_the_time_of_a_photo_is_that_of_the_clock_on_the_spot(guest, taxa):
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"])
    taken = datetime(2020, 1, 31, 23, 30, tzinfo=UTC)
    Photo.objects.filter(pk=photo.pk).update(taken_at=taken, taxon=taxa["loxodonta-africana"])
    guest.cookies["time_zone"] = "Asia/Shanghai"

    assert "Jan. 31, 2020, 11:30 p.m." in guest.get(f"/photos/{photo.pk}/").content.decode()
    assert "Jan. 31, 2020, 11:30 p.m." in guest.get("/library/").content.decode()


def test_the_api_does_not_follow_the_zone(guest, taxa):
    photo = builders.photo()
    guest.cookies["time_zone"] = "Asia/Shanghai"
    assert guest.get(f"/api/v1/photos/{photo.pk}").json()["received_at"].endswith("Z")


def test_the_zones_to_choose_from_are_those_of_places():
    assert {"UTC", "Asia/Shanghai", "Africa/Nairobi"} <= set(offered())
    assert "Etc/GMT+5" not in offered()
