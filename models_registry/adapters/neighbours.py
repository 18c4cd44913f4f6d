"""An expert that was not trained: the most alike of the photos that are known vote."""

from collections.abc import Sequence

import numpy as np
from PIL.Image import Image

from models_registry.adapters.embedding import ImageEmbedder
from models_registry.gallery import Closeness, Floats, Gallery, Learned, probabilities
from models_registry.interfaces import Label


class Neighbours:
    """A Comparer over an embedder, the gallery of its release, and what was learned since."""

    def __init__(
        self,
        embedder: ImageEmbedder,
        gallery: Gallery,
        labels: tuple[Label, ...],
        closeness: Closeness,
        learned: Learned | None = None,
    ) -> None:
        self.precision = embedder.precision
        self._embedder, self._closeness = embedder, closeness
        places = {label.taxon: label.index for label in labels if label.taxon}
        new = learned.labels if learned else ()
        more: list[Label] = []
        for label in new:
            if label.taxon not in places:
                places[label.taxon] = len(labels) + len(more)
                more.append(
                    Label(places[label.taxon], label.text, label.taxon, label.rank, label.group)
                )
        self.labels = (*labels, *more)
        self._known = gallery.vectors
        self._places = gallery.labels
        if learned and new:
            self._known = np.concatenate((gallery.vectors, learned.vectors))
            shown = np.array([places[label.taxon] for label in new], np.int64)
            self._places = np.concatenate((gallery.labels, shown))

    def classify(self, images: Sequence[Image]) -> Floats:
        """Return probabilities, shape (len(images), len(labels)); the rest is none of them.

        Raises InferenceFailed as the embedder does.
        """
        return self.compare(images)[0]

    def compare(self, images: Sequence[Image]) -> tuple[Floats, Floats]:
        """Return what `classify` does, and the vectors that it compared. Raises likewise."""
        count = len(self.labels)
        vectors = self._embedder.embed(images)
        if not images:
            return np.empty((0, count), np.float32), vectors
        rows = probabilities(vectors, self._known, self._places, count, self._closeness)
        return rows, vectors
