import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pipelines.keys import preview_key
from tests.web import builders
from wildlife.photos.models import Photo


def live(client: Client, photo: Photo, seen: str = ""):
    return client.get(f"/photos/{photo.id}/live?seen={seen}", headers={"hx-request": "true"})


def version(page: str) -> str:
    return re.search(r"live\?seen=(\w+)", page)[1]  # type: ignore[index]


def test_the_page_of_a_waiting_photo_asks_again_by_itself(guest: Client) -> None:
    photo = builders.photo(state="waiting")
    builders.run(photo, state="failed", steps=())

    page = guest.get(f"/photos/{photo.id}/").content.decode()

    assert "Waiting for its turn…" in page
    assert 'hx-trigger="every 400ms"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "/preview" not in page
    assert '<img src="/photos/' not in page


def test_without_models_the_page_says_what_it_waits_for(guest: Client) -> None:
    photo = builders.photo(state="waiting")

    page = live(guest, photo).content.decode()

    assert "Waiting until a model is ready…" in page
    assert "cannot be looked at yet. No detector is active." in page


@pytest.mark.parametrize("missing", ["detector", "coarse", "expert"])
def test_where_weights_are_missing_the_pages_name_the_release(guest: Client, missing: str) -> None:
    for kind in ("detector", "coarse", "expert"):
        builders.release(kind, available=kind != missing)
    photo = builders.photo(state="waiting")

    for page in (guest.get("/"), guest.get(f"/photos/{photo.id}/")):
        assert f"The weights of a-{missing}@1 are not on this machine" in page.content.decode()


def test_where_nothing_is_missing_no_page_complains(guest: Client) -> None:
    for kind in ("detector", "coarse", "expert"):
        builders.release(kind)
    photo = builders.photo(state="waiting")

    for page in (guest.get("/"), guest.get(f"/photos/{photo.id}/")):
        assert "cannot be looked at yet" not in page.content.decode()


def test_the_moving_part_tells_the_step_and_moves_only_when_something_changed(
    guest: Client,
) -> None:
    photo = builders.photo(state="running")
    run = builders.run(photo, state="running", steps=())
    page = live(guest, photo).content.decode()
    assert "Looking for animals…" in page

    assert live(guest, photo, version(page)).status_code == 204

    now = timezone.now()
    builders.StepResult.objects.create(run=run, step="detect", started_at=now, finished_at=now)
    moved = live(guest, photo, version(page))
    assert moved.status_code == 200
    assert "Sorting what was found…" in moved.content.decode()


def test_the_moving_part_ends_with_the_answer_and_asks_no_more(guest: Client, taxa: dict) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["loxodonta-africana"])

    page = live(guest, photo, "whatever").content.decode()

    assert "African savanna elephant" in page
    assert "hx-trigger" not in page
    assert "Done: African savanna elephant" in page
    assert "<html" not in page


def test_an_old_photo_is_asked_after_less_often(guest: Client) -> None:
    photo = builders.photo(state="waiting")
    for age, every in ((30, "1000ms"), (300, "3000ms")):
        Photo.objects.update(received_at=timezone.now() - timedelta(seconds=age))
        assert f"every {every}" in live(guest, photo).content.decode()


def test_a_failure_of_the_photo_is_told_and_not_tried_again(guest: Client) -> None:
    photo = builders.photo(state="failed", failure="This file is cut off.")
    builders.run(photo)

    page = guest.get(f"/photos/{photo.id}/").content.decode()

    assert "This file is cut off." in page
    assert "/again" not in page


def test_a_failure_of_the_run_can_be_tried_again(guest: Client, dispatched: list[int]) -> None:
    photo = builders.photo(state="failed", failure="The model cannot be used.")
    builders.run(photo, state="failed", steps=("detect",))
    assert f"/photos/{photo.id}/again" in guest.get(f"/photos/{photo.id}/").content.decode()

    guest.post(f"/photos/{photo.id}/again")

    photo.refresh_from_db()
    assert (photo.state, photo.failure) == ("waiting", "")
    assert dispatched == [1]


def test_boxes_come_before_votes_and_votes_before_the_answer(guest: Client, taxa: dict) -> None:
    photo = builders.photo(state="running")

    def page(*ended: str, silent: str = "") -> str:
        builders.Run.objects.all().delete()
        builders.going_on(photo, *ended, silent=silent)
        return re.sub(r"\s+", " ", live(guest, photo).content.decode())

    nothing = page()
    assert "/preview" not in nothing
    assert 'class="box ' not in nothing

    boxes = page("detect")
    assert f'src="/photos/{photo.id}/preview" width="2048" height="1536"' in boxes
    assert boxes.count('class="box box--animal"') == 2
    assert boxes.count('class="box box--person"') == 1
    assert "Sorted as" not in boxes

    votes = page("detect", "sort", "expert.mammals")
    assert "Sorted as mammal (97%)." in votes
    first, second = votes.split('class="early__votes"')[1:3]
    for said in (first, second):
        assert "African savanna elephant" in said
        assert "still looking…" in said
    assert "86%" not in votes

    answers = page("detect", "sort", "expert.mammals", "expert.general", "fuse", silent="general")
    assert "Abstained: The network gave no usable answer." in answers
    assert "still looking…" not in answers
    assert answers.count('86% <span class="quiet">sure</span>') == 2


def test_the_graph_of_a_run_going_on_holds_what_its_steps_said(guest: Client, taxa: dict) -> None:
    photo = builders.photo(state="running")
    builders.going_on(photo, "detect", "sort", "expert.mammals")

    page = re.sub(r"\s+", " ", live(guest, photo).content.decode())

    graph = page[page.index('class="graph"') :]
    assert "2 animals" in graph
    assert "1 person" in graph
    assert re.search(r"weight 0\.6</span>", graph)
    step = graph[graph.index('id="step-expertmammals"') : graph.index('id="step-expertgeneral"')]
    assert step.count("African savanna elephant") == 2
    assert "80%" in step


def test_a_look_that_changes_nothing_reads_no_votes(guest: Client, taxa: dict) -> None:
    photo = builders.photo(state="running")
    builders.going_on(photo, "detect", "sort", "expert.mammals")
    seen = version(live(guest, photo).content.decode())

    with CaptureQueriesContext(connection) as captured:
        assert live(guest, photo, seen).status_code == 204

    assert not [one["sql"] for one in captured if '"value"' in one["sql"]]
    assert len(captured) <= 6


def test_a_preview_is_there_before_the_run_ends(guest: Client) -> None:
    photo = builders.photo(state="running")
    assert guest.get(f"/photos/{photo.id}/preview").status_code == 404

    default_storage.save(preview_key(str(photo.id)), ContentFile(builders.MINI_JPEG))

    assert guest.get(f"/photos/{photo.id}/preview").status_code == 200
