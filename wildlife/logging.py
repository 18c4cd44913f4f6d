"""Logs: lines for people, or one JSON object a line for machines. Celery's and Django's too."""

from typing import Any

import structlog

SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


def logging_config(*, as_json: bool, level: str) -> dict[str, Any]:
    """Return Django's LOGGING, and set structlog up to go the same way."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderers: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *renderers,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": level, "propagate": False},
            # Each request is logged once, by django-structlog.
            "django.request": {"level": "ERROR"},
            # Anybody can cause as many as they like, each with a traceback.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # What is not ready is said in one line, by wildlife.ops.health.
            "health_check": {"level": "CRITICAL"},
            "celery.worker.strategy": {"level": "WARNING"},
            # Not a line for each sweep; the steps of runs are in the database.
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }


def keep_ours(**_: Any) -> None:
    """Receive Celery's `setup_logging`: a receiver is enough to keep Celery from its own."""
