import json

import pytest
from django.urls import reverse

from models_registry.models import ModelRelease
from wildlife.ops import attendance
from wildlife.ops.redis_server import free_port


@pytest.fixture
def redis(settings, redis_server):
    settings.REDIS_URL = redis_server
    attendance.client.cache_clear()
    yield attendance.client()
    attendance.client().delete(attendance.ATTENDANCE)
    attendance.client.cache_clear()


@pytest.fixture
def no_redis(settings):
    settings.REDIS_URL = f"redis://:very-secret@127.0.0.1:{free_port()}/0"
    attendance.client.cache_clear()
    yield
    attendance.client.cache_clear()


def test_alive_needs_nothing(client, no_redis, django_assert_num_queries):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_ready_with_a_worker(client, redis):
    attendance.tell("worker-1@here", ["detect"])
    answer = client.get("/readyz", headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert answer.json() == dict.fromkeys(("database", "storage", "redis", "workers"), "ok")


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_ready_without_a_worker_still_receives(client, redis):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["workers"] == "failed"


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_redis_and_no_secret_told(client, no_redis):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    said = answer.json()
    assert (said["redis"], said["database"]) == ("failed", "ok")
    assert b"very-secret" not in answer.content
    assert b"127.0.0.1" not in answer.content


@pytest.mark.services
def test_a_worker_that_falls_silent_is_forgotten(redis, monkeypatch):
    attendance.tell("worker-1@here", ["detect", "control"])
    assert attendance.present() == {"worker-1@here": ["control", "detect"]}
    entry = json.loads(redis.hget(attendance.ATTENDANCE, "worker-1@here"))
    entry["at"] -= attendance.GONE_AFTER + 1
    redis.hset(attendance.ATTENDANCE, "worker-1@here", json.dumps(entry))
    assert attendance.present() == {}
    assert redis.hlen(attendance.ATTENDANCE) == 0


@pytest.mark.django_db
def test_metrics_are_not_for_everyone(client, admin_client, settings, no_redis):
    assert client.get(reverse("metrics")).status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    assert admin_client.get("/metrics").status_code == 200
    settings.METRICS_TOKEN = "a-long-token"
    wrong = client.get("/metrics", headers={"authorization": "Bearer a-wrong-token"})
    assert wrong.status_code == 404
    right = client.get("/metrics", headers={"authorization": "Bearer a-long-token"})
    assert right.status_code == 200
    assert b'wildlife_photos{state="waiting"} 0.0' in right.content
    assert b"wildlife_redis_up 0.0" in right.content


@pytest.mark.services
@pytest.mark.django_db
def test_metrics_tell_the_backlog_of_each_queue(admin_client, redis):
    for name, kind in (("d", "detector"), ("c", "coarse"), ("birds", "expert")):
        ModelRelease.objects.create(name=name, version="1", kind=kind, title=name)
    redis.rpush("detect", "a")
    redis.rpush("detect\x06\x166", "b", "c")
    attendance.tell("worker-1@here", ["expert.birds"])
    text = admin_client.get("/metrics").content.decode()
    assert 'wildlife_queue_messages{queue="detect"} 3.0' in text
    assert 'wildlife_queue_workers{queue="detect"} 0.0' in text
    assert 'wildlife_queue_workers{queue="expert.birds"} 1.0' in text
    redis.delete("detect", "detect\x06\x166")
