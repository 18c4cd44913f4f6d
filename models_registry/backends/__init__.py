"""The same network, prepared for this hardware."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Backend(Protocol):
    """A network that is ready to run, from pixels to its raw outputs."""

    precision: str
    """What it computes in: fp32 or bf16."""

    def map(self, inputs: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        """Yield the output (1, ...) for each input (1, size, size, 3), in order.

        `inputs` is read lazily and ahead, while the network works. Threads may call this at the
        same time. Raises InferenceFailed.
        """
        ...
