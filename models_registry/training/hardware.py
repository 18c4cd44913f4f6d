"""Where a training runs: on the GPU if there is one, in bfloat16 where that is native."""

from contextlib import AbstractContextManager

import torch

THREADS = 2
"""For decoding pictures beside the network's own threads."""


def device() -> torch.device:
    """Return the GPU, or the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def native_bf16(where: torch.device) -> bool:
    """Return whether bfloat16 is faster than single precision there."""
    if where.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def mixed(where: torch.device) -> AbstractContextManager[object]:
    """Return a context in which the expensive operations run in bfloat16, where it is native."""
    return torch.autocast(where.type, torch.bfloat16, enabled=native_bf16(where))
