"""Photos per second from upload to answer, against a bare loop over the same models.

    .venv/bin/python benchmarks/pipeline.py [PHOTOS] [--clients N] [--rounds N]

The bare loop decodes each photo, finds, cuts, sorts and asks the experts, one photo after the
other, with the same prepared networks: no server, no database, nothing kept. The pipeline is a
whole copy of the product in a folder of its own, filled through its API by parallel clients. Both
run in turn, `--rounds` times, and the best of each counts.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import requests
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
FOLDER = tempfile.TemporaryDirectory(prefix="wildlife-benchmark-")
os.environ |= {"DATA_DIR": FOLDER.name, "DJANGO_SETTINGS_MODULE": "wildlife.settings"}
sys.path.insert(0, str(ROOT))

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

from models_registry.interfaces import Box  # noqa: E402
from models_registry.services import registry  # noqa: E402
from pipelines.identify import Lineup  # noqa: E402
from pipelines.pictures import decode  # noqa: E402
from pipelines.steps import DECODED_SIDE, LEAST_SHARE_TO_ASK, cut_around  # noqa: E402
from wildlife.identifications import lineup  # noqa: E402
from wildlife.identifications.models import Run  # noqa: E402
from wildlife.photos.models import Photo  # noqa: E402

T = TypeVar("T")

READY_WITHIN = 600
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def main() -> None:
    options = arguments()
    photos = sorted(
        path
        for path in options.photos.rglob("*")
        if path.suffix.lower() in PHOTO_SUFFIXES and readable(path)
    )
    if not photos:
        sys.exit(f"There are no photos in {options.photos}.")
    megapixels = sum(w * h for w, h in map(size, photos)) / len(photos) / 1e6
    print(f"{len(photos)} photos, {megapixels:.2f} megapixels on average")
    through, bare = [], []
    for number in range(1, options.rounds + 1):
        with product(Path(FOLDER.name)) as url:
            through.append(pipeline(url, photos, options.clients))
        bare.append(bare_loop(photos))
        rates = [len(photos) / times[-1]["all"] for times in (through, bare)]
        print(f"round {number}: pipeline {rates[0]:.1f}, bare loop {rates[1]:.1f} photos/s")
    report(photos, min(through, key=lambda one: one["all"]), min(bare, key=lambda one: one["all"]))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    shared = Path(os.environ.get("WILDLIFE_SHARED", ROOT.parent / "shared"))
    parser.add_argument("photos", nargs="?", type=Path, default=shared / "photos")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def readable(path: Path) -> bool:
    """Leave out what no program can read to its end: both sides are to do the same work."""
    try:
        with Image.open(path) as image:
            image.load()
    except OSError:
        return False
    return True


@contextmanager
def product(folder: Path) -> Iterator[str]:
    """Run a whole copy of the product, models warm, and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = dict(os.environ, DATA_DIR=str(folder), HOST="127.0.0.1", PORT=str(port))
    log = folder / "benchmark.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "wildlife.ops"], cwd=ROOT, env=env, stdout=output, stderr=output
        )
        try:
            deadline = time.monotonic() + READY_WITHIN
            while "ready:" not in log.read_text():
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"The product did not start:\n{log.read_text()[-3000:]}")
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


def pipeline(url: str, photos: list[Path], clients: int) -> dict[str, Any]:
    """Upload all photos as one new guest and wait for the last answer; return the times."""
    for photo in photos[:5]:  # another guest's: what is timed finds warm models and no answers
        upload(url, photo, {})
    wait_until_answered()
    before = {run.id for run in Run.objects.all()}
    cookies: dict[str, str] = {}
    begun = time.perf_counter()
    upload(url, photos[0], cookies)
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda path: upload(url, path, dict(cookies)), photos[1:]))
    uploaded = time.perf_counter()
    wait_until_answered()
    seconds = time.perf_counter() - begun
    failed = Photo.objects.exclude(state=Photo.State.DONE).count()
    if failed:
        sys.exit(f"{failed} photos have no answer: this measures nothing.")
    runs = Run.objects.exclude(id__in=before).prefetch_related("results", "photos")
    return {"all": seconds, "uploading": uploaded - begun, **times_of(list(runs))}


def upload(url: str, photo: Path, cookies: dict[str, str]) -> None:
    """Send one photo, and keep the guest's cookies that come back."""
    with photo.open("rb") as file:
        answer = requests.post(
            f"{url}/api/v1/photos", files={"photo": file}, cookies=cookies, timeout=60
        )
    if answer.status_code != 202:
        sys.exit(f"{photo}: {answer.status_code} {answer.text[:300]}")
    cookies.update(answer.cookies.get_dict())


def wait_until_answered() -> None:
    unfinished = Photo.objects.filter(state__in=[Photo.State.WAITING, Photo.State.RUNNING])
    while unfinished.exists():
        time.sleep(0.02)


def times_of(runs: list[Run]) -> dict[str, Any]:
    """Sum up seconds by step, and what a run spends between steps (broker and database)."""
    steps: dict[str, float] = defaultdict(float)
    between = waited = 0.0
    for run in runs:
        mine = {
            result.step: (result.finished_at - result.started_at).total_seconds()
            for result in run.results.all()
            if result.started_at and result.finished_at
        }
        for name, seconds in mine.items():
            steps[name] += seconds
        experts = [seconds for name, seconds in mine.items() if name.startswith("expert.")]
        others = sum(seconds for name, seconds in mine.items() if not name.startswith("expert."))
        lasted = (run.finished_at - run.created_at).total_seconds()
        between += max(0.0, lasted - others - max(experts, default=0.0))
        waited += sum(
            (run.created_at - photo.received_at).total_seconds() for photo in run.photos.all()
        )
    return {"runs": len(runs), "steps": dict(steps), "between": between, "waited": waited}


def bare_loop(photos: list[Path]) -> dict[str, float]:
    """Return seconds by phase of a loop that does no more than look at the photos."""
    who = lineup.current()
    models = registry()
    detector = models.detector(who.detector.release)
    coarse = models.classifier(who.coarse.release)
    experts = {one.name: models.classifier(one.release) for one in who.experts}
    spent: dict[str, float] = defaultdict(float)

    def timed(phase: str, work: Callable[[], T]) -> T:
        begun = time.perf_counter()
        result = work()
        spent[phase] += time.perf_counter() - begun
        return result

    def look(path: Path) -> None:
        with path.open("rb") as file:
            picture = timed(
                "decode",
                lambda: decode(file, long_side=DECODED_SIDE, max_pixels=settings.MAX_PHOTO_PIXELS),
            )
        [boxes] = timed("detect", lambda: list(detector.detect([picture.image])))
        crops = [cut for box in boxes if (cut := crop_of(picture.image, box, who)) is not None]
        if not any(box.confidence >= who.detector.threshold for box in boxes):
            crops = [picture.image]
        if not crops:
            return
        rows = timed("sort", lambda: coarse.classify(crops))
        for expert in who.experts:
            columns = [
                index
                for index, label in enumerate(coarse.labels)
                if not expert.groups or label.group in expert.groups
            ]
            asked = [
                crop
                for crop, row in zip(crops, rows, strict=True)
                if not expert.groups or row[columns].sum() >= LEAST_SHARE_TO_ASK
            ]
            if asked:
                timed(f"expert.{expert.name}", partial(experts[expert.name].classify, asked))

    for photo in photos[:5]:
        look(photo)
    spent.clear()
    begun = time.perf_counter()
    for photo in photos:
        look(photo)
    return {"all": time.perf_counter() - begun, **spent}


def crop_of(image: Image.Image, box: Box, who: Lineup) -> Image.Image | None:
    if box.label != "animal" or box.confidence < who.detector.threshold:
        return None
    around = cut_around((box.x, box.y, box.width, box.height), image.size)
    return image.crop(around)


def report(photos: list[Path], through: dict[str, Any], bare: dict[str, float]) -> None:
    count = len(photos)
    each = 1000 / count
    print(f"\npipeline   {count / through['all']:6.1f} photos/s in {through['runs']} runs")
    print(f"bare loop  {count / bare['all']:6.1f} photos/s")
    print(f"ratio      {bare['all'] / through['all']:6.2f}\n")
    print("milliseconds per photo   bare loop   pipeline (steps run side by side)")
    print(f"  decode                 {bare['decode'] * each:9.1f}   in detect")
    for step, seconds in through["steps"].items():
        alone = f"{bare[step] * each:9.1f}" if step in bare else "        –"
        print(f"  {step:22} {alone}   {seconds * each:8.1f}")
    print(f"  between steps                  –   {through['between'] * each:8.1f}")
    print(f"  waiting for a run              –   {through['waited'] * each:8.1f}")
    print(f"uploading took {through['uploading']:.1f} of {through['all']:.1f} s")


if __name__ == "__main__":
    main()
