"""Figures for Prometheus: what waits, what runs, what failed, and this process."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from redis.exceptions import RedisError

from wildlife.identifications.models import Run
from wildlife.identifications.services import queues
from wildlife.ops.attendance import client, present
from wildlife.photos.models import Photo

PRIORITY_STEPS = (0, 3, 6, 9)
SEPARATOR = "\x06\x16"
"""Between a queue's name and its priority in kombu's Redis keys; priority 0 has the bare name."""


class Backlog:
    """Asks the database and Redis at each scrape: every web process gives the same answer."""

    def collect(self) -> Iterator[Metric]:
        photos = GaugeMetricFamily("wildlife_photos", "Photos by state", labels=["state"])
        runs = GaugeMetricFamily("wildlife_runs", "Runs by state", labels=["state"])
        for family, model in ((photos, Photo), (runs, Run)):
            counts = dict(model.objects.values_list("state").annotate(Count("pk")).order_by())
            for state in model.State.values:
                family.add_metric([state], counts.get(state, 0))
            yield family
        try:
            yield from self._broker()
        except RedisError:
            yield GaugeMetricFamily("wildlife_redis_up", "Whether Redis answers", value=0)

    def _broker(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            "wildlife_queue_messages", "Messages waiting in a queue", labels=["queue"]
        )
        listening = GaugeMetricFamily(
            "wildlife_queue_workers", "Workers that listen to a queue", labels=["queue"]
        )
        workers = present()
        for name in queues():
            waiting.add_metric([name], length(name))
            listening.add_metric([name], sum(name in served for served in workers.values()))
        yield waiting
        yield listening
        yield GaugeMetricFamily("wildlife_redis_up", "Whether Redis answers", value=1)


def length(queue: str) -> int:
    """Return how many messages wait in a queue. Raises RedisError."""
    pipeline = client().pipeline()
    for step in PRIORITY_STEPS:
        pipeline.llen(f"{queue}{SEPARATOR}{step}" if step else queue)
    return sum(pipeline.execute())


registry = CollectorRegistry()
registry.register(Backlog())
ProcessCollector(registry=registry)
PlatformCollector(registry=registry)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer staff, and whoever brings METRICS_TOKEN as bearer token; for others there is none."""
    if not (_has_token(request) or request.user.is_staff):
        raise Http404
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given.encode(), wanted.encode())
