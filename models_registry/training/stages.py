"""The stages of a classifier's training: heads on kept vectors, then the layers below."""

import copy
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn

from models_registry.training import cache
from models_registry.training.courses import KeptCourse, Lesson, LiveCourse, Teacher
from models_registry.training.hardware import device, mixed
from models_registry.training.loop import Schedule, fit
from models_registry.training.manifest import TRAIN, VALIDATION, Sample
from models_registry.training.metrics import Answers
from models_registry.training.networks import CosineHead, Parent, inherited_probabilities
from models_registry.training.options import ClassifierOptions
from models_registry.training.outputs import Outputs
from models_registry.training.recipe import Order, Watcher, about


def _shown(targets: Sequence[tuple[int, ...]]) -> set[int]:
    """Return the outputs of which there are photos: not only of some taxon above them."""
    return {right[0] for right in targets if len(right) == 1}


def _leave_alone(head: nn.Linear, outputs: Sequence[int]) -> None:
    """Keep what the parent knows of taxa without photos: nothing shows where it would be wrong.

    Learning from photos of others alone would only teach a head never to say them.
    """
    for tensor in (head.weight, head.bias):
        learns = torch.ones(len(tensor), *[1] * (tensor.ndim - 1))
        learns[list(outputs)] = 0
        tensor.register_hook(lambda gradient, learns=learns: gradient * learns.to(gradient.device))


def _blend(network: nn.Module, before: Mapping[str, torch.Tensor], share: float) -> None:
    """Move a network's weights that far back towards what they were."""
    now = network.state_dict()
    moved = {
        name: torch.lerp(now[name], tensor, share) if tensor.is_floating_point() else now[name]
        for name, tensor in before.items()
    }
    network.load_state_dict(moved)


class Stages:
    """Heads on kept vectors, then the layers above the frozen trunk."""

    def __init__(
        self,
        parent: Parent,
        outputs: Outputs,
        lesson: Lesson,
        split: Mapping[str, Sequence[Sample]],
        options: ClassifierOptions,
        order: Order,
        watcher: Watcher,
    ) -> None:
        self.parent, self.outputs, self.lesson, self.options = parent, outputs, lesson, options
        self.order, self.samples = order, [*split[TRAIN], *split[VALIDATION]]
        self.work, self.watcher = order.work / f"{order.name}-{order.version}", watcher
        size = parent.card.input.size
        self.views = cache.Views(split[TRAIN], size, options.seed, options.night)
        self.checks = cache.Views(split[VALIDATION], size, options.seed, options.night)
        self.inherited = torch.tensor(outputs.inherited).to(device())
        self.weight = parent.head_weight.to(device())
        self.bias = parent.head_bias.to(device())
        self.head: nn.Module = (
            CosineHead(parent.features, lesson.outputs)
            if options.kind == "embedder"
            else parent.head(lesson.outputs, outputs.inherited)
        )
        if isinstance(self.head, nn.Linear):
            _leave_alone(self.head, sorted(set(outputs.inherited) - _shown(lesson.targets)))
        self.answers = Answers(np.empty((0, lesson.outputs), np.float32), ())

    def run(self) -> dict[str, list[dict[str, float]]]:
        """Train and return the figures of each stage's epochs; none where nothing is trained."""
        options, lesson = self.options, self.lesson
        if options.only_gallery:
            return {}
        frozen, vectors = self._kept(self.views, options.turns)
        checks, seen = self._kept(self.checks, 0)
        course: KeptCourse | LiveCourse
        course = KeptCourse(self.head, lesson, vectors, seen, self._teach, vectors)
        schedule = Schedule(
            options.head_epochs,
            options.head_rate,
            patience=options.patience,
            seed=options.seed,
            about=about(self.order, self.samples, options, ("epochs", "rate", "blend")),
        )
        history = {"head": fit(course, schedule, "head", self.work / "head.state", self.watcher)}
        if options.epochs:
            rest = self.parent.rest(options.frozen)
            whole = nn.Sequential(rest, self.head)
            schedule = Schedule(
                options.epochs,
                options.rate,
                patience=options.patience,
                seed=options.seed,
                about=about(self.order, self.samples, options, ("blend",)),
            )
            if options.frozen:
                course = KeptCourse(whole, lesson, frozen, checks, self._teach, vectors)
            else:
                whole = nn.Sequential(self.parent.trunk(0), *whole)
                course = LiveCourse(whole, lesson, self.views, self.checks, self._master())
            before = copy.deepcopy(course.network.state_dict())
            history["layers"] = fit(
                course, schedule, "layers", self.work / "layers.state", self.watcher
            )
            _blend(course.network, before, options.blend)
        self.answers = course.answers()
        return history

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return the release's state dict, by the names of the architecture."""
        tensors = dict(self.parent.network.state_dict())
        if isinstance(self.head, nn.Linear):
            tensors |= {f"classifier.{k}": t for k, t in self.head.state_dict().items()}
        return {name: tensor.detach().cpu() for name, tensor in tensors.items()}

    def _kept(self, views: cache.Views, turns: int) -> tuple[cache.Half, cache.Half]:
        """Return the outputs of the frozen trunk and the vectors; with nothing frozen, the latter.

        They are shared by all trainings that ask the same of the same photos.
        """
        card, frozen = self.parent.card, self.options.frozen
        folder = self.work.parent / "kept"
        name = f"{card.sha256[:12]}{self.parent.difference}"
        paths = [folder / f"{name}-vectors-{views.name(turns)}.npy"]
        parts: list[nn.Module] = [nn.Sequential(self.parent.trunk(0), self.parent.rest(0))]
        if frozen:
            paths.insert(0, folder / f"{name}-blocks{frozen}-{views.name(turns)}.npy")
            parts = [self.parent.trunk(frozen), self.parent.rest(frozen)]
        made = cache.kept(views, turns, parts, paths, self.watcher)
        return made[0], made[-1]

    def _master(self) -> Teacher | None:
        """Return what says what the parent says of pixels, where that counts."""
        if not (self.lesson.distil and len(self.weight)):
            return None
        parent = copy.deepcopy(nn.Sequential(self.parent.trunk(0), self.parent.rest(0)))
        parent.to(device()).eval()

        def teach(pixels: torch.Tensor) -> torch.Tensor:
            with torch.no_grad(), mixed(device()):
                vectors: torch.Tensor = parent(pixels)
            return self._teach(vectors.float())

        return teach

    def _teach(self, vectors: torch.Tensor) -> torch.Tensor:
        """Return what the parent says, on the new outputs."""
        with torch.no_grad():
            if not len(self.weight):
                return vectors.new_zeros(len(vectors), self.lesson.outputs)
            logits = vectors @ self.weight.T + self.bias
            return inherited_probabilities(
                logits / self.parent.card.temperature, self.inherited, self.lesson.outputs
            )
