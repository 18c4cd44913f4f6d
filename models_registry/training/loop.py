"""The loop around every training: epochs, the best state, early stopping, resuming, progress."""

import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from models_registry.training import checkpoint
from models_registry.training.recipe import Watcher


class Course(Protocol):
    """What is trained, and on what. Batches depend on the epoch and the step alone."""

    network: torch.nn.Module
    steps: int
    """Per epoch."""

    def batches(self, epoch: int, start: int) -> Iterator[Any]:
        """Yield the batches of an epoch from step `start` on."""
        ...

    def loss(self, batch: Any) -> torch.Tensor:
        """Return the loss of a batch."""
        ...

    def validate(self) -> dict[str, float]:
        """Return figures on the validation split; the higher "score", the better."""
        ...


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast: the rate rises within the first steps and falls as a cosine.

    `about` tells all else that a state depends on: another training does not go on from it.
    """

    epochs: int
    rate: float
    decay: float = 1e-4
    patience: int = 3
    seed: int = 0
    about: str = ""


SAVE_SECONDS = 60.0
WARM_UP = 0.05
MOST_GRADIENT = 5.0


def fit(
    course: Course, schedule: Schedule, stage: str, path: Path, watcher: Watcher
) -> list[dict[str, float]]:
    """Train, leave the best state in `course.network`, and return the figures of every epoch.

    The first figures are those before the training: where no epoch is better, nothing changes.

    `path` keeps the state; a training that is called again with the same schedule goes on where
    it was interrupted, and ends as if it had not been.
    """
    run = _Run(course, schedule, stage, path, watcher)
    if not run.resume():
        run.history.append(course.validate())
    while not run.finished():
        run.epoch_through()
    course.network.load_state_dict(run.best)
    return run.history


class _Run:
    def __init__(
        self, course: Course, schedule: Schedule, stage: str, path: Path, watcher: Watcher
    ) -> None:
        self.course, self.schedule, self.stage = course, schedule, stage
        self.path, self.watcher = path, watcher
        self.epoch = self.step = self.stale = 0
        self.history: list[dict[str, float]] = []
        self.losses: list[float] = []
        self.parameters = [one for one in course.network.parameters() if one.requires_grad]
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=schedule.rate, weight_decay=schedule.decay
        )
        self.best = self._copy()

    def _copy(self) -> checkpoint.Tensors:
        return {
            name: one.detach().clone() for name, one in self.course.network.state_dict().items()
        }

    def _identity(self) -> dict[str, Any]:
        return {**asdict(self.schedule), "stage": self.stage, "steps": self.course.steps}

    def resume(self) -> bool:
        """Go on from the file, if it is of the same training; return whether it was."""
        found = checkpoint.load(self.path)
        if found is None or found[1].pop("identity") != self._identity():
            return False
        tensors, facts = found
        parts: dict[str, checkpoint.Tensors] = {"network": {}, "best": {}, "optimizer": {}}
        for key, tensor in tensors.items():
            part, _, name = key.partition("/")
            parts[part][name] = tensor
        self.course.network.load_state_dict(parts["network"])
        self.best = parts["best"]
        checkpoint.restore(self.optimizer, parts["optimizer"])
        self.epoch, self.step, self.stale = facts["epoch"], facts["step"], facts["stale"]
        self.history, self.losses = facts["history"], facts["losses"]
        return True

    def save(self) -> None:
        """Write everything that `resume` needs."""
        parts = {
            "network": self.course.network.state_dict(),
            "best": self.best,
            "optimizer": checkpoint.flattened(self.optimizer),
        }
        tensors = {f"{part}/{name}": t for part, all_ in parts.items() for name, t in all_.items()}
        names = ("epoch", "step", "stale", "history", "losses")
        facts = {name: getattr(self, name) for name in names}
        checkpoint.save(self.path, tensors, {**facts, "identity": self._identity()})

    def finished(self) -> bool:
        """Return whether all epochs are done or the last ones brought nothing."""
        return self.epoch >= self.schedule.epochs or self.stale > self.schedule.patience

    def epoch_through(self) -> None:
        """Do what is left of this epoch, validate, and keep the state if it is the best."""
        saved = time.monotonic()
        self.course.network.train()
        for module in self.course.network.modules():
            # Parents that come from an export have their statistics folded into the weights, and a
            # few epochs are too short for new ones: normalisation stays what it is.
            if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                module.eval()
        for batch in self.course.batches(self.epoch, self.step):
            self._step(batch)
            now = time.monotonic()
            if now - saved > SAVE_SECONDS:
                self.save()
                saved = now
            self._report()
        figures = self.course.validate()
        figures["loss"] = sum(self.losses) / max(1, len(self.losses))
        best = max(one["score"] for one in self.history)
        self.history.append(figures)
        self.stale += 1
        if figures["score"] > best:
            self.best, self.stale = self._copy(), 0
        self.epoch, self.step, self.losses = self.epoch + 1, 0, []
        self.save()
        self._report()

    def _step(self, batch: Any) -> None:
        done = self.epoch * self.course.steps + self.step
        # Dropout draws from this: the same at every step, interrupted before or not.
        torch.manual_seed(self.schedule.seed * 1_000_003 + done)
        for group in self.optimizer.param_groups:
            group["lr"] = self.schedule.rate * self._pace(done)
        self.optimizer.zero_grad()
        loss = self.course.loss(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, MOST_GRADIENT)
        self.optimizer.step()
        self.losses.append(round(loss.item(), 5))
        self.step += 1

    def _pace(self, done: int) -> float:
        total = self.schedule.epochs * self.course.steps
        rising = (done + 1) / max(1.0, WARM_UP * total)
        return min(1.0, rising) * (0.01 + 0.99 * (1 + math.cos(math.pi * done / total)) / 2)

    def _report(self) -> None:
        recent = self.losses[-50:]
        words = [f"loss {sum(recent) / len(recent):.3f}"] if recent else []
        last = self.history[-1]
        words += [f"{name} {value:.3f}" for name, value in last.items() if name != "score"]
        steps = self.course.steps
        done, total = self.epoch * steps + self.step, self.schedule.epochs * steps
        self.watcher.stage(self.stage, done, total, ", ".join(words))
