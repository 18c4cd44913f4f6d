import os
import warnings
from typing import Any

from celery.exceptions import SecurityWarning
from django.core.management import BaseCommand, CommandError, CommandParser

from wildlife.celery import app
from wildlife.identifications.services import queues
from wildlife.ops.workers import IDLE_QUEUE, attendant, matching

CONCURRENCY = 3


class Command(BaseCommand):
    help = "Run a worker: Celery with threads, so that each model is in memory once."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--queues",
            default="*",
            help="queues to serve, comma-separated, with * and ?: 'detect,sort', 'expert.*'. "
            "Those of models activated later are joined by themselves. Default: all.",
        )
        parser.add_argument(
            "--concurrency", type=int, default=CONCURRENCY, help="steps at the same time"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        patterns = [one.strip() for one in options["queues"].split(",") if one.strip()]
        concurrency = options["concurrency"]
        if not patterns or concurrency < 1:
            raise CommandError("A worker needs at least one queue and a concurrency of 1 or more.")
        # Each step may use half the cores: steps run beside each other.
        threads = str(max(1, (os.cpu_count() or 1) // min(concurrency, 2)))
        os.environ.setdefault("OMP_NUM_THREADS", threads)
        os.environ.setdefault("OPENBLAS_NUM_THREADS", threads)
        # Messages are JSON, so running as root is no more dangerous than it is for any server.
        warnings.simplefilter("ignore", SecurityWarning)
        app.steps["consumer"].add(attendant(patterns))
        app.worker_main(
            [
                "--quiet",
                "worker",
                "--pool=threads",
                f"--concurrency={concurrency}",
                f"--queues={','.join(matching(queues(), patterns) or [IDLE_QUEUE])}",
                f"--hostname=worker-{os.getpid()}@%h",
                "--loglevel=INFO",
                "--without-gossip",
                "--without-mingle",
            ]
        )
