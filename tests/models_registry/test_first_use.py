"""Threads that use OpenVINO for the first time at the same moment do not hold each other up."""

import subprocess
import sys

from django.conf import settings

# Without care about half of these processes never end: see `_first_use` in the backend.
TOGETHER = """
import os, sys, tempfile, threading
from pathlib import Path

sys.setswitchinterval(1e-6)
import numpy as np
from models_registry.backends import openvino as backend
import openvino
import openvino.opset13 as opset

pixels = opset.parameter([1, 2, 2, 3], np.uint8)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "network.xml")
    model = openvino.Model([opset.convert(pixels, "f32")], [pixels], "tiny")
    openvino.save_model(model, path, compress_to_fp16=False)
    network = backend.OpenVino(path.read_bytes(), path.with_suffix(".bin").read_bytes(), "fp32")
together = threading.Barrier(8)


def use():
    image = np.full((1, 2, 2, 3), 7, np.uint8)
    together.wait()
    assert [int(output.max()) for output in network.map([image, image])] == [7, 7]


threads = [threading.Thread(target=use, daemon=True) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(20)
os._exit(any(thread.is_alive() for thread in threads))
"""


def test_a_first_use_by_many_threads_at_once_ends():
    started = [
        subprocess.Popen([sys.executable, "-c", TOGETHER], cwd=settings.BASE_DIR) for _ in range(6)
    ]
    try:
        assert [process.wait(60) for process in started] == [0] * 6
    finally:
        for process in started:
            process.kill()
