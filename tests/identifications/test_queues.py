"""Asking a real Redis how many messages wait."""

import pytest
from kombu import Connection
from redis.exceptions import RedisError

from wildlife.celery import app
from wildlife.identifications.services import messages_in

pytestmark = pytest.mark.services


@pytest.fixture
def broker(redis_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    url = redis_server.removesuffix("/0") + "/2"
    monkeypatch.setattr(app, "connection_for_read", lambda: Connection(url))
    return url


def test_messages_of_every_priority_are_counted(broker: str):
    assert messages_in("detect") == 0
    with Connection(broker) as connection, connection.SimpleQueue("detect") as queue:
        queue.put("urgent", priority=0)
        queue.put("bulk", priority=6)
        assert messages_in("detect") == 2
        assert messages_in("sort") == 0
        queue.clear()


def test_a_broker_that_is_away_is_told_at_once(monkeypatch: pytest.MonkeyPatch):
    nowhere = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(app, "connection_for_read", lambda: Connection(nowhere))
    with pytest.raises(RedisError, match="refused"):
        messages_in("detect")
