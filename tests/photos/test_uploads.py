"""An upload that never ends does not fill the disk."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from tests.photos.build import upload


@pytest.mark.parametrize("memory", [0, 10_000_000])
def test_bytes_beyond_the_limit_are_dropped(settings: Settings, memory: int) -> None:
    settings.MAX_UPLOAD_BYTES = 100_000
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = memory
    files = [upload(b"x" * size, f"{size}.jpg") for size in (100_000, 5_000_000)]
    request = RequestFactory().post("/", {"photo": files})
    small, large = request.FILES.getlist("photo")
    assert small.size == 100_000
    assert 100_000 < large.size < 300_000
    assert large.name == "5000000.jpg"
