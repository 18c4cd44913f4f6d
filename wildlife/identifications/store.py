"""The values of a run, kept in the database."""

import os
import socket
from typing import Any

import msgspec
from django.utils import timezone

from pipelines.graph import Graph
from pipelines.types import Ballot
from pipelines.types import Photo as PhotoInput
from wildlife.identifications.models import Run, StepResult
from wildlife.identifications.toolbox import precision

WORKER = f"{socket.gethostname()}:{os.getpid()}"


class ValueGone(Exception):
    """A value is asked for that is not there: its step is not done, or the run has ended."""


class DatabaseStore:
    """One run's store. The first value written under a name stays; later ones are dropped."""

    def __init__(self, run: Run, graph: Graph) -> None:
        self._run = run
        self._graph = graph

    def has(self, name: str) -> bool:
        return self._run.results.filter(step=name, finished_at__isnull=False).exists()

    def get(self, name: str, kind: Any) -> Any:
        """Return the value called `name`, rebuilt as `kind`. Raises ValueGone."""
        if name in self._graph.inputs:
            photos = self._run.photos.order_by("priority", "received_at", "id")
            return [PhotoInput(str(id), key) for id, key in photos.values_list("id", "original")]
        value = self._run.results.values_list("value", flat=True).get(step=name)
        if value is None:
            raise ValueGone(name)
        return msgspec.json.decode(bytes(value), type=kind)

    def started(self, name: str) -> None:
        """Note that this worker has begun with a step; one that is done stays as it is."""
        begun = {"started_at": timezone.now(), "worker": WORKER}
        if not self._run.results.filter(step=name, finished_at=None).update(**begun):
            StepResult.objects.bulk_create(
                [StepResult(run=self._run, step=name, **begun)], ignore_conflicts=True
            )

    def put(self, name: str, value: Any) -> None:
        release = self._graph[name].release
        self._run.results.filter(step=name, finished_at=None).update(
            value=msgspec.json.encode(value),
            precision=precision(release) if release else "",
            error=value.abstention if isinstance(value, Ballot) else "",
            finished_at=timezone.now(),
        )
