"""OpenVINO on the CPU. Preparing a network needs torch; running a prepared one does not."""

import io
import tempfile
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import openvino
import openvino.opset13 as opset
from numpy.typing import NDArray

from models_registry.errors import InferenceFailed

if TYPE_CHECKING:
    import torch

HINTS = {"fp32": "f32", "bf16": "bf16"}
IN_FLIGHT = 2
"""Two, so that one is computed while the next is being decoded and the last one read."""
NATIVE_BF16 = {"avx512_bf16", "amx_bf16", "bf16"}


def precision_here(wanted: str, device: str) -> str:
    """Return bf16 where it is wanted and the CPU computes in it; else fp32.

    OpenVINO would also emulate bf16, slower than fp32.
    """
    return wanted if wanted == "fp32" or _cpu_flags() & NATIVE_BF16 else "fp32"


@cache
def _cpu_flags() -> frozenset[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return frozenset()
    features = (line.partition(":")[2] for line in lines if line.startswith(("flags", "Features")))
    return frozenset(next(features, "").split())


def _first_use() -> openvino.Core:
    """Return a core that has computed once.

    The binding sets up its link to numpy at the first array that it sees. Two threads that come
    there at once hold the interpreter's lock and the link's against each other, for ever. So it
    happens here, while this module is imported, which only one thread does.
    """
    core = openvino.Core()
    pixels = opset.parameter([1, 1, 1, 3], np.uint8)
    model = openvino.Model([opset.convert(pixels, "f32")], [pixels], "first use")
    request = core.compile_model(model, "CPU").create_infer_request()
    request.start_async({0: np.zeros((1, 1, 1, 3), np.uint8)}, share_inputs=False)
    request.wait()
    request.get_output_tensor(0).data.copy()
    return core


_CORE = _first_use()


def prepare(network: "torch.nn.Module", size: int) -> tuple[bytes, bytes]:
    """Return a network that takes one square of `size` pixels as OpenVINO's topology and weights.

    The frontend is called itself: `openvino.convert_model` asks for leave to send usage data.
    """
    import torch
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    shape = (1, size, size, 3)
    example = torch.zeros(shape, dtype=torch.uint8)
    frontend = FrontEndManager().load_by_framework("pytorch")
    with torch.no_grad(), warnings.catch_warnings():
        # The frontend traces, which torch calls deprecated and OpenVINO its tested way.
        warnings.simplefilter("ignore", FutureWarning)
        traced = TorchScriptPythonDecoder(network, example_input=(example,))
        model = frontend.convert(frontend.load(traced))
    model.reshape(openvino.PartialShape(shape))
    model.validate_nodes_and_infer_types()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.xml")
        openvino.save_model(model, path, compress_to_fp16=False)
        return path.read_bytes(), path.with_suffix(".bin").read_bytes()


class OpenVino:
    """A compiled network with a pool of requests: as many as were ever needed at once."""

    def __init__(self, topology: bytes, weights: bytes, precision: str) -> None:
        model = _CORE.read_model(io.BytesIO(topology), io.BytesIO(weights))
        self._compiled = _CORE.compile_model(
            model,
            "CPU",
            {"INFERENCE_PRECISION_HINT": HINTS[precision], "PERFORMANCE_HINT": "LATENCY"},
        )
        self.precision = precision
        self._idle: list[openvino.InferRequest] = []

    def map(self, inputs: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        """Yield the output (1, ...) for each input (1, size, size, 3), in order."""
        flying: deque[openvino.InferRequest] = deque()
        try:
            for array in inputs:
                flying.append(self._start(array))
                if len(flying) == IN_FLIGHT:
                    yield self._finish(flying)
            while flying:
                yield self._finish(flying)
        finally:
            for request in flying:
                with suppress(RuntimeError):
                    request.wait()
                self._idle.append(request)

    def _start(self, array: NDArray[np.uint8]) -> openvino.InferRequest:
        try:
            try:
                request = self._idle.pop()
            except IndexError:
                request = self._compiled.create_infer_request()
            request.start_async({0: array}, share_inputs=False)
        except RuntimeError as error:
            raise InferenceFailed(f"OpenVINO could not start: {error}") from error
        return request

    def _finish(self, flying: deque[openvino.InferRequest]) -> NDArray[np.float32]:
        try:
            flying[0].wait()
        except RuntimeError as error:
            flying.popleft()
            raise InferenceFailed(f"OpenVINO failed: {error}") from error
        output: NDArray[np.float32] = flying[0].get_output_tensor(0).data.copy()
        self._idle.append(flying.popleft())
        return output
