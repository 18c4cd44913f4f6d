"""What a frozen trunk makes of every view, computed once and kept on disk."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models_registry.training.engines import engine
from models_registry.training.hardware import THREADS
from models_registry.training.manifest import Sample, fingerprint
from models_registry.training.recipe import Watcher
from models_registry.training.views import Pixels, opened, plain, varied

CHUNK = 64
Half = NDArray[np.float16]


class Views:
    """Views of photos, shape (size, size, 3) each; the same for the same seed, photo and turn."""

    def __init__(self, samples: Sequence[Sample], size: int, seed: int, night: float) -> None:
        self.samples, self.size, self.seed, self.night = samples, size, seed, night

    def plain(self, index: int) -> Pixels:
        """Return what the pipeline would show of a photo."""
        one = self.samples[index]
        return plain(opened(one), _animals(one), self.size)

    def varied(self, index: int, turn: int) -> Pixels:
        """Return the view of a photo in the given turn."""
        one = self.samples[index]
        rng = np.random.default_rng((self.seed, index, turn))
        return varied(opened(one), _animals(one), self.size, rng, self.night)

    def name(self, turns: int) -> str:
        """Return a short name of all views in these turns, for file names; 0 turns are plain."""
        what = (fingerprint(self.samples), self.size, turns, self.seed, self.night)
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]


def _animals(sample: Sample) -> tuple[tuple[float, float, float, float], ...]:
    boxes = zip(sample.boxes, sample.things, strict=True)
    return tuple(box for box, thing in boxes if thing == "animal")


class Parts(torch.nn.Module):
    """Runs modules one after the other and returns the outputs of all, flat and side by side."""

    def __init__(self, parts: Sequence[torch.nn.Module]) -> None:
        super().__init__()
        self.parts = torch.nn.ModuleList(parts)

    def outputs(self, pixels: torch.Tensor) -> list[torch.Tensor]:
        """Return what each part makes of what the last one made."""
        made = [pixels]
        for part in self.parts:
            made.append(part(made[-1]))
        return made[1:]

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return torch.cat([one.flatten(1) for one in self.outputs(pixels)], 1)


def kept(
    views: Views, turns: int, parts: Sequence[torch.nn.Module], paths: Sequence[Path], hear: Watcher
) -> list[Half]:
    """Return each part's outputs of all views, shape (turns or 1, samples, ...), one file each.

    They are read where they are on disk already; an interrupted run goes on where it was.
    """
    network = Parts(parts).eval()
    count = len(views.samples) * max(1, turns)
    mark = paths[-1].with_suffix(".json")
    mark.parent.mkdir(parents=True, exist_ok=True)
    there = mark.is_file() and all(path.is_file() for path in paths)
    start = json.loads(mark.read_text())["done"] if there else 0
    if start < count:
        arrays = [np.load(path, mmap_mode="r+") for path in paths] if start else []
        if not arrays:
            with torch.inference_mode():
                blank = torch.zeros(1, views.size, views.size, 3, dtype=torch.uint8)
                shapes = [tuple(one.shape[1:]) for one in network.outputs(blank)]
            leading = (max(1, turns), len(views.samples))
            arrays = [
                np.lib.format.open_memmap(path, "w+", np.float16, (*leading, *shape))
                for path, shape in zip(paths, shapes, strict=True)
            ]
        flat = [one.reshape(count, -1) for one in arrays]
        ends = np.cumsum([one.shape[1] for one in flat])[:-1]
        run = engine(network, views.size)
        for first, pixels in _chunks(views, turns, start, count):
            end = first + len(pixels)
            for one, made in zip(
                flat, np.split(run(pixels).astype(np.float16), ends, axis=1), strict=True
            ):
                one[first:end] = made
            mark.write_text(json.dumps({"done": end}))
            hear.stage("views", end, count, "")
    return [np.load(path, mmap_mode="r") for path in paths]


def _chunks(views: Views, turns: int, start: int, count: int) -> Iterator[tuple[int, Pixels]]:
    total = len(views.samples)

    def view(number: int) -> Pixels:
        turn, index = divmod(number, total)
        return views.varied(index, turn) if turns else views.plain(index)

    with ThreadPoolExecutor(THREADS) as pool:
        ahead = None
        for first in range(start, count + CHUNK, CHUNK):
            numbers = range(first, min(count, first + CHUNK))
            coming = (first, [pool.submit(view, number) for number in numbers])
            if ahead and ahead[1]:
                yield ahead[0], np.stack([future.result() for future in ahead[1]])
            ahead = coming
