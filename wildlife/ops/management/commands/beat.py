from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from wildlife.celery import app


class Command(BaseCommand):
    help = "Run the clock that has the periodic tasks sent. One per database is enough."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        Path(settings.CELERY_BEAT_SCHEDULE_FILENAME).parent.mkdir(parents=True, exist_ok=True)
        app.start(["--quiet", "beat", "--loglevel=INFO", "--pidfile="])
