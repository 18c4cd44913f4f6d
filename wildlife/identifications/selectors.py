"""Reading runs and answers."""

from pipelines.graph import Graph
from pipelines.identify import Lineup, build, expert_step
from pipelines.picture import Cell, Progress, picture
from wildlife.identifications import lineup
from wildlife.identifications.models import Run, StepResult, Vote
from wildlife.photos.models import Photo


def latest_run(photo: Photo) -> Run | None:
    """Return the run that looks, or looked last, at a photo."""
    return photo.runs.order_by("-created_at").first()


def graph_picture(photo: Photo, run: Run | None) -> list[list[Cell]]:
    """Return the graph of a photo's latest run as columns of cells, and how far each step is.

    Before a run has claimed the photo it is the graph that would run now; where no models are
    active it is empty.
    """
    if run is None:
        try:
            who = lineup.current()
        except lineup.LineupIncomplete:
            return []
        return picture(build(who), {"photos": Progress("done")}, _titles(who))
    who = lineup.from_json(run.lineup)
    graph = build(who)
    return picture(graph, _progress(run, photo, graph, who), _titles(who))


def _titles(who: Lineup) -> dict[str, str]:
    return {expert_step(expert): expert.title or expert.name for expert in who.experts}


def _progress(run: Run, photo: Photo, graph: Graph, who: Lineup) -> dict[str, Progress]:
    progress = {"photos": Progress("done")}
    together = run.photos.count()
    shared = f"{together} photos together" if together > 1 else ""
    for result in run.results.defer("value"):
        progress[result.step] = _status(result, run, shared)
    if photo.state == Photo.State.DONE:
        asked = set(
            Vote.objects.filter(detection__photo=photo).values_list("expert", flat=True).distinct()
        )
        for expert in who.experts:
            if expert.name not in asked:
                progress[expert_step(expert)] = Progress("skipped", None, "not asked")
    if run.state == Run.State.FAILED:
        for step in graph.steps:
            reached = progress.get(step.name)
            if reached is None or reached.status == "running":
                status = "failed" if reached else "skipped"
                progress[step.name] = Progress(status)
    return progress


def _status(result: StepResult, run: Run, shared: str) -> Progress:
    if result.finished_at is None or result.started_at is None:
        # The last step ends the run in the same transaction that writes the answers.
        done = run.state == Run.State.DONE
        return Progress("done" if done else "running", None, shared)
    milliseconds = round((result.finished_at - result.started_at).total_seconds() * 1000)
    if result.error:
        return Progress("abstained", milliseconds, result.error)
    note = ", ".join(part for part in (result.precision, shared) if part)
    return Progress("done", milliseconds, note)
