"""What the tests do on a cluster of real servers, in a process with the cluster's settings.

python -m tests.identifications.cluster COMMAND [ARGUMENT …]; the answer is JSON on stdout.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wildlife.settings")
django.setup()

from pipelines.identify import build, expert_step  # noqa: E402
from pipelines.runners import MemoryStore, run_here  # noqa: E402
from pipelines.types import Photo as PhotoInput  # noqa: E402
from wildlife.identifications import lineup  # noqa: E402
from wildlife.identifications.models import Detection, Identification, Run  # noqa: E402
from wildlife.identifications.services import dispatch  # noqa: E402
from wildlife.identifications.sweeping import sweep  # noqa: E402
from wildlife.identifications.toolbox import tools  # noqa: E402
from wildlife.photos.models import Photo  # noqa: E402
from wildlife.photos.services import receive  # noqa: E402

UNFINISHED = (Photo.State.WAITING, Photo.State.RUNNING)


def setup() -> None:
    """Make the tables, the species and the releases."""
    call_command("migrate", verbosity=0)
    call_command("load_species", verbosity=0, stdout=sys.stderr)
    call_command("sync_models", verbosity=0, stdout=sys.stderr)


def upload(*paths: str) -> list[str]:
    """Receive photos as one guest and dispatch them; return their ids."""
    ids = []
    for path in map(Path, paths):
        file = SimpleUploadedFile(path.name, path.read_bytes())
        received = receive(file, guest="a guest", priority=Photo.Priority.BULK)
        ids.append(str(received.photo.id))
    dispatch()
    return ids


def kill_in(step: str, process: str, *paths: str) -> bool:
    """Upload photos and kill a worker in the middle of a step; return whether it was in one."""
    upload(*paths)
    in_it = Run.objects.filter(
        state=Run.State.RUNNING, results__step=step, results__finished_at=None
    )
    deadline = time.monotonic() + 120
    while not in_it.exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    os.kill(int(process), signal.SIGKILL)
    return in_it.exists()


def finish(seconds: str) -> dict[str, Any]:
    """Sweep as beat does until every photo is finished; return what there is then."""
    deadline = time.monotonic() + float(seconds)
    while Photo.objects.filter(state__in=UNFINISHED).exists() and time.monotonic() < deadline:
        sweep()
        time.sleep(0.5)
    return {
        "states": sorted(Photo.objects.values_list("state", flat=True)),
        "attempts": sorted(Run.objects.values_list("attempts", flat=True)),
        "photos_with_detections": Photo.objects.filter(detections__isnull=False).distinct().count(),
        "detections": Detection.objects.count(),
        "distinct_detections": Detection.objects.values("photo__sha256", "index")
        .distinct()
        .count(),
        "stuck": [
            [str(run.id), run.attempts, str(run.alive_at), list(run.results.values_list("step"))]
            for run in Run.objects.filter(state=Run.State.RUNNING)
        ],
        "workers": sorted(set(Run.objects.values_list("results__worker", flat=True))),
    }


def forget() -> None:
    """Delete all photos and runs."""
    Photo.objects.all().delete()
    Run.objects.all().delete()


def by_workers(*ids: str) -> list[Any]:
    """Return the whole answers that the workers wrote."""
    return [_from_rows(Photo.objects.get(id=photo_id)) for photo_id in ids]


def here(*ids: str) -> list[Any]:
    """Return the whole answers of the same graph in this process, over the same files."""
    photos = [Photo.objects.get(id=photo_id) for photo_id in ids]
    who = lineup.current()
    graph = build(who, tools(lambda *_: None))
    store = MemoryStore(photos=[PhotoInput(str(one.id), one.original.name) for one in photos])
    run_here(graph, store)
    return [_from_store(str(one.id), store, graph, who) for one in photos]


def _from_rows(photo: Photo) -> dict[str, Any]:
    return {
        "failure": photo.failure,
        "size": [photo.width or 0, photo.height or 0],
        "detections": [
            {
                "what": [one.category, one.confidence, one.x, one.y, one.width, one.height],
                "whole_image": one.whole_image,
                "groups": one.groups,
                "votes": {
                    vote.expert: [vote.release, vote.weight, vote.scores, vote.none]
                    for vote in one.votes.all()
                },
                "answer": _answer_row(one),
            }
            for one in photo.detections.all()
        ],
    }


def _answer_row(detection: Detection) -> list[Any] | None:
    answer = Identification.objects.filter(detection=detection).first()
    if answer is None:
        return None
    slug = answer.taxon.slug if answer.taxon else ""
    sure = [answer.reason, answer.confidence, answer.agreement]
    return [slug, *sure, answer.walk, answer.runners_up]


def _from_store(photo_id: str, store: MemoryStore, graph: Any, who: Any) -> dict[str, Any]:
    def value(name: str) -> Any:
        return store.get(name, graph.kind(name))

    [scene] = [one for one in value("detect") if one.photo_id == photo_id]
    crops = {one.index: one for one in value("sort") if one.photo_id == photo_id}
    answers = {one.index: one for one in value("fuse") if one.photo_id == photo_id}
    votes: dict[int, dict[str, Any]] = {}
    for member in who.experts:
        ballot = value(expert_step(member))
        for vote in ballot.votes:
            if vote.photo_id == photo_id:
                said = [ballot.release, ballot.weight, list(map(list, vote.scores)), vote.none]
                votes.setdefault(vote.index, {})[ballot.expert] = said
    return {
        "failure": scene.failure,
        "size": [scene.width, scene.height],
        "detections": [
            {
                "what": [one.category, one.confidence, *one.box],
                "whole_image": one.whole_image,
                "groups": list(map(list, crops[one.index].groups)) if one.crop else [],
                "votes": votes.get(one.index, {}),
                "answer": _answer(answers.get(one.index)),
            }
            for one in scene.detections
        ],
    }


def _answer(answer: Any) -> list[Any] | None:
    if answer is None:
        return None
    walk = [[step.taxon, step.rank, step.mass, step.taken] for step in answer.walk]
    sure = [answer.reason, answer.confidence, answer.agreement]
    return [answer.taxon, *sure, walk, list(map(list, answer.runners_up))]


COMMANDS = {one.__name__: one for one in (setup, upload, kill_in, finish, forget, by_workers, here)}

if __name__ == "__main__":
    json.dump(COMMANDS[sys.argv[1]](*sys.argv[2:]), sys.stdout)
