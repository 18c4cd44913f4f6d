"""Networks are loaded before they are asked for, and let go when no run needs them."""

import pytest

from models_registry.errors import WeightsMissing
from models_registry.models import ModelRelease
from wildlife.identifications import warming
from wildlife.identifications.models import Run
from wildlife.identifications.services import dispatch
from wildlife.identifications.warming import Warmer

pytestmark = pytest.mark.django_db(transaction=True)


class Registry:
    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.missing: set[str] = set()

    def card(self, key: str) -> ModelRelease:
        return ModelRelease(kind="detector" if key.startswith("finder") else "expert")

    def detector(self, key: str) -> None:
        if key in self.missing:
            raise WeightsMissing(f"{key} is not here")
        self.loaded.append(key)

    classifier = detector

    def keep_only(self, keys: set[str]) -> None:
        self.loaded = [key for key in self.loaded if key in keys]


@pytest.fixture
def models(monkeypatch, taxa, releases) -> Registry:
    made = Registry()
    monkeypatch.setattr(warming, "registry", lambda: made)
    return made


def follow(warmer: Warmer, *queues: str) -> bool:
    thread = warmer.follow(queues)
    if thread is not None:
        thread.join(10)
    return thread is not None


def test_a_worker_loads_what_its_queues_need_and_only_once(models):
    warmer = Warmer()
    assert follow(warmer, "detect", "expert.first", "control")
    assert models.loaded == ["finder@1", "first@1"]
    assert not follow(warmer, "detect", "expert.first", "control")


def test_a_retired_network_stays_while_a_run_in_flight_needs_it(models, photo, sent):
    warmer = Warmer()
    follow(warmer, "expert.first", "expert.second")
    photo()
    dispatch()
    ModelRelease.objects.filter(name="second").update(stage=ModelRelease.Stage.RETIRED)
    follow(warmer, "expert.first", "expert.second")
    assert "second@1" in models.loaded
    Run.objects.update(state=Run.State.DONE)
    ModelRelease.objects.create(
        name="third", version="1", kind="expert", title="Third", sha256="0" * 64
    )
    follow(warmer, "expert.first", "expert.second", "expert.third")
    assert "second@1" not in models.loaded
    assert "third@1" in models.loaded


def test_one_that_cannot_be_loaded_keeps_no_other_from_it(models):
    models.missing = {"finder@1"}
    follow(Warmer(), "detect", "expert.first")
    assert models.loaded == ["first@1"]


def test_without_models_there_is_nothing_to_do(models):
    ModelRelease.objects.all().delete()
    assert not follow(Warmer(), "detect")
