"""The graph as data: steps that name what they read, and how one of them is run."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

log = logging.getLogger(__name__)


class Store(Protocol):
    """Where the values of one run are kept, by name."""

    def has(self, name: str) -> bool: ...

    def get(self, name: str, kind: Any) -> Any:
        """Return the value called `name`, rebuilt as `kind`."""
        ...

    def put(self, name: str, value: Any) -> None:
        """Keep a value; keeping it twice changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One node: a plain function from the values it reads to the value that bears its name.

    `on_failure` makes a step optional: instead of stopping the run, its error becomes a value.
    """

    name: str
    run: Callable[..., Any]
    reads: tuple[str, ...]
    returns: Any
    queue: str
    release: str = ""
    on_failure: Callable[[Exception], Any] | None = None

    @property
    def optional(self) -> bool:
        return self.on_failure is not None


class GraphInvalid(ValueError):
    """Two steps share a name, or a step reads what nothing before it makes."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Steps in an order in which they can be run, and the types of the values they start from."""

    inputs: dict[str, Any]
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        known = set(self.inputs)
        for step in self.steps:
            if step.name in known:
                raise GraphInvalid(f"{step.name!r} is defined twice")
            if missing := set(step.reads) - known:
                raise GraphInvalid(f"{step.name!r} reads {sorted(missing)}, made by no step before")
            known.add(step.name)

    def __getitem__(self, name: str) -> Step:
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def kind(self, name: str) -> Any:
        """Return the type of the value called `name`."""
        return self.inputs[name] if name in self.inputs else self[name].returns

    def levels(self) -> tuple[tuple[Step, ...], ...]:
        """Return the steps in columns: each reads only what columns before it make."""
        depth = dict.fromkeys(self.inputs, -1)
        columns: list[list[Step]] = []
        for step in self.steps:
            level = 1 + max((depth[name] for name in step.reads), default=-1)
            depth[step.name] = level
            if level == len(columns):
                columns.append([])
            columns[level].append(step)
        return tuple(tuple(column) for column in columns)


def run_step(graph: Graph, name: str, store: Store) -> None:
    """Run one step, unless its value is there already. Only an optional step swallows errors."""
    if store.has(name):
        return
    step = graph[name]
    values = [store.get(read, graph.kind(read)) for read in step.reads]
    try:
        result = step.run(*values)
    except Exception as error:
        if step.on_failure is None:
            raise
        log.warning("%s failed; the run goes on without it", name, exc_info=error)
        result = step.on_failure(error)
    store.put(name, result)
