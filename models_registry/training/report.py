"""What a training leaves for people to look at: curves, a confusion picture, and all figures."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models_registry.interfaces import Label
from models_registry.training.lineages import Lineages
from models_registry.training.manifest import Sample
from models_registry.training.metrics import Answers, calibration_error

MOST_CLASSES = 24
"""Rows of the confusion picture: the most frequent ones."""
WORST = 40

mpl.rcParams["svg.hashsalt"] = "wildlife"  # the same figures make the same file


def measured(
    answers: Answers, samples: Sequence[Sample], temperature: float
) -> dict[str, float | dict[str, dict[str, float]]]:
    """Return top-1, top-5, loss and calibration error, in all and per coarse group."""
    top1, top5 = answers.hits(1), answers.hits(5)
    species = np.array([len(right) == 1 for right in answers.right])
    groups: dict[str, dict[str, float]] = {}
    for group in sorted({one.coarse for one in samples}):
        part = np.array([one.coarse == group for one in samples])
        groups[group] = {
            "photos": int(part.sum()),
            "top1": round(float(top1[part].mean()), 4),
            "top5": round(float(top5[part].mean()), 4),
        }
    return {
        "photos": len(samples),
        "top1": round(float(top1.mean()), 4),
        "top5": round(float(top5.mean()), 4),
        "top1_of_one_label": round(float(top1[species].mean()), 4) if species.any() else 0.0,
        "loss": round(answers.loss(temperature), 4),
        "calibration_error": round(calibration_error(answers, temperature), 4),
        "groups": groups,
    }


def kinds(labels: Sequence[Label], lineages: Lineages) -> list[str]:
    """Return what each label counts as in the confusion picture: its group, or its family."""
    groups = {label.group for label in labels if label.taxon}
    if len(groups) != 1:
        return [label.group or label.text for label in labels]

    def family(label: Label) -> str:
        if not label.taxon:
            return label.text
        path = (*lineages.above(label.taxon), label.taxon)
        named = [name for name in path if lineages.rank(name) in ("family", "order")]
        return named[-1] if named else label.group

    return list(map(family, labels))


def confusion(
    answers: Answers, kind: Sequence[str]
) -> tuple[list[str], NDArray[np.intp], list[list[Any]]]:
    """Return the most frequent kinds, counts (right by answered), and the commonest mistakes.

    A mistake is [right output, answered output, photos]. A photo whose right outputs are of
    several kinds is left out.
    """
    best = answers.logits.argmax(1).tolist()
    rows = [
        (next(iter({kind[i] for i in right})), kind[answer], right, answer)
        for answer, right in zip(best, answers.right, strict=True)
        if len({kind[i] for i in right}) == 1
    ]
    names = [name for name, _ in Counter(row[0] for row in rows).most_common(MOST_CLASSES)]
    table = np.zeros((len(names), len(names)), np.intp)
    for truth, said, _, _ in rows:
        if truth in names and said in names:
            table[names.index(truth), names.index(said)] += 1
    wrong = Counter(
        (right[0], answer)
        for answer, right in zip(best, answers.right, strict=True)
        if len(right) == 1 and answer not in right
    )
    mistakes = [[right, said, count] for (right, said), count in wrong.most_common(WORST)]
    return names, table, mistakes


def write_report(
    folder: Path,
    history: Mapping[str, Sequence[Mapping[str, float]]],
    answers: Answers,
    samples: Sequence[Sample],
    labels: Sequence[Label],
    lineages: Lineages,
    temperature: float,
) -> dict[str, Any]:
    """Write report.json, curves.svg and confusion.svg, and return the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    figures: dict[str, Any] = dict(measured(answers, samples, temperature))
    names, table, mistakes = confusion(answers, kinds(labels, lineages))
    figures["mistakes"] = [
        {"is": labels[right].text, "said": labels[said].text, "photos": count}
        for right, said, count in mistakes
    ]
    figures["history"] = {stage: list(map(dict, epochs)) for stage, epochs in history.items()}
    (folder / "report.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    _save(folder / "curves.svg", lambda figure: _curves(figure, history))
    _save(folder / "confusion.svg", lambda figure: _confusion(figure, names, table))
    return figures


def curves(folder: Path, history: Mapping[str, Sequence[Mapping[str, float]]]) -> None:
    """Write curves.svg alone."""
    folder.mkdir(parents=True, exist_ok=True)
    _save(folder / "curves.svg", lambda figure: _curves(figure, history))


def _save(path: Path, draw: Callable[[Figure], None]) -> None:
    figure = Figure(figsize=(8, 6), layout="constrained")
    draw(figure)
    figure.savefig(path, metadata={"Date": None})


def _curves(figure: Figure, history: Mapping[str, Sequence[Mapping[str, float]]]) -> None:
    stages = {stage: epochs for stage, epochs in history.items() if epochs}
    axes = figure.subplots(2, max(1, len(stages)), squeeze=False)
    for column, (stage, epochs) in enumerate(stages.items()):
        for name in epochs[-1]:
            row = 1 if name.endswith("loss") else 0
            turns = [turn for turn, one in enumerate(epochs) if name in one]
            values = [epochs[turn][name] for turn in turns]
            axes[row][column].plot(turns, values, marker=".", label=name)
        axes[0][column].set_title(stage)
        for row in (0, 1):
            axes[row][column].set_xlabel("epoch")
            axes[row][column].grid(alpha=0.3)
            axes[row][column].legend(fontsize="small")


def _confusion(figure: Figure, names: Sequence[str], table: NDArray[np.intp]) -> None:
    axes = figure.subplots()
    shares = table / np.maximum(1, table.sum(1, keepdims=True))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize="small")
    axes.set_yticks(range(len(names)), names, fontsize="small")
    axes.set_xlabel("answered")
    axes.set_ylabel("right")
    for (row, column), count in np.ndenumerate(table):
        if count:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, str(count), ha="center", va="center", size=7, color=colour)
