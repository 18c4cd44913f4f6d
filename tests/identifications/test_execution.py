"""Steps in a worker: answers in rows, doing things twice, failures, and being started again."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from models_registry.errors import InferenceFailed, WeightsMissing
from models_registry.interfaces import Box
from pipelines.keys import thumb_key
from tests.identifications.conftest import GREEN, BrokenClassifier
from wildlife.identifications import sweeping
from wildlife.identifications.execution import StepFailed, execute, graph_of
from wildlife.identifications.models import Detection, Identification, Run, StepResult, Vote
from wildlife.identifications.services import dispatch
from wildlife.identifications.sweeping import sweep
from wildlife.photos.models import Photo

pytestmark = pytest.mark.usefixtures("taxa", "releases")
STEPS = ["detect", "sort", "expert.first", "expert.second", "fuse", "describe"]


def work(run: Run, steps: list[str] = STEPS) -> None:
    for step in steps:
        execute(str(run.id), step)


def start(*photos: Photo) -> Run:
    dispatch()
    return Run.objects.get(photos=photos[0])


def counts() -> tuple[int, ...]:
    return tuple(table.objects.count() for table in (Detection, Vote, Identification))


def test_a_run_ends_in_rows(photo, sent, registry):
    one = photo()
    work(start(one))
    one.refresh_from_db()
    detection = one.detections.get()
    assert (one.state, one.width, one.height) == (Photo.State.DONE, 400, 300)
    assert (detection.category, detection.whole_image) == ("animal", False)
    assert detection.identification.taxon.slug == "vulpes-vulpes"
    assert detection.identification.agreement == pytest.approx(1.0)
    assert {vote.expert: vote.scores[0][0] for vote in detection.votes.all()} == {
        "first": "vulpes-vulpes",
        "second": "vulpes-vulpes",
    }
    assert default_storage.exists(one.preview)
    assert default_storage.exists(detection.crop)


def test_where_nothing_is_found_the_whole_photo_is_asked_about_and_may_be_no_animal(
    photo, sent, registry
):
    one = photo(GREEN)
    work(start(one))
    detection = one.detections.get()
    assert detection.whole_image
    assert detection.identification.reason == "no_animal"
    assert detection.identification.taxon is None


def test_a_photo_of_a_person_only_is_kept_small_as_well(photo, sent, registry):
    class People:
        precision = "fp32"

        def detect(self, images):
            for _ in images:
                yield [Box(0.25, 0.25, 0.5, 0.5, "person", 0.9)]

    registry.models["finder@1"] = People()
    one = photo()
    work(start(one))
    with Image.open(default_storage.open(thumb_key(str(one.id)))) as image:
        assert max(image.size) == 320
    assert one.detections.get().crop == ""


def test_every_message_may_come_twice(photo, sent, registry):
    run = start(photo())
    for step in STEPS:
        work(run, [step, step])
    before = counts()
    work(run)
    assert counts() == before == (1, 2, 1)


def test_an_unreadable_photo_fails_with_a_sentence_and_the_others_go_on(photo, sent, registry):
    good, bad = photo(), photo(content=b"\xff\xd8\xff this is no photo")
    work(start(good, bad))
    good.refresh_from_db()
    bad.refresh_from_db()
    assert good.state == Photo.State.DONE
    assert bad.state == Photo.State.FAILED
    assert bad.failure.endswith(".")
    assert not bad.detections.exists()


def test_an_expert_that_fails_abstains_and_the_log_says_why(photo, sent, registry, caplog):
    registry.models["second@1"] = BrokenClassifier()
    one = photo()
    run = start(one)
    work(run)
    vote = Vote.objects.get(expert="second")
    assert vote.abstention == "It failed unexpectedly (RuntimeError)."
    assert vote.scores == []
    assert one.detections.get().identification.taxon.slug == "vulpes-vulpes"
    assert run.results.get(step="expert.second").error == vote.abstention
    assert "the device is gone" in caplog.text


def test_a_detector_that_cannot_be_loaded_ends_the_run_with_a_sentence(photo, sent, registry):
    class Missing:
        precision = "fp32"

        def detect(self, images):
            raise WeightsMissing("finder@1 has no weights on this machine")

    registry.models["finder@1"] = Missing()
    one = photo()
    run = start(one)
    with pytest.raises(StepFailed):
        work(run, ["detect"])
    run.refresh_from_db()
    one.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert one.state == Photo.State.FAILED
    assert "finder@1 has no weights" in one.failure
    work(run, ["sort"])
    assert not run.results.filter(step="sort").exists()


def test_a_passing_failure_leaves_the_run_to_the_sweep(photo, sent, registry):
    class Busy:
        precision = "fp32"

        def detect(self, images):
            raise InferenceFailed("out of memory just now")

    healthy = registry.models["finder@1"]
    registry.models["finder@1"] = Busy()
    one = photo()
    run = start(one)
    with pytest.raises(StepFailed):
        work(run, ["detect"])
    run.refresh_from_db()
    assert run.state == Run.State.RUNNING
    registry.models["finder@1"] = healthy
    work(run)
    one.refresh_from_db()
    assert one.state == Photo.State.DONE


def test_the_precision_of_every_network_is_kept(photo, sent, registry):
    registry.models["first@1"].precision = "bf16"
    run = start(photo())
    work(run)
    kept = dict(run.results.values_list("step", "precision"))
    assert kept["expert.first"] == "bf16"
    assert kept["detect"] == kept["expert.second"] == "fp32"
    assert kept["fuse"] == ""


def test_a_photo_deleted_meanwhile_stops_nothing(photo, sent, registry):
    gone, stays = photo(), photo()
    run = start(gone, stays)
    work(run, ["detect"])
    gone.delete()
    work(run)
    stays.refresh_from_db()
    assert stays.state == Photo.State.DONE


def silent(run: Run, seconds: float) -> None:
    """Let a run have shown no sign of life for so long."""
    Run.objects.filter(id=run.id).update(alive_at=timezone.now() - timedelta(seconds=seconds))


@pytest.fixture
def resent(monkeypatch) -> list[Run]:
    runs: list[Run] = []
    monkeypatch.setattr(sweeping, "publish", runs.append)
    return runs


def die_in(run: Run, step: str) -> None:
    """Leave the trace of a worker that was killed in a step."""
    StepResult.objects.create(run=run, step=step, started_at=timezone.now(), worker="gone:1")


def test_a_run_whose_worker_died_is_sent_again_and_finished_once(photo, sent, resent, registry):
    one = photo()
    run = start(one)
    work(run, ["detect"])
    die_in(run, "sort")
    silent(run, 25)
    assert sweep() == 1
    assert [again.id for again in resent] == [run.id]
    work(run)
    work(run)
    one.refresh_from_db()
    assert one.state == Photo.State.DONE
    assert counts() == (1, 2, 1)


def test_a_run_with_signs_of_life_is_left_alone(photo, sent, resent):
    run = start(photo())
    die_in(run, "detect")
    silent(run, 15)
    assert sweep() == 0
    assert not resent


def test_a_message_that_still_waits_is_not_sent_again_too_soon(photo, sent, resent):
    run = start(photo())
    silent(run, 25)
    sweep()
    assert not resent
    silent(run, 65)
    sweep()
    assert len(resent) == 1


def test_a_message_that_was_lost_is_sent_again_and_not_held_against_the_photo(
    photo, sent, resent, monkeypatch
):
    monkeypatch.setattr(sweeping, "messages_in", lambda queue: 0)
    run = start(photo())
    silent(run, 25)
    sweep()
    assert len(resent) == 1
    run.refresh_from_db()
    assert run.attempts == 1


def test_where_the_broker_is_away_no_message_counts_as_lost(photo, sent, resent, monkeypatch):
    def away(queue):
        raise OSError("connection refused")

    monkeypatch.setattr(sweeping, "messages_in", away)
    silent(start(photo()), 25)
    sweep()
    assert not resent


def test_photos_never_fail_because_no_worker_came(photo, sent, resent):
    one = photo()
    run = start(one)
    for _ in range(10):
        silent(run, 65)
        sweep()
    one.refresh_from_db()
    assert one.state == Photo.State.RUNNING
    assert len(resent) == 10


def test_a_run_that_kills_workers_is_split_and_only_the_guilty_photo_fails(
    photo, sent, resent, settings
):
    first, second = photo(), photo()
    run = start(first, second)
    die_in(run, "detect")
    for _ in range(settings.RUN_ATTEMPTS):
        silent(run, 25)
        sweep()
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    alone = Run.objects.filter(state=Run.State.RUNNING)
    assert sorted(one.photos.count() for one in alone) == [1, 1]
    guilty = alone.get(photos=first)
    die_in(guilty, "detect")
    for _ in range(settings.RUN_ATTEMPTS):
        silent(guilty, 25)
        sweep()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (Photo.State.FAILED, Photo.State.RUNNING)
    assert "set aside" in first.failure


def test_an_expert_without_a_worker_abstains_in_the_end(photo, sent, resent, registry, settings):
    one = photo()
    run = start(one)
    work(run, ["detect", "sort", "expert.first"])
    for _ in range(settings.RUN_ATTEMPTS):
        silent(run, 65)
        sweep()
    work(run, ["fuse", "describe"])
    one.refresh_from_db()
    assert one.state == Photo.State.DONE
    assert "No worker" in Vote.objects.get(expert="second").abstention


def test_the_graph_of_a_run_is_the_one_it_was_started_with(photo, sent, registry):
    run = start(photo())
    assert [step.name for step in graph_of(run).steps] == STEPS


@pytest.mark.parametrize(
    ("confidence", "candidates"), [(0.9, 0), (0.4, 1)], ids=["sure", "perhaps a person"]
)
def test_only_a_sure_person_keeps_the_whole_photo_from_the_experts(
    photo, sent, registry, confidence, candidates
):
    class Finder:
        precision = "fp32"

        def detect(self, images):
            for _ in images:
                yield [Box(0.1, 0.1, 0.2, 0.4, "person", confidence)]

    registry.models["finder@1"] = Finder()
    one = photo()
    work(start(one))
    assert one.detections.filter(category="person").count() == 1
    whole = one.detections.filter(whole_image=True)
    assert whole.count() == candidates
    assert all(candidate.identification for candidate in whole)
