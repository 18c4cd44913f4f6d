"""The whole product as a newcomer runs it, and a real browser in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.conftest import GUEST, as_guest

READY_WITHIN = 300
ARTIFACTS = settings.BASE_DIR / "artifacts"
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Product:
    """A running copy: where it listens, where it keeps its data, what it said at its start."""

    url: str
    data_dir: Path
    said: str


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, shared_dir: Path) -> Iterator[Product]:
    """Run everything that `make run` runs, in a folder of its own."""
    folder = tmp_path_factory.mktemp("product")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    env |= {"DATA_DIR": str(folder / "data"), "HOST": "127.0.0.1", "PORT": str(port)}
    env |= {"MODEL_CACHE_DIR": str(settings.MODEL_CACHE_DIR)}
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "wildlife.ops"],
            cwd=settings.BASE_DIR,
            env=env,
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + READY_WITHIN
        while "ready:" not in log.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the product did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.2)
        yield Product(f"http://127.0.0.1:{port}", folder / "data", log.read_text())
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Of one module only: it leaves an event loop running in this thread."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Chromium")
        pytest.skip("needs Chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Beside a running loop Django would refuse to use its database, which is safe here.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


class Faults:
    """What a page must not do, collected while it is used."""

    def __init__(self, page: Page, host: str) -> None:
        self.seen: list[str] = []
        page.on("pageerror", lambda error: self.seen.append(f"script error: {error}"))
        page.on("console", self._said)
        page.on("request", lambda request: self._asked(request.url, host))

    def _said(self, message: Any) -> None:
        # The browser reports the server's refusals of bad files as errors; those are wanted.
        if (
            message.type == "error"
            and "the server responded with a status of 4" not in message.text
        ):
            self.seen.append(f"console: {message.text}")

    def _asked(self, url: str, host: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.netloc != host:
            self.seen.append(f"request to another host: {url}")


@pytest.fixture
def visit(chromium: Browser, product: Product) -> Iterator[Callable[..., Page]]:
    """Open pages as a new guest; afterwards no page may have shown a fault."""
    contexts, faults = [], []

    def open_page(path: str = "/", viewport: dict[str, int] = WIDE, **options: Any) -> Page:
        context = chromium.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        faults.append(Faults(page, urlsplit(product.url).netloc))
        page.goto(product.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for one in faults for fault in one.seen] == []


@pytest.fixture
def look(
    chromium: Browser, transactional_db: None, live_server: Any, settings: Any, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """Open pages over rows that the test makes by hand, as the guest whose photos these are.

    No model and no worker runs. Afterwards no page may have shown a fault.
    """
    settings.MEDIA_ROOT = tmp_path
    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": as_guest(GUEST).session.session_key,
        "url": live_server.url,
    }
    contexts, faults = [], []

    def open_page(path: str = "/", viewport: dict[str, int] = WIDE, **options: Any) -> Page:
        context = chromium.new_context(viewport=viewport, **options)
        context.add_cookies([cookie])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        faults.append(Faults(page, urlsplit(live_server.url).netloc))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for one in faults for fault in one.seen] == []


def fits(page: Page) -> bool:
    """Whether the page is no wider than its window; one that is only just coming is waited for."""
    page.wait_for_load_state()
    wider: bool = page.locator("html").evaluate("one => one.scrollWidth > one.clientWidth")
    return not wider


def keep(page: Page, name: str) -> Path:
    """Take a screenshot of the whole page for people to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    path = ARTIFACTS / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path
