"""The recipe for detectors: all layers, on boxes that people drew, and on the parent's."""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from models_registry.adapters.detection import boxes
from models_registry.adapters.networks import FromPixels, fill
from models_registry.adapters.preprocessing import pixels, placement
from models_registry.adapters.ultralytics_detector import Grid, groups_of, model_class
from models_registry.card import InputSpec, ModelCard
from models_registry.interfaces import DETECTION_LABELS, NO_ANIMAL, Box
from models_registry.training.engines import engine
from models_registry.training.errors import TrainingRefused
from models_registry.training.hardware import THREADS, device, mixed
from models_registry.training.lineages import Lineages
from models_registry.training.loop import Schedule, fit
from models_registry.training.manifest import (
    PERSON,
    TRAIN,
    VALIDATION,
    VEHICLE,
    Sample,
    fingerprint,
)
from models_registry.training.options import DetectorOptions
from models_registry.training.recipe import Order, Watcher, about, provenance
from models_registry.training.release import write_release
from models_registry.training.report import curves
from models_registry.training.scenes import (
    Known,
    Scene,
    boxes_hit,
    known,
    mosaic,
    varied_scene,
)

log = logging.getLogger(__name__)

ADAPTER = "ultralytics-detector"
GAINS = SimpleNamespace(box=7.5, cls=0.5, dfl=1.5)
THRESHOLD = 0.25
NIGHT = 0.1
SCALES = (0.6, 1.0, 1.5)
"""Sizes at which the parent looks for boxes, of the size that is trained."""
GRID_ROWS = 4 + len(DETECTION_LABELS)
MOSAICS = 0.4
"""Share of views that show four photos."""
DRAWN = 2.0
"""How much more often a photo is shown whose boxes people drew."""
BALANCE = 0.4
"""0 shows all photos equally often, 1 all groups."""
NOT_ANIMALS = (NO_ANIMAL, PERSON, VEHICLE)


def make(
    order: Order,
    samples: Sequence[Sample],
    lineages: Lineages,
    options: DetectorOptions,
    watcher: Watcher,
) -> ModelCard:
    """Train as ordered and return the card of the release. Raises TrainingRefused, CardInvalid."""
    card = order.parent
    if card.adapter != ADAPTER:
        raise TrainingRefused(f"{card.key} is no {ADAPTER}, and so no parent to train from.")
    body = _body(card, order.weights)
    work = order.work / f"{order.name}-{order.version}"
    facts = _facts(samples, body, card, options, work.parent / "kept", watcher)
    course = DetectorCourse(body, card, samples, facts, options)
    depends = about(order, samples, options, ())
    schedule = Schedule(options.epochs, options.rate, 5e-4, options.patience, options.seed, depends)
    history = {"layers": fit(course, schedule, "layers", work / "layers.state", watcher)}
    figures = course.validate()
    folder = order.into / order.name
    curves(folder / "report", history)
    report = {**figures, "groups": course.by_group, "history": history}
    (folder / "report" / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    closer = replace(card.input, closer=options.closer or card.input.closer)
    changed = replace(card, threshold=options.threshold or card.threshold, input=closer)
    return write_release(
        folder,
        replace(order, parent=changed),
        {name: one.cpu() for name, one in body.state_dict().items()},
        card.outputs,
        kind="detector",
        groups=(),
        architecture=card.architecture,
        arguments=card.arguments,
        temperature=1.0,
        size=options.look or card.input.size,
        training={
            **provenance(order, samples, options.seed),
            "photos": len(course.photos),
            "validation": {name: round(value, 4) for name, value in figures.items()},
        },
    )


def _body(card: ModelCard, weights: Path) -> Any:
    body: Any = model_class()(
        card.architecture, nc=len(card.outputs), verbose=False, **card.arguments
    )
    fill(body, weights)
    body.args = GAINS
    return body.requires_grad_(True)


def _grid(body: Any, groups: Sequence[Sequence[int]], spec: InputSpec) -> torch.nn.Module:
    return FromPixels(Grid(body, groups), spec).eval()


def _resized(spec: InputSpec, size: int) -> InputSpec:
    return InputSpec(**{**asdict(spec), "size": size})


def _facts(
    samples: Sequence[Sample],
    body: Any,
    card: ModelCard,
    options: DetectorOptions,
    folder: Path,
    watcher: Watcher,
) -> list[Known | None]:
    """Return what is known about each photo; what the parent finds is kept on disk."""
    path = folder / f"{card.sha256[:12]}-found{options.size}-{fingerprint(samples)[:12]}.json"
    kept = json.loads(path.read_text()) if path.is_file() else []
    if len(kept) < len(samples):
        search = _Search(body, card, options.size)
        path.parent.mkdir(parents=True, exist_ok=True)
        for number, sample in enumerate(samples[len(kept) :], start=len(kept) + 1):
            with Image.open(sample.path) as image:
                size = image.size
                found = ([], []) if sample.boxes else search(image.convert("RGB"))
            kept.append([size, *([asdict(box) for box in kind] for kind in found)])
            if number % 500 == 0 or number == len(samples):
                path.write_text(json.dumps(kept))
                watcher.stage("parent's boxes", number, len(samples), "")
    facts = []
    for sample, (size, named, anything) in zip(samples, kept, strict=True):
        sure = [Box(**box) for box in named if box["confidence"] >= options.sure]
        guess = [Box(**box) for box in anything if box["confidence"] >= options.guess]
        facts.append(known(sample, sure, guess, tuple(size)))
    return facts


class _Search:
    """What a parent finds on a photo at three scales: things that it names, and anything at all.

    A parent that has never learnt lizards still boxes them, as a bird or a banana: where a photo is
    known to show an animal, its most confident box is mostly on it.
    """

    def __init__(self, body: Any, card: ModelCard, size: int) -> None:
        named = groups_of(card)
        rest = sorted(set(range(len(card.outputs))).difference(*named))
        groups = [*named, rest] if rest else named
        self.runs = []
        for scale in SCALES:
            spec = _resized(card.input, round(size * scale / 32) * 32)
            self.runs.append((spec, engine(_grid(body, groups, spec), spec.size)))

    def __call__(self, image: Image.Image) -> tuple[list[Box], list[Box]]:
        """Return the boxes of the scale that is surest of an animal, and the surest box at all."""
        named: list[list[Box]] = []
        anything: list[Box] = []
        for spec, run in self.runs:
            inside = placement(image.size, spec)
            raw = run(pixels(image, spec))[0]
            named.append(boxes(raw[:GRID_ROWS], spec.size, inside))
            merged = raw[:GRID_ROWS].copy()
            merged[4] = raw[[4, *range(GRID_ROWS, len(raw))]].max(0)
            anything += [b for b in boxes(merged, spec.size, inside) if b.label == "animal"]

        def sureness(found: Sequence[Box]) -> float:
            return max((box.confidence for box in found if box.label == "animal"), default=0.0)

        surest = max(anything, key=lambda box: box.confidence, default=None)
        return max(named, key=sureness), [surest] if surest else []


class DetectorCourse:
    """Trains the three labels as the adapter reads them: each the largest of its outputs.

    So the parent's knowledge is kept whole at the start, and no layer has to be replaced.
    """

    def __init__(
        self,
        body: Any,
        card: ModelCard,
        samples: Sequence[Sample],
        facts: Sequence[Known | None],
        options: DetectorOptions,
    ) -> None:
        from ultralytics.utils.loss import v8DetectionLoss

        self.where = device()
        self.network = body.to(self.where, memory_format=torch.channels_last)
        self.card, self.options = card, options
        self.spec = _resized(card.input, options.size)
        self.groups = groups_of(card)
        pairs = list(zip(samples, facts, strict=True))
        self.photos = [(one, fact) for one, fact in pairs if one.split == TRAIN and fact]
        self.checks = [pair for pair in pairs if pair[0].split == VALIDATION]
        self.steps = max(1, (options.draws or len(self.photos)) // options.batch)
        self.chances = _chances([sample for sample, _ in self.photos], options.empty)
        self.criterion: Any = v8DetectionLoss(body)
        self.criterion.nc = self.criterion.assigner.num_classes = len(DETECTION_LABELS)
        self.by_group: dict[str, dict[str, float]] = {}

    def batches(self, epoch: int, start: int) -> Iterator[list[Scene]]:
        """Yield the scenes of each step of an epoch from step `start` on."""
        options = self.options
        rng = np.random.default_rng((options.seed, epoch, 1))
        size = (self.steps, min(options.batch, len(self.photos)))
        order = rng.choice(len(self.photos), size=size, p=self.chances)

        def scene(place: tuple[int, int]) -> Scene:
            photo = int(order[place])
            chance = np.random.default_rng((options.seed, epoch, *place, 2))
            if chance.random() < MOSAICS:
                others = chance.choice(len(self.photos), size=3, p=self.chances)
                four = [self.photos[i] for i in (photo, *others)]
                return mosaic(four, options.size, chance, NIGHT)
            return varied_scene(*self.photos[photo], options.size, chance, NIGHT)

        with ThreadPoolExecutor(THREADS) as pool:
            ahead = None
            for step in range(start, self.steps):
                coming = [pool.submit(scene, (step, slot)) for slot in range(size[1])]
                if ahead:
                    yield [future.result() for future in ahead]
                ahead = coming
            if ahead:
                yield [future.result() for future in ahead]

    def loss(self, batch: list[Scene]) -> torch.Tensor:
        """Return the loss of boxes, labels and distances, for each photo of the batch."""
        planes = torch.from_numpy(np.stack([scene.pixels for scene in batch])).to(self.where)
        with mixed(self.where):
            raw = self.network(planes.permute(0, 3, 1, 2).float() / 255)
        scores = torch.stack([raw["scores"][:, outputs].amax(1) for outputs in self.groups], 1)
        part = {"boxes": raw["boxes"].float(), "scores": scores.float(), "feats": raw["feats"]}
        loss: torch.Tensor = self.criterion.loss(part, self._targets(batch))[0].sum() / len(batch)
        return loss

    def _targets(self, scenes: Sequence[Scene]) -> dict[str, torch.Tensor]:
        rows, labels, corners = [], [], []
        for row, scene in enumerate(scenes):
            for label, (x, y, right, bottom) in zip(scene.labels, scene.corners, strict=True):
                rows.append(row)
                labels.append(label)
                corners.append(((x + right) / 2, (y + bottom) / 2, right - x, bottom - y))
        sides = torch.tensor(corners, dtype=torch.float32).reshape(-1, 4) / self.options.size
        return {
            "batch_idx": torch.tensor(rows, dtype=torch.float32).to(self.where),
            "cls": torch.tensor(labels, dtype=torch.float32).to(self.where),
            "bboxes": sides.to(self.where),
        }

    def validate(self) -> dict[str, float]:
        """Return the shares of animals found, of boxes hit, and of false alarms on empty scenes."""
        run = engine(_grid(self.network, self.groups, self.spec), self.spec.size)
        seen: dict[str, list[bool]] = {}
        hits: list[bool] = []
        opened = (Image.open(one.path).convert("RGB") for one, _ in self.checks)
        views = ((pixels(image, self.spec), placement(image.size, self.spec)) for image in opened)
        for one, facts in self.checks:
            view, inside = next(views)
            found = [
                box
                for box in boxes(run(view)[0], self.spec.size, inside)
                if box.label == "animal" and box.confidence >= THRESHOLD
            ]
            seen.setdefault(one.group, []).append(bool(found))
            if one.boxes and facts:
                hits += boxes_hit(facts, found)
        self.by_group = {
            group: {"photos": len(all_), "animal_found": round(float(np.mean(all_)), 4)}
            for group, all_ in seen.items()
        }
        animals = [one for group, all_ in seen.items() for one in all_ if group not in NOT_ANIMALS]
        empty = seen.get(NO_ANIMAL, [])
        figures = {
            "animals_found": float(np.mean(animals)) if animals else 0.0,
            "boxes_hit": float(np.mean(hits)) if hits else 0.0,
            "false_animals": float(np.mean(empty)) if empty else 0.0,
        }
        score = figures["animals_found"] + figures["boxes_hit"] - figures["false_animals"]
        return {"score": score, **figures}


def _chances(samples: Sequence[Sample], empty: float) -> NDArray[np.float64]:
    """Return how often each photo is drawn; those without an animal have the share `empty`."""
    counts = Counter(sample.group for sample in samples)
    chances = np.array(
        [counts[one.group] ** -BALANCE * (DRAWN if one.boxes else 1.0) for one in samples]
    )
    none = np.array([sample.group == NO_ANIMAL for sample in samples])
    if none.any() and not none.all():
        chances[none] *= empty / (1 - empty) * chances[~none].sum() / chances[none].sum()
    normal: NDArray[np.float64] = chances / chances.sum()
    return normal
