import re
from collections.abc import Sequence

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from pipelines.keys import thumb_key
from tests.web import builders
from tests.web.conftest import as_guest
from wildlife.photos.models import Photo
from wildlife.species.selectors import tree
from wildlife.web import tiles, views


def test_home_works_without_script_as_a_form_for_many_files(guest: Client) -> None:
    page = guest.get("/").content.decode()

    form = page[page.index("<form") : page.index("</form>")]
    assert 'action="/photos/"' in form
    assert 'enctype="multipart/form-data"' in form
    assert "csrfmiddlewaretoken" in form
    assert re.search(r'<input[^>]*type="file"[^>]*name="photos"[^>]*multiple', form)
    assert 'type="submit"' in form


def test_a_guest_has_a_secret_before_the_first_of_parallel_uploads(db: None) -> None:
    browser = Client()

    browser.get("/")

    assert len(browser.session["guest"]) >= 32


def test_the_grid_shows_answers_confidence_and_failures(guest: Client, taxa: dict) -> None:
    builders.answered(builders.photo(), taxa["loxodonta-africana"], animals=2)
    builders.photo(state="failed", failure="This file is cut off.")
    empty = builders.photo()
    builders.box(empty, builders.run(empty), 0, "person")

    page = guest.get("/").content.decode()

    assert "African savanna elephant × 2" in page
    assert "91%" in page
    assert "This file is cut off." in page
    assert "No animal" in page
    assert "1 person" in page


def test_a_photo_without_a_close_up_is_shown_small(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    builders.box(photo, builders.run(photo), 0, "person")
    default_storage.save(thumb_key(str(photo.id)), ContentFile(builders.MINI_JPEG))

    page = guest.get("/").content.decode()

    source = f"/photos/{photo.id}/thumb"
    assert f'src="{source}"' in page
    assert b"".join(guest.get(source).streaming_content) == builders.MINI_JPEG
    assert as_guest("another").get(source).status_code == 404


def test_an_animal_that_nobody_could_name_has_no_percentage(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    found = builders.box(photo, builders.run(photo), 0)
    builders.elephant(found, None, reason="unknown_animal", confidence=0, walk=[], runners_up=[])

    page = guest.get("/").content.decode()

    assert "An animal, kind not known" in page
    assert "0%" not in page


def test_of_many_photos_the_grid_says_how_many_are_done(guest: Client, taxa: dict) -> None:
    for state in ("done", "failed", "running", "waiting", "waiting"):
        builders.photo(state=state)

    page = guest.get("/").content.decode()

    assert "2 of 5 done" in page
    assert re.search(r'<progress class="mine__progress" max="5" value="2"', page)


def test_the_grid_polls_only_while_something_is_not_finished(guest: Client, taxa: dict) -> None:
    photo = builders.photo(state="running")
    assert 'hx-trigger="every 1000ms, ' in guest.get("/photos/grid").content.decode()

    photo.state = "done"
    photo.save()

    page = guest.get("/photos/grid", headers={"hx-request": "true"}).content.decode()
    assert "every" not in page
    assert "All photos have been looked at." in page
    assert 'hx-trigger="photos-received from:body"' in page


def test_the_grid_polls_on_where_its_photo_was_finished_between_its_two_questions(
    guest: Client, taxa: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = builders.photo(state="running")

    def finished_meanwhile(photos: Sequence[Photo]) -> list[tiles.Tile]:
        shown = tiles.tiles_of(photos)
        Photo.objects.filter(pk=photo.pk).update(state="done")
        return shown

    monkeypatch.setattr(views, "tiles_of", finished_meanwhile)
    page = guest.get("/photos/grid").content.decode()

    assert "Being looked at" in page
    assert 'hx-trigger="every 1000ms, ' in page


def test_a_grid_that_has_not_changed_is_not_sent_again(guest: Client) -> None:
    photo = builders.photo(state="waiting")
    again = re.search(r'hx-get="([^"]+)"', guest.get("/").content.decode())[1]  # type: ignore[index]
    again = again.replace("&amp;", "&")

    assert guest.get(again).status_code == 204

    photo.state = "running"
    photo.save()
    changed = guest.get(again)
    assert changed.status_code == 200
    assert "Being looked at" in changed.content.decode()


def test_strangers_see_none_of_it(taxa: dict) -> None:
    builders.photo(name="secret.jpg")

    page = as_guest("another").get("/").content.decode()

    assert "secret.jpg" not in page
    assert "Nothing here yet" in page


def test_older_photos_are_on_further_pages(guest: Client) -> None:
    for number in range(26):
        builders.photo(name=f"photo-{number:02}.jpg")

    first, second = (guest.get(f"/?page={page}").content.decode() for page in (1, 2))

    assert first.count('class="tile ') == 24
    assert second.count('class="tile ') == 2
    assert "photo-00.jpg" in second


def test_queries_do_not_grow_with_photos_and_animals(guest: Client, taxa: dict, queries_of) -> None:
    builders.answered(builders.photo(), taxa["loxodonta-africana"])
    for kind in ("detector", "coarse", "expert"):
        builders.release(kind)
    tree()  # Each process plants it once.
    few = queries_of(guest, "/", 10)
    for _ in range(8):
        builders.answered(builders.photo(), taxa["felidae"], animals=3, reason="higher_rank")

    assert queries_of(guest, "/", 10) == few
