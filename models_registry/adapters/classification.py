"""From a network's logits to calibrated probabilities."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from models_registry.adapters.preprocessing import looked_at
from models_registry.backends import Backend
from models_registry.card import ModelCard
from models_registry.errors import InferenceFailed


class ImageClassifier:
    """A Classifier over any backend. A coarse card's outputs are summed into its groups."""

    def __init__(self, card: ModelCard, backend: Backend) -> None:
        self.labels = card.labels
        self.precision = backend.precision
        self._backend = backend
        self._spec = card.input
        self._temperature = card.temperature
        self._outputs = len(card.outputs)
        self._sums: NDArray[np.float64] | None = None
        if card.kind == "coarse":
            groups = [label.group for label in card.labels]
            columns = [groups.index(output.group) for output in card.outputs]
            self._sums = np.eye(len(groups))[columns]

    def classify(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """Return calibrated probabilities of RGB crops, shape (len(images), len(labels)).

        Raises InferenceFailed where the network cannot run or gives numbers that are none.
        """
        if not images:
            return np.empty((0, len(self.labels)), np.float32)
        logits = looked_at(images, self._spec, self._backend)
        if logits.shape != (len(images), self._outputs) or not np.isfinite(logits).all():
            raise InferenceFailed(f"The network gave {logits.shape} or numbers that are none.")
        scores = np.exp((logits - logits.max(axis=1, keepdims=True)) / self._temperature)
        probabilities: NDArray[np.float32] = scores / scores.sum(axis=1, keepdims=True)
        if self._sums is None:
            return probabilities
        return (probabilities @ self._sums).astype(np.float32)
