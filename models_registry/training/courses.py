"""Courses for classifiers: on kept outputs of a frozen trunk, or on fresh views of all photos."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models_registry.training.cache import Half, Views
from models_registry.training.hardware import THREADS, device, mixed
from models_registry.training.losses import allowed_loss, distillation_loss
from models_registry.training.metrics import Answers, figures

Batch = tuple[NDArray[np.intp], torch.Tensor, torch.Tensor | None]
"""Indices of the photos, what goes into the network, and the parent's probabilities."""
Teacher = Callable[[torch.Tensor], torch.Tensor]
VALIDATION_BATCH = 64


@dataclass(frozen=True, slots=True)
class Lesson:
    """What every course needs beside pictures.

    `targets[i]` are the right outputs of training photo i, `weights[i]` how much it counts;
    `offsets` are added to the logits while training; `known` says which outputs the parent has,
    `distil` how much its opinion counts.
    """

    outputs: int
    targets: Sequence[tuple[int, ...]]
    weights: NDArray[np.float32]
    checks: Sequence[tuple[int, ...]]
    offsets: NDArray[np.float32]
    known: NDArray[np.bool_]
    distil: float
    smoothing: float
    batch: int
    seed: int


class _Classifying:
    """What both courses share. `network` takes what `inputs` gives and returns logits."""

    def __init__(self, network: torch.nn.Module, lesson: Lesson) -> None:
        self.where = device()
        self.network = network.to(self.where)
        self.lesson = lesson
        self.steps = max(1, len(lesson.targets) // lesson.batch)
        self.offsets = torch.from_numpy(lesson.offsets).to(self.where)
        self.known = torch.from_numpy(lesson.known).to(self.where)

    def order(self, epoch: int) -> list[NDArray[np.intp]]:
        """Return the photos of each step of an epoch."""
        count = len(self.lesson.targets)
        order = np.random.default_rng((self.lesson.seed, epoch, 1)).permutation(count)
        size = min(self.lesson.batch, count)
        return [order[i * size : (i + 1) * size] for i in range(self.steps)]

    def loss(self, batch: Batch) -> torch.Tensor:
        """Return the loss of a batch."""
        lesson, (photos, inputs, parent) = self.lesson, batch
        with mixed(self.where):
            logits = self.network(inputs)
        logits = logits.float()
        allowed = np.zeros((len(photos), lesson.outputs), bool)
        for row, photo in enumerate(photos):
            allowed[row, list(lesson.targets[photo])] = True
        loss = allowed_loss(
            logits + self.offsets,
            torch.from_numpy(allowed).to(self.where),
            torch.from_numpy(lesson.weights[photos]).to(self.where),
            lesson.smoothing,
        )
        if parent is not None and lesson.distil:
            loss = loss + lesson.distil * distillation_loss(logits, parent, self.known)
        return loss

    def answers(self) -> Answers:
        """Return the logits of the validation photos, in their order."""
        self.network.eval()
        parts = []
        with torch.inference_mode(), mixed(self.where):
            for inputs in self.check_inputs():
                parts.append(self.network(inputs.to(self.where)).float().cpu().numpy())
        return Answers(np.concatenate(parts), self.lesson.checks)

    def validate(self) -> dict[str, float]:
        """Return figures on the validation photos."""
        return figures(self.answers())

    def check_inputs(self) -> Iterator[torch.Tensor]:
        """Yield the validation photos as the network takes them."""
        raise NotImplementedError


class KeptCourse(_Classifying):
    """Trains on kept outputs, shape (turns, photos, ...); each epoch mixes the turns anew."""

    def __init__(
        self,
        network: torch.nn.Module,
        lesson: Lesson,
        kept: Half,
        checks: Half,
        teacher: Teacher,
        vectors: Half,
    ) -> None:
        super().__init__(network, lesson)
        self.kept, self.checks = kept, checks
        self.teacher, self.vectors = teacher, vectors

    def batches(self, epoch: int, start: int) -> Iterator[Batch]:
        """Yield the batches of an epoch from step `start` on."""
        count = len(self.lesson.targets)
        rng = np.random.default_rng((self.lesson.seed, epoch, 2))
        turns = rng.integers(len(self.kept), size=count)
        for photos in self.order(epoch)[start:]:
            inputs = torch.from_numpy(self.kept[turns[photos], photos]).float().to(self.where)
            vectors = torch.from_numpy(self.vectors[turns[photos], photos]).float().to(self.where)
            yield photos, inputs, self.teacher(vectors)

    def check_inputs(self) -> Iterator[torch.Tensor]:
        """Yield the validation photos as the network takes them."""
        for first in range(0, self.checks.shape[1], VALIDATION_BATCH):
            yield torch.from_numpy(
                np.array(self.checks[0, first : first + VALIDATION_BATCH])
            ).float()


class LiveCourse(_Classifying):
    """Trains all layers on views that are made as they are needed."""

    def __init__(
        self,
        network: torch.nn.Module,
        lesson: Lesson,
        views: Views,
        checks: Views,
        teacher: Teacher | None,
    ) -> None:
        super().__init__(network, lesson)
        self.views, self.checks, self.teacher = views, checks, teacher

    def batches(self, epoch: int, start: int) -> Iterator[Batch]:
        """Yield the batches of an epoch from step `start` on."""
        order = self.order(epoch)[start:]
        jobs = ([(int(photo), epoch + 1000) for photo in photos] for photos in order)
        for photos, pixels in zip(order, _made(self.views.varied, jobs), strict=True):
            inputs = torch.from_numpy(pixels).to(self.where)
            yield photos, inputs, self.teacher(inputs) if self.teacher else None

    def check_inputs(self) -> Iterator[torch.Tensor]:
        """Yield the validation photos as the network takes them."""
        numbers = range(len(self.lesson.checks))
        chunks = (
            [(index,) for index in numbers[first : first + VALIDATION_BATCH]]
            for first in range(0, len(numbers), VALIDATION_BATCH)
        )
        yield from map(torch.from_numpy, _made(self.checks.plain, chunks))


def _made(
    make: Callable[..., NDArray[np.uint8]], jobs: Iterable[Sequence[tuple[int, ...]]]
) -> Iterator[NDArray[np.uint8]]:
    """Yield stacked views, making the next ones while the last are used."""
    with ThreadPoolExecutor(THREADS) as pool:
        ahead = None
        for job in jobs:
            coming = [pool.submit(make, *one) for one in job]
            if ahead:
                yield np.stack([future.result() for future in ahead])
            ahead = coming
        if ahead:
            yield np.stack([future.result() for future in ahead])
