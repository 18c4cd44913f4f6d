"""The graph as a picture: columns of cells for the page, mermaid for the README."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from pipelines.graph import Graph, Step


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step has come. `status` is waiting, running, done, failed, abstained or skipped."""

    status: str
    milliseconds: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One box of the picture."""

    name: str
    title: str
    release: str
    status: str
    milliseconds: int | None
    note: str


TITLES = {
    "photos": "Photo",
    "detect": "Find animals",
    "sort": "Sort into groups",
    "fuse": "Join the votes",
    "describe": "Look up the species",
}


def title(name: str, titles: Mapping[str, str]) -> str:
    """Return what people call a step: an expert by its title, the others by what they do."""
    return titles.get(name) or TITLES.get(name) or name.removeprefix("expert.")


def picture(
    graph: Graph, progress: Mapping[str, Progress], titles: Mapping[str, str]
) -> list[list[Cell]]:
    """Return the columns of the graph from left to right, the photo first."""

    def cell(name: str, release: str) -> Cell:
        state = progress.get(name, Progress("waiting"))
        return Cell(
            name, title(name, titles), release, state.status, state.milliseconds, state.note
        )

    return [
        [cell(name, "") for name in graph.inputs],
        *([cell(step.name, step.release) for step in column] for column in graph.levels()),
    ]


def mermaid(graph: Graph, titles: Mapping[str, str]) -> str:
    """Return the graph as a mermaid flowchart, with only the edges between neighbouring columns."""
    lines = ["flowchart LR"]
    for name in graph.inputs:
        lines.append(f'    {_id(name)}(["{title(name, titles)}"])')
    for step in graph.steps:
        lines.append(f'    {_id(step.name)}["{_text(step, titles)}"]')
    columns = [tuple(graph.inputs), *(tuple(s.name for s in level) for level in graph.levels())]
    for left, right in pairwise(columns):
        for name in right:
            reads = set(graph[name].reads)
            lines.extend(f"    {_id(one)} --> {_id(name)}" for one in left if one in reads)
    return "\n".join(lines) + "\n"


def _id(name: str) -> str:
    return name.replace(".", "_").replace("-", "_")


def _text(step: Step, titles: Mapping[str, str]) -> str:
    words = title(step.name, titles)
    return f"{words}<br/><small>{step.release}</small>" if step.release else words
