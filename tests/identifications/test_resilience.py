"""What must not stop a run, or outlive it: lost cards, races, failing databases, hanging steps."""

import threading
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone

from models_registry.errors import ReleaseUnknown
from tests.identifications.test_execution import silent, start, work
from wildlife.identifications import execution, sweeping
from wildlife.identifications.execution import StepFailed, execute, give_up, graph_of
from wildlife.identifications.models import Run, StepResult, Vote
from wildlife.identifications.store import DatabaseStore
from wildlife.identifications.sweeping import sweep, tidy
from wildlife.photos.models import Photo

pytestmark = pytest.mark.usefixtures("taxa", "releases")


def test_an_expert_whose_card_is_gone_abstains_and_the_run_ends(photo, sent, registry, monkeypatch):
    card, precision = registry.card, registry.precision

    def known(look_up):
        def look(key):
            if key == "second@1":
                raise ReleaseUnknown("There is no card for 'second@1'.")
            return look_up(key)

        return look

    monkeypatch.setattr(registry, "card", known(card))
    monkeypatch.setattr(registry, "precision", known(precision))
    one = photo()
    run = start(one)
    work(run)
    one.refresh_from_db()
    assert one.state == Photo.State.DONE
    assert "no card" in Vote.objects.get(expert="second").abstention
    assert run.results.get(step="expert.second").precision == ""


def test_a_step_that_was_finished_meanwhile_is_not_begun_again(photo, sent, registry):
    run = start(photo())
    work(run, ["detect"])
    before = run.results.values().get()
    DatabaseStore(run, graph_of(run)).started("detect")
    assert run.results.values().get() == before


def test_a_step_begun_again_names_its_new_worker(photo, sent, registry):
    run = start(photo())
    StepResult.objects.create(
        run=run, step="detect", worker="gone:1", started_at=timezone.now() - timedelta(hours=1)
    )
    work(run, ["detect"])
    result = run.results.get()
    assert result.worker != "gone:1"
    assert result.finished_at - result.started_at < timedelta(minutes=1)


def test_what_the_steps_of_a_failed_run_found_is_not_kept(photo, sent, registry):
    run = start(photo())
    work(run, ["detect", "sort"])
    assert run.results.filter(value__isnull=False).count() == 2
    give_up(run, "It went wrong.")
    assert run.results.count() == 2
    assert not run.results.filter(value__isnull=False).exists()


def test_ending_a_run_that_is_done_changes_nothing(photo, sent, registry):
    one = photo()
    run = start(one)
    work(run)
    give_up(run, "It went wrong.")
    run.refresh_from_db()
    one.refresh_from_db()
    assert (run.state, run.failure, one.state) == (Run.State.DONE, "", Photo.State.DONE)


def test_a_run_that_cannot_be_read_keeps_no_other_from_going_on(photo, sent, monkeypatch):
    resent = []
    monkeypatch.setattr(sweeping, "publish", resent.append)
    broken, healthy = start(photo()), start(photo())
    Run.objects.filter(id=broken.id).update(lineup={"of": "another time"})
    for run in (broken, healthy):
        silent(run, 65)
    waiting = photo()
    assert sweep() == 2
    assert [run.id for run in resent] == [healthy.id]
    waiting.refresh_from_db()
    assert waiting.state == Photo.State.RUNNING


class Clock:
    """Signs of life by another thread than the test's, whose transaction it could not see."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failing: int = 0) -> None:
        self.signs, self.failing = 0, failing
        self._here = threading.current_thread()
        monkeypatch.setattr(execution.Run.objects, "filter", self._filter)

    def _filter(self, **_):
        return self

    def update(self, **_):
        if threading.current_thread() is self._here:
            return
        self.signs += 1
        if self.signs <= self.failing:
            raise DatabaseError("the server is starting up")


def wait(until, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not until() and time.monotonic() < deadline:
        time.sleep(0.01)
    return until()


def test_signs_of_life_go_on_after_the_database_failed(photo, sent, settings, monkeypatch):
    run = start(photo())
    settings.RUN_STALE_AFTER = 0.04
    clock = Clock(monkeypatch, failing=2)
    with execution._signs_of_life(run):
        assert wait(lambda: clock.signs >= 4)


def test_a_step_that_hangs_gives_no_more_signs_of_life(photo, sent, settings, monkeypatch):
    run = start(photo())
    settings.RUN_STALE_AFTER, settings.LONGEST_STEP = 0.04, 0.1
    clock = Clock(monkeypatch)
    with execution._signs_of_life(run):
        name = f"alive-{run.id}"
        assert wait(lambda: name not in {one.name for one in threading.enumerate()})
    assert clock.signs >= 1


def test_a_message_for_a_run_that_has_ended_does_nothing(photo, sent, registry):
    run = start(photo())
    give_up(run, "It went wrong.")
    execute(str(run.id), "detect")
    assert not run.results.exists()


def test_runs_without_photos_and_expired_sessions_are_tidied_away(photo, sent, registry):
    gone, stays = photo(), photo()
    kept = start(gone, stays)
    work(kept)
    gone.delete()
    running = Run.objects.create(lineup={}, alive_at=timezone.now())
    empty = Run.objects.create(lineup={}, alive_at=timezone.now(), state=Run.State.DONE)
    StepResult.objects.create(run=empty, step="detect")
    expired, valid = SessionStore(), SessionStore()
    expired.set_expiry(-1)
    expired.save()
    valid.save()
    tidy()
    assert set(Run.objects.all()) == {kept, running}
    assert not StepResult.objects.filter(run_id=empty.id).exists()
    assert [one.session_key for one in Session.objects.all()] == [valid.session_key]


def test_a_step_whose_run_ends_meanwhile_stops_quietly(photo, sent, registry, monkeypatch):
    run = start(photo())
    work(run, ["detect"])
    started = DatabaseStore.started

    def end_then_start(store, name):
        give_up(run, "It went wrong.")
        started(store, name)

    monkeypatch.setattr(DatabaseStore, "started", end_then_start)
    with pytest.raises(StepFailed, match="no detect to read"):
        execute(str(run.id), "sort")


def test_behind_a_long_queue_an_expert_is_waited_for(photo, sent, registry, monkeypatch, settings):
    resent = []
    monkeypatch.setattr(sweeping, "publish", resent.append)
    late, busy = start(photo()), start(photo())
    work(late, ["detect", "sort", "expert.first"])
    StepResult.objects.create(run=busy, step="expert.second", started_at=timezone.now())
    for _ in range(settings.RUN_ATTEMPTS + 2):
        silent(late, 65)
        sweep()
    assert [run.id for run in resent] == [late.id] * (settings.RUN_ATTEMPTS + 2)
    late.refresh_from_db()
    assert late.attempts == 1
    assert not late.results.filter(step="expert.second").exists()
