"""From a network's features to vectors whose angle tells how alike two crops are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from models_registry.adapters.preprocessing import pixels
from models_registry.backends import Backend
from models_registry.card import ModelCard
from models_registry.errors import InferenceFailed
from models_registry.gallery import Gallery, read_gallery

LEAST_LENGTH = 1e-6
"""Below this a vector has no direction."""


class ImageEmbedder:
    """An Embedder over any backend whose network gives one vector of features per picture.

    A release with a gallery says into which space the features are to be projected.
    """

    def __init__(self, card: ModelCard, backend: Backend) -> None:
        self.precision = backend.precision
        self.gallery: Gallery | None = None
        if card.gallery:
            self.gallery = read_gallery(card.folder / card.gallery, len(card.outputs))
        self._backend = backend
        self._spec = card.input

    def embed(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(images), dimensions).

        Raises InferenceFailed where the network cannot run or gives numbers that are none.
        """
        if not images:
            return np.empty((0, 0), np.float32)
        vectors = np.concatenate(
            list(self._backend.map(pixels(image, self._spec) for image in images))
        )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if vectors.ndim != 2 or not np.isfinite(lengths).all() or lengths.min() < LEAST_LENGTH:
            raise InferenceFailed(f"The network gave {vectors.shape} or vectors without direction.")
        if self.gallery is not None:
            return self.gallery.project(vectors / lengths)
        unit: NDArray[np.float32] = vectors / lengths
        return unit
