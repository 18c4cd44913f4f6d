"""The recipe for coarse classifiers, experts and embedders: heads first, then the layers below."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models_registry.card import ModelCard
from models_registry.interfaces import GROUPS, NO_ANIMAL
from models_registry.training.courses import Lesson
from models_registry.training.engines import engine
from models_registry.training.errors import TrainingRefused
from models_registry.training.gallery import Built, build, features
from models_registry.training.lineages import Lineages
from models_registry.training.manifest import TRAIN, VALIDATION, Sample
from models_registry.training.metrics import Answers, temperature
from models_registry.training.networks import Parent
from models_registry.training.options import ClassifierOptions
from models_registry.training.outputs import Outputs, Targets, coarse_outputs, expert_outputs
from models_registry.training.recipe import Order, Watcher, provenance
from models_registry.training.release import write_release
from models_registry.training.report import write_report
from models_registry.training.stages import Stages

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
    body: nn.Module
    """Pixels → features."""


def make(
    order: Order,
    samples: Sequence[Sample],
    lineages: Lineages,
    options: ClassifierOptions,
    watcher: Watcher,
) -> ModelCard:
    """Train as ordered and return the card of the release. Raises TrainingRefused, CardInvalid."""
    trained = train(samples, lineages, order, options, watcher)
    folder, degrees, measured = order.into / order.name, 1.0, {}
    if trained.history:
        degrees = temperature(trained.answers)
        figures = write_report(
            folder / "report",
            trained.history,
            trained.answers,
            trained.checks,
            trained.outputs.labels,
            lineages,
            degrees,
        )
        measured = {key: value for key, value in figures.items() if isinstance(value, int | float)}
    labels, tensors, gallery = trained.outputs.labels, trained.tensors, None
    if options.kind == "embedder":
        gallery = _gallery(trained, samples, lineages, order.parent.input.size, watcher)
        labels = gallery.labels
        measured = {"photos": len(trained.checks), "top1": round(gallery.top1, 4)}
        if not (options.epochs or _moved(order, folder)):
            tensors = {}
    return write_release(
        folder,
        order,
        tensors,
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
        gallery=gallery,
    )


def _gallery(
    trained: Trained,
    samples: Sequence[Sample],
    lineages: Lineages,
    size: int,
    watcher: Watcher,
) -> Built:
    """Return the gallery of all training photos, as the trained network sees them."""
    run = engine(trained.body, size)
    split = {name: [one for one in samples if one.split == name] for name in (TRAIN, VALIDATION)}
    shown, checked = (features(run, part, size, watcher) for part in split.values())
    return build(shown, split[TRAIN], checked, split[VALIDATION], lineages)


def _moved(order: Order, folder: Path) -> bool:
    """Return whether the parent's weights cannot be found from the release's folder."""
    parent = order.parent.folder / order.parent.weights
    return parent.parent.parent.resolve() != folder.parent.resolve()


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
    stages = Stages(parent, outputs, lesson, split, options, order, watcher)
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
        body=nn.Sequential(parent.trunk(0), parent.rest(0)),
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
