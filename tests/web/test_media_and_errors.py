import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.web import builders
from tests.web.conftest import as_guest
from wildlife.photos.models import Photo


def test_renditions_are_kept_by_the_browser_and_by_nobody_else(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"])

    for path in ("preview", "crops/0"):
        first = guest.get(f"/photos/{photo.id}/{path}")
        assert b"".join(first.streaming_content) == builders.MINI_JPEG
        assert first["Content-Type"] == "image/jpeg"
        assert "private" in first["Cache-Control"]
        again = guest.get(f"/photos/{photo.id}/{path}", headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304


def test_the_original_is_a_download_under_its_own_name(guest: Client, taxa: dict) -> None:
    photo = builders.photo(name="IMG_0042.JPG")

    response = guest.get(f"/photos/{photo.id}/original")

    assert response["Content-Disposition"] == 'attachment; filename="IMG_0042.JPG"'


def test_what_is_not_there_yet_is_not_found(guest: Client) -> None:
    photo = builders.photo(state="waiting")

    assert guest.get(f"/photos/{photo.id}/preview").status_code == 404
    assert guest.get(f"/photos/{photo.id}/crops/0").status_code == 404


def test_staff_see_the_photos_of_guests(admin_client: Client) -> None:
    photo = builders.photo()

    assert admin_client.get(f"/photos/{photo.id}/preview").status_code == 200


def test_a_photo_can_be_deleted_by_whoever_may_see_it(guest: Client, taxa: dict) -> None:
    photo = builders.photo(name="gone.jpg")
    assert as_guest("another").post(f"/photos/{photo.id}/delete").status_code == 404
    assert guest.get(f"/photos/{photo.id}/delete").status_code == 405

    page = guest.post(f"/photos/{photo.id}/delete", follow=True).content.decode()

    assert "gone.jpg is deleted." in page
    assert not Photo.objects.exists()


def test_a_photo_that_is_being_looked_at_stays_and_says_why(guest: Client) -> None:
    photo = builders.photo(state="running")
    builders.run(photo, state="running", steps=())

    page = guest.post(f"/photos/{photo.id}/delete", follow=True).content.decode()

    assert "You can delete it in a few seconds." in page
    assert Photo.objects.exists()


def test_a_missing_page_says_so_and_leads_back(guest: Client) -> None:
    response = guest.get("/nothing/here")

    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()
    assert 'href="/"' in response.content.decode()


def test_an_error_of_ours_is_a_page_as_well(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("wildlife.web.views.own_photos", broken)
    client.raise_request_exception = False

    response = client.get("/")

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
    assert "secret detail" not in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/help/", "/nothing"])
def test_pages_allow_nothing_from_elsewhere_and_nothing_inline(
    client: Client, db: None, path: str
) -> None:
    response = client.get(path)

    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page = response.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert 'src="http' not in page


def test_robots_keep_out_of_the_photos(client: Client) -> None:
    response = client.get("/robots.txt")

    assert response["Content-Type"].startswith("text/plain")
    assert "Disallow: /photos/" in response.content.decode()


def test_a_result_page_is_light(guest: Client, taxa: dict) -> None:
    """At most 14 requests and 200 kB, the photo itself not counted, nothing compressed."""
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"], animals=3)

    page = guest.get(f"/photos/{photo.id}/").content

    names = set(re.findall(rb'(?:src|href)="/static/([^"#]+)', page))
    files = [finders.find(name.decode()) for name in names]
    assert None not in files
    assert len(page) + sum(Path(str(file)).stat().st_size for file in files) < 200_000
    folded = re.sub(rb'<details class="votes"[^>]*(?<! open)>.*?</details>', b"", page, flags=re.S)
    pictures = set(re.findall(rb'<img[^>]* src="(/photos/[^"]+)', folded))
    assert len(pictures) == 2
    assert 1 + len(files) + len(pictures) <= 14


def test_the_icon_is_found_under_its_customary_name(client: Client) -> None:
    assert client.get("/favicon.ico")["Location"] == "/static/img/favicon.svg"
