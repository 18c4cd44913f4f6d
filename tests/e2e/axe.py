"""axe-core, fetched once by npm, by version and hash, into the user's cache."""

import base64
import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

VERSION = "4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
GRAVE = ("serious", "critical")

_RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations"""


def axe_script() -> str:
    """Return the script of axe-core.

    Where it cannot be fetched the test is skipped, and on CI fails. Another content than the
    pinned one always fails.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wildlife-tests"
    package = cache / f"axe-core-{VERSION}.tgz"
    if not package.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        _fetch(package)
    found = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if found != SHA512:
        package.unlink()
        pytest.fail(f"axe-core {VERSION} is not what was pinned: its SHA-512 is {found}")
    with tarfile.open(package) as archive:
        script = archive.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


def _fetch(package: Path) -> None:
    npm = shutil.which("npm")
    problem = "there is no npm" if npm is None else ""
    if npm:
        command = [npm, "pack", f"axe-core@{VERSION}", "--pack-destination", str(package.parent)]
        done = subprocess.run(command, cwd=package.parent, capture_output=True, timeout=120)
        problem = done.stderr.decode()[-300:] if done.returncode else ""
    if problem:
        sentence = f"needs axe-core {VERSION} from npm, which could not be fetched: {problem}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(sentence)


def grave_violations(page: Page, script: str) -> list[str]:
    """Return what axe-core finds serious or critical on a page, one sentence per element."""
    page.evaluate(script)
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
