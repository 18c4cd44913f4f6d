"""Dispatch by backlog: what is claimed, in which order, and when nothing is."""

import pytest

from models_registry.models import ModelRelease
from wildlife.identifications import lineup, services
from wildlife.identifications.models import Run
from wildlife.identifications.services import dispatch, queues
from wildlife.photos.models import Photo

pytestmark = pytest.mark.usefixtures("taxa", "releases")


def claimed(run: Run) -> list[str]:
    return sorted(run.photos.values_list("filename", flat=True))


def test_a_single_photo_is_started_at_once(photo, sent):
    one = photo()
    assert dispatch() == 1
    one.refresh_from_db()
    assert one.state == Photo.State.RUNNING
    assert [claimed(run) for run in sent] == [["0.jpg"]]


def test_nothing_waiting_starts_nothing(sent):
    assert dispatch() == 0
    assert not Run.objects.exists()


def test_the_batch_grows_with_the_backlog_and_runs_in_flight_are_bounded(photo, sent, settings):
    settings.PHOTOS_PER_RUN, settings.RUNS_IN_FLIGHT = 4, 2
    for _ in range(11):
        photo(priority=Photo.Priority.BULK)
    assert dispatch() == 2
    assert [len(claimed(run)) for run in sent] == [4, 4]
    assert dispatch() == 0
    Run.objects.update(state=Run.State.DONE)
    assert dispatch() == 1
    assert len(claimed(sent[-1])) == 3


def test_interactive_photos_go_before_bulk_ones_and_never_share_a_run(photo, sent):
    photo(priority=Photo.Priority.BULK)
    photo(priority=Photo.Priority.INTERACTIVE)
    dispatch()
    assert [claimed(run) for run in sent] == [["1.jpg"], ["0.jpg"]]


def test_bulk_runs_do_not_hold_up_an_interactive_photo(photo, sent, settings):
    settings.PHOTOS_PER_RUN, settings.RUNS_IN_FLIGHT = 1, 1
    for _ in range(3):
        photo(priority=Photo.Priority.BULK)
    assert dispatch() == 1
    photo(priority=Photo.Priority.INTERACTIVE)
    assert dispatch() == 1
    assert claimed(sent[-1]) == ["3.jpg"]


def test_a_photo_whose_run_died_goes_alone(photo, sent):
    photo(attempts=1)
    photo()
    dispatch()
    assert sorted(claimed(run) for run in sent) == [["0.jpg"], ["1.jpg"]]


def test_the_run_keeps_the_line_up_it_was_started_with(photo, sent):
    ModelRelease.objects.filter(name="first").update(weight=0.3)
    photo()
    dispatch()
    ModelRelease.objects.filter(name="first").update(weight=0.9)
    kept = lineup.from_json(Run.objects.get().lineup)
    assert {expert.name: expert.weight for expert in kept.experts} == {"first": 0.3, "second": 1.0}
    assert kept.detector.release == "finder@1"


@pytest.mark.parametrize("kind", ["detector", "coarse", "expert"])
def test_without_a_model_of_some_kind_photos_wait(photo, sent, kind):
    photo()
    ModelRelease.objects.filter(kind=kind).update(stage=ModelRelease.Stage.RETIRED)
    assert dispatch() == 0
    assert Photo.objects.get().state == Photo.State.WAITING


def test_of_two_active_detectors_the_newer_is_taken(photo, sent):
    ModelRelease.objects.create(
        name="seeker", version="1", kind="detector", title="Seeker", sha256="1" * 64
    )
    assert lineup.current().detector.release == "seeker@1"


def test_where_the_broker_is_away_the_photo_waits_for_the_sweep(photo, monkeypatch):
    def away(*_, **__):
        raise services.OperationalError("connection refused")

    monkeypatch.setattr("celery.canvas._chain.apply_async", away)
    photo()
    assert dispatch() == 1
    assert Run.objects.get().state == Run.State.RUNNING


def test_every_step_has_a_queue_that_workers_are_told_of():
    assert queues() == [
        "control",
        "detect",
        "sort",
        "expert.first",
        "expert.second",
        "fuse",
        "describe",
    ]


def test_without_models_workers_still_listen_for_control():
    ModelRelease.objects.all().delete()
    assert queues() == ["control"]
