"""Photos from addresses: one worker for each upload, and nothing noted twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.images import saved, scene
from tests.photos.build import upload as uploaded
from wildlife.identifications import fetches
from wildlife.photos import arrivals, batches
from wildlife.photos.keeper import Keeper
from wildlife.photos.models import Photo, Upload, UploadItem

pytestmark = pytest.mark.django_db

URLS = [f"https://photos.example/{side}.jpg" for side in (64, 65, 66)]


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The uploads that workers are asked for; each address has the photo of its name."""
    calls: list[UUID] = []

    @contextmanager
    def fetched(url: str) -> Iterator[UploadedFile]:
        yield uploaded(saved(scene(int(url[-6:-4]))))

    monkeypatch.setattr(fetches, "send", calls.append)
    monkeypatch.setattr(fetches, "dispatch", lambda: None)
    monkeypatch.setattr(fetches, "fetched", fetched)
    return calls


def opened(urls: list[str] = URLS) -> Upload:
    batch = arrivals.open_for(Keeper(guest="guest"))
    batches.add_addresses(batch, urls)
    return batch


def states(batch: Upload) -> list[str]:
    return list(batch.items.values_list("state", flat=True))


def test_an_upload_has_one_worker_however_often_it_is_sent(sent: list[UUID]) -> None:
    batch, other = opened(), opened(URLS[:1])
    assert fetches._claimed(batch.pk) is not None
    fetches.go_on(batch.pk)
    assert (states(batch), sent) == (["fetching"] * 3, [])
    fetches.go_on(other.pk)
    assert states(other) == ["taken"]


def test_another_worker_goes_on_where_the_first_is_dead() -> None:
    batch = opened()
    fetches._claimed(batch.pk)
    stale = timezone.now() - fetches.STALE_AFTER - timedelta(seconds=1)
    batch.items.exclude(alive_at=None).update(alive_at=stale)
    fetches.go_on(batch.pk)
    assert states(batch) == ["taken"] * 3


def test_an_address_without_room_is_fetched_again(settings: Settings) -> None:
    settings.GUEST_QUOTA_BYTES = 1
    batch = opened(URLS[:1])
    fetches.go_on(batch.pk)
    assert batch.items.get().code == "quota"
    settings.GUEST_QUOTA_BYTES = 0
    assert batches.retry(batch) == 1
    fetches.go_on(batch.pk)
    assert states(batch) == ["taken"]


def test_what_is_cancelled_while_it_is_fetched_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = opened()

    @contextmanager
    def slow(url: str) -> Iterator[UploadedFile]:
        batches.cancel(batch)
        yield uploaded(saved(scene()))

    monkeypatch.setattr(fetches, "fetched", slow)
    fetches.go_on(batch.pk)
    assert set(batch.items.values_list("state", "code")) == {("refused", "cancelled")}
    assert not Photo.objects.exists()


def test_an_equal_request_puts_nothing_back_that_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = arrivals.open_for(Keeper(guest="guest"))
    real = arrivals.announce

    def announce(*args: Any) -> list[UploadItem]:
        items = real(*args)
        monkeypatch.setattr(arrivals, "announce", real)
        batches.add_addresses(batch, URLS)
        fetches.go_on(batch.pk)
        return items

    monkeypatch.setattr(arrivals, "announce", announce)
    batches.add_addresses(batch, URLS)
    assert states(batch) == ["taken"] * 3


def test_many_addresses_are_noted_at_once(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    batch = arrivals.open_for(Keeper(guest="guest"))
    with django_assert_max_num_queries(8):
        batches.add_addresses(batch, [f"https://photos.example/{one}.jpg" for one in range(50)])
    assert states(batch) == ["fetching"] * 50
