"""Where counts are kept that may be forgotten: in Redis, and while that is away, in memory."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class RedisElseMemory(RedisCache):
    """Redis, so that all processes count together; this process's memory where Redis fails.

    The page answers without Redis, so signing in and uploading must too, and a limit that another
    process does not know is still better than none.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._memory = LocMemCache("redis-else-memory", {**params, "OPTIONS": {}})

    def add(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self._do(super().add, self._memory.add, key, *args, **kwargs)

    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self._do(super().get, self._memory.get, key, *args, **kwargs)

    def set(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self._do(super().set, self._memory.set, key, *args, **kwargs)

    def delete(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self._do(super().delete, self._memory.delete, key, *args, **kwargs)

    def incr(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self._do(super().incr, self._memory.incr, key, *args, **kwargs)

    @staticmethod
    def _do(redis: Callable[..., Any], memory: Callable[..., Any], *args: Any, **kw: Any) -> Any:
        try:
            return redis(*args, **kw)
        except RedisError as error:
            log.warning("redis_away_limits_in_memory", error=type(error).__name__)
            return memory(*args, **kw)
