"""How right a classifier is, and how right it believes to be."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
BINS = 15
TEMPERATURES = np.exp(np.linspace(np.log(0.3), np.log(4), 121))


@dataclass(frozen=True, slots=True)
class Answers:
    """Logits, shape (photos, outputs), and the right outputs of each photo."""

    logits: Floats
    right: Sequence[tuple[int, ...]]

    def probabilities(self, temperature: float = 1.0) -> Floats:
        """Return softmax(logits / temperature)."""
        scores = np.exp((self.logits - self.logits.max(1, keepdims=True)) / temperature)
        result: Floats = scores / scores.sum(1, keepdims=True)
        return result

    def hits(self, best: int) -> NDArray[np.bool_]:
        """Return for each photo whether a right output is among the `best` highest."""
        best = min(best, self.logits.shape[1])
        highest = np.argpartition(-self.logits, best - 1, axis=1)[:, :best]
        pairs = zip(highest.tolist(), self.right, strict=True)
        return np.array([not set(row).isdisjoint(right) for row, right in pairs])

    def loss(self, temperature: float = 1.0) -> float:
        """Return the mean negative logarithm of what the right outputs got together."""
        given = self.probabilities(temperature)
        pairs = zip(given, self.right, strict=True)
        shares = np.array([row[list(right)].sum() for row, right in pairs])
        return float(-np.log(shares.clip(1e-9)).mean())

    def part(self, chosen: NDArray[np.bool_]) -> "Answers":
        """Return the answers to some of the photos."""
        right = [one for one, keep in zip(self.right, chosen, strict=True) if keep]
        return Answers(self.logits[chosen], right)


def figures(answers: Answers) -> dict[str, float]:
    """Return what is watched while training; "score" is what early stopping looks at."""
    top1, top5 = float(answers.hits(1).mean()), float(answers.hits(5).mean())
    loss = answers.loss()
    # The loss, because it still tells states apart when the accuracy of few photos does not.
    return {"score": top1 - 0.1 * loss, "top1": top1, "top5": top5, "validation_loss": loss}


def temperature(answers: Answers) -> float:
    """Return the temperature that gives the right outputs the most probability."""
    return float(min(TEMPERATURES, key=answers.loss))


def calibration_error(answers: Answers, temperature: float) -> float:
    """Return the mean distance of confidence and accuracy over BINS bins of confidence."""
    given = answers.probabilities(temperature)
    # An answer stands for all outputs that are as right as the best one: their sum is its chance.
    confidence, hits = given.max(1), answers.hits(1)
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs(confidence[places == b].sum() - hits[places == b].sum()) for b in range(BINS)]
    return float(sum(gaps) / len(hits))
