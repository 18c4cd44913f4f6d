"""A small library of one guest, and of somebody else."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from tests.web import builders
from wildlife.identifications.digests import write_digests
from wildlife.library import jobs
from wildlife.photos.models import Photo
from wildlife.species.models import Taxon

Make = Callable[..., Photo]


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def make(taxa: dict[str, Taxon]) -> Make:
    """Make a photo that shows animals of these taxa, or else what else is asked for."""

    def photo(*slugs: str, confidence: float = 0.91, agreement: float = 1.0, **more) -> Photo:
        made = builders.photo(**more)
        if made.state == Photo.State.DONE:
            run = builders.run(made)
            for index, slug in enumerate(slugs):
                if slug in ("person", "vehicle"):
                    builders.box(made, run, index, slug)
                    continue
                found = builders.box(made, run, index)
                builders.vote(found)
                builders.vote(found, "general")
                sure = confidence - index / 100
                builders.elephant(found, taxa[slug], confidence=sure, agreement=agreement)
        write_digests([made.pk])
        made.refresh_from_db()
        return made

    return photo


@pytest.fixture
def photos(make: Make) -> SimpleNamespace:
    """Photos by what they are for."""
    return SimpleNamespace(
        elephant=make("loxodonta-africana", name="elephant.jpg", taken_at=at(3, 1), confidence=0.97,
                      latitude=-2.0, longitude=35.0),
        lion=make("panthera-leo", name="lion.jpg", taken_at=at(3, 2, 23), confidence=0.5,
                  agreement=0.4, latitude=-19.0, longitude=23.0),
        both=make("panthera-leo", "loxodonta-africana", name="both.jpg", taken_at=at(3, 3)),
        family=make("felidae", name="family.jpg", taken_at=at(4, 1), confidence=0.85),
        person=make("person", name="person.jpg", taken_at=at(4, 2)),
        car=make("vehicle", name="car.jpg", taken_at=at(4, 2, 18)),
        blank=make(name="blank.jpg", taken_at=at(4, 3), latitude=10.0, longitude=-179.5),
        failed=make(name="failed.jpg", state="failed", failure="It is cut off.",
                    taken_at=at(4, 4)),
        waiting=make(name="waiting.jpg", state="waiting", taken_at=at(4, 5)),
        other=make("panthera-leo", name="other.jpg", guest="somebody-else"),
    )  # fmt: skip


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of jobs that were left to workers; nothing is sent."""
    ids: list[str] = []
    monkeypatch.setattr(jobs, "send", lambda job: ids.append(str(job.pk)))
    return ids


@pytest.fixture
def dispatches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    calls: list[int] = []
    monkeypatch.setattr(jobs, "dispatch", lambda: calls.append(1))
    return calls
