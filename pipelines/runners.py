"""Two ways to run one graph: here and now, or as a Celery canvas."""

from collections.abc import Callable
from typing import Any

import msgspec
from celery import chain, group
from celery.canvas import Signature

from pipelines.graph import Graph, Step, Store, run_step


class MemoryStore:
    """A store for one run in this process. Values go through JSON, as they do between workers."""

    def __init__(self, **inputs: Any) -> None:
        self._values = {name: msgspec.json.encode(value) for name, value in inputs.items()}

    def has(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str, kind: Any) -> Any:
        return msgspec.json.decode(self._values[name], type=kind)

    def put(self, name: str, value: Any) -> None:
        self._values.setdefault(name, msgspec.json.encode(value))


def run_here(graph: Graph, store: Store) -> None:
    """Run every step in order in this process."""
    for step in graph.steps:
        run_step(graph, step.name, store)


def canvas(graph: Graph, sign: Callable[[Step], Signature]) -> Signature:
    """Return the graph as a Celery canvas: its columns in a chain, parallel steps as a chord."""
    return chain(
        *(
            sign(column[0]) if len(column) == 1 else group(sign(step) for step in column)
            for column in graph.levels()
        )
    )
