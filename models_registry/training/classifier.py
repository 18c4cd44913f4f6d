"""The recipe for coarse classifiers, experts and embedders: heads first, then the layers below."""

import copy
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models_registry.card import ModelCard
from models_registry.interfaces import GROUPS, NO_ANIMAL
from models_registry.training import cache
from models_registry.training.courses import KeptCourse, Lesson, LiveCourse, Teacher
from models_registry.training.errors import TrainingRefused
from models_registry.training.hardware import device, mixed
from models_registry.training.lineages import Lineages
from models_registry.training.loop import Schedule, fit
from models_registry.training.manifest import TRAIN, VALIDATION, Sample
from models_registry.training.metrics import Answers, temperature
from models_registry.training.networks import CosineHead, Parent, inherited_probabilities
from models_registry.training.options import ClassifierOptions
from models_registry.training.outputs import Outputs, Targets, coarse_outputs, expert_outputs
from models_registry.training.recipe import Order, Watcher, about, provenance
from models_registry.training.release import write_release
from models_registry.training.report import write_report

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training: the network's tensors, what they mean, and how it went."""

    tensors: dict[str, torch.Tensor]
    outputs: Outputs
    architecture: str
    arguments: Mapping[str, Any]
    answers: Answers
    checks: Sequence[Sample]
    history: dict[str, list[dict[str, float]]]
    photos: int


def make(
    order: Order,
    samples: Sequence[Sample],
    lineages: Lineages,
    options: ClassifierOptions,
    watcher: Watcher,
) -> ModelCard:
    """Train as ordered and return the card of the release. Raises TrainingRefused, CardInvalid."""
    trained = train(samples, lineages, order, options, watcher)
    degrees = temperature(trained.answers)
    labels = trained.outputs.labels
    folder = order.into / order.name
    figures = write_report(
        folder / "report",
        trained.history,
        trained.answers,
        trained.checks,
        labels,
        lineages,
        degrees,
    )
    measured = {name: value for name, value in figures.items() if isinstance(value, int | float)}
    return write_release(
        folder,
        order,
        trained.tensors,
        labels,
        kind=options.kind,
        groups=options.groups,
        architecture=trained.architecture,
        arguments=trained.arguments,
        temperature=degrees,
        size=order.parent.input.size,
        training={
            **provenance(order, samples, options.seed),
            "photos": trained.photos,
            "validation": measured,
        },
    )


def train(
    samples: Sequence[Sample],
    lineages: Lineages,
    order: Order,
    options: ClassifierOptions,
    watcher: Watcher,
) -> Trained:
    """Train from a parent; called again, go on where it was.

    Raises TrainingRefused where manifest, parent and options do not go together.
    """
    card = order.parent
    parent = Parent(card, order.weights, options.architecture, options.arguments)
    if not 0 <= options.frozen <= parent.stages:
        raise TrainingRefused(f"{card.key} has {parent.stages} blocks to freeze.")
    groups = options.groups or GROUPS
    if options.kind == "coarse":
        outputs, chosen = coarse_outputs(card.outputs), list(samples)
    else:
        outputs = expert_outputs(samples, card.outputs, lineages, groups, options.least)
        chosen = _with_strangers(samples, groups, options)
    split = {name: [one for one in chosen if one.split == name] for name in (TRAIN, VALIDATION)}
    if not split[TRAIN] or not split[VALIDATION]:
        raise TrainingRefused("There are no photos of these groups to train on and to check with.")
    targets = Targets(outputs.labels, lineages)
    aims = [targets.of(one) for one in split[TRAIN]]
    lesson = Lesson(
        outputs=len(outputs.labels),
        targets=aims,
        weights=_weights(split[TRAIN], options),
        checks=[targets.of(one) for one in split[VALIDATION]],
        offsets=_offsets(outputs, aims, 0.0 if options.kind == "coarse" else options.prior),
        known=np.isin(np.arange(len(outputs.labels)), outputs.inherited),
        distil=0.0 if options.kind == "embedder" else options.distil,
        smoothing=options.smoothing,
        batch=options.batch,
        seed=options.seed,
    )
    log.info("%s photos, %s outputs", len(split[TRAIN]), lesson.outputs)
    stages = _Stages(parent, outputs, lesson, split, options, order, watcher)
    history = stages.run()
    return Trained(
        tensors=stages.tensors(),
        outputs=outputs,
        architecture=parent.architecture,
        arguments=parent.arguments,
        answers=stages.answers,
        checks=split[VALIDATION],
        history=history,
        photos=len(split[TRAIN]),
    )


def _with_strangers(
    samples: Sequence[Sample], groups: Sequence[str], options: ClassifierOptions
) -> list[Sample]:
    own = sum(one.coarse in groups for one in samples)
    share = options.strangers * own / max(1, len(samples) - own)
    rng = np.random.default_rng(options.seed)
    # In the manifest's order, so that experts that ask for all photos share what is kept.
    return [one for one in samples if one.coarse in groups or rng.random() < share]


def _weights(samples: Sequence[Sample], options: ClassifierOptions) -> NDArray[np.float32]:
    def key(one: Sample) -> str:
        return one.coarse if options.kind == "coarse" else one.taxon or NO_ANIMAL

    counts = Counter(map(key, samples))
    weights = np.array([counts[key(one)] ** -options.balance for one in samples], np.float32)
    normal: NDArray[np.float32] = weights / weights.mean()
    return normal


def _offsets(
    outputs: Outputs, targets: Sequence[tuple[int, ...]], strength: float
) -> NDArray[np.float32]:
    """Return what frequent outputs are granted while training, so that they need not learn it.

    What the photos' numbers say about how common a taxon is, is no news about the next photo; and
    the parent's taxa without photos would be unlearned. "Something else" is as common as they are.
    """
    counts = np.ones(len(outputs.labels), np.float32)
    for right in targets:
        counts[list(right)] += 1 / len(right)
    logs = np.log(counts)
    taxa = np.array([bool(label.taxon) for label in outputs.labels])
    if taxa.any():
        logs[~taxa] = logs[taxa].max()
    granted: NDArray[np.float32] = strength * (logs - logs.mean())
    return granted


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


class _Stages:
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
        """Train and return the figures of each stage's epochs."""
        options, lesson = self.options, self.lesson
        frozen, vectors = self._kept(self.views, options.turns)
        checks, seen = self._kept(self.checks, 0)
        course: KeptCourse | LiveCourse
        course = KeptCourse(self.head, lesson, vectors, seen, self._teach, vectors)
        schedule = Schedule(
            options.head_epochs,
            options.head_rate,
            patience=options.patience,
            seed=options.seed,
            about=about(self.order, self.samples, options, ("epochs", "rate")),
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
                about=about(self.order, self.samples, options, ()),
            )
            if options.frozen:
                course = KeptCourse(whole, lesson, frozen, checks, self._teach, vectors)
            else:
                whole = nn.Sequential(self.parent.trunk(0), *whole)
                course = LiveCourse(whole, lesson, self.views, self.checks, self._master())
            history["layers"] = fit(
                course, schedule, "layers", self.work / "layers.state", self.watcher
            )
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
