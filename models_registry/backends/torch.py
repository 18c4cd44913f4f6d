"""Torch: CUDA where there is a GPU, and the CPU where OpenVINO is missing."""

from collections.abc import Iterable, Iterator
from itertools import islice
from threading import Lock

import numpy as np
import torch
from numpy.typing import NDArray

from models_registry.errors import InferenceFailed

BATCH = {"cuda": 32, "cpu": 1}
"""Measured on two cores: a CPU gains nothing from batches, and one photo should not wait."""


def cuda_works() -> bool:
    return torch.cuda.is_available()


def precision_here(wanted: str, device: str) -> str:
    """Return bf16 where it is wanted and a GPU computes in it; else fp32."""
    return "bf16" if wanted == "bf16" and device == "cuda" and _half() else "fp32"


def _half() -> bool:
    return torch.cuda.is_bf16_supported(including_emulation=False)


class Torch:
    """A network on a device. The GPU is first touched here, in the process that will use it."""

    def __init__(self, network: torch.nn.Module, device: str, precision: str) -> None:
        self.precision = precision
        self._device = device
        self._lock = Lock()
        # TF32 keeps ten bits of the mantissa: not what a card that says fp32 promises.
        torch.backends.cudnn.allow_tf32 = False
        self._network = network.to(device)

    def map(self, inputs: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        """Yield the output (1, ...) for each input (1, size, size, 3), in order."""
        rest = iter(inputs)
        while batch := list(islice(rest, BATCH[self._device])):
            yield from np.split(self._run(np.concatenate(batch)), len(batch))

    def _run(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        half = self.precision == "bf16"
        try:
            with (
                self._lock,
                torch.inference_mode(),
                torch.autocast(self._device, torch.bfloat16, enabled=half),
            ):
                output = self._network(torch.from_numpy(batch).to(self._device))
                result: NDArray[np.float32] = output.float().cpu().numpy()
                return result
        except RuntimeError as error:
            raise InferenceFailed(f"Torch failed: {error}") from error
