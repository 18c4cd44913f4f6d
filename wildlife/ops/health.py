"""Is this process alive, and can the copy do its work? As JSON, without names or secrets.

Why a check failed stands in the log.
"""

import asyncio
import dataclasses
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from health_check.base import HealthCheck
from health_check.checks import Database, Storage
from health_check.contrib.redis import Redis
from health_check.exceptions import ServiceUnavailable
from health_check.views import HealthCheckView
from redis.asyncio import Redis as RedisClient
from redis.exceptions import RedisError

from wildlife.ops.attendance import present

log = structlog.get_logger(__name__)


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """Answer at once, whatever else is down: this process need not be restarted."""
    return JsonResponse({"status": "ok"})


@dataclasses.dataclass
class Workers(HealthCheck):
    """Does some worker listen?"""

    def run(self) -> None:
        try:
            here = present()
        except RedisError as error:
            raise ServiceUnavailable("unknown") from error
        if not here:
            raise ServiceUnavailable("none")


def _redis() -> RedisClient:
    return RedisClient.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)


class Ready(HealthCheckView):
    """200 where database, Redis and storage work, else 503.

    Without a worker photos are still received and wait, so that is said but does not take the web
    process out of service.
    """

    checks = (Database, Storage, (Redis, {"client_factory": _redis}), Workers)

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        results = await asyncio.gather(*(check.get_result() for check in self.get_checks()))
        said = {
            type(result.check).__name__.lower(): "failed" if result.error else "ok"
            for result in results
        }
        broken = any(state != "ok" for name, state in said.items() if name != "workers")
        if broken:
            log.warning("not_ready", **{repr(one.check): str(one.error) for one in results})
        return JsonResponse(said, status=503 if broken else 200)
