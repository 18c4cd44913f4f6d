"""The web process stays small."""

import subprocess
import sys

from django.conf import settings

CHECK = """
import sys, django
django.setup()
import wildlife.urls
from django.urls import get_resolver
get_resolver().url_patterns
print(*({"torch", "torchvision", "ultralytics", "timm", "openvino"} & set(sys.modules)))
"""


def test_the_web_process_loads_no_model_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECK],
        cwd=settings.BASE_DIR,
        env={
            "DJANGO_SETTINGS_MODULE": "wildlife.settings",
            "DATA_DIR": str(settings.DATA_DIR),
            "PYTHONPATH": str(settings.BASE_DIR),
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
