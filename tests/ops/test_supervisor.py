"""The supervisor over small programs, with real signals."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from tests.services import tethered, wait_for

pytestmark = pytest.mark.services

TALKS = "import os, time; print('I am', os.getpid(), flush=True); time.sleep(600)"
STUBBORN = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('I am', os.getpid(), flush=True); time.sleep(600)"
)
HAS_A_CHILD = (
    "import os, subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print('I am', child.pid, flush=True); time.sleep(600)"
)


@dataclass
class Supervised:
    process: subprocess.Popen[str]
    out: Path

    def said(self) -> str:
        return self.out.read_text()

    def pids(self, name: str) -> list[int]:
        """Return the process ids that a program told, in order."""
        return [
            int(line.rsplit(" ", 1)[1])
            for line in self.said().splitlines()
            if line.startswith(name) and "I am" in line
        ]

    def pid(self, name: str, position: int = 0) -> int:
        wait_for(lambda: len(self.pids(name)) > position, seconds=20, why=f"{name} said its id")
        return self.pids(name)[position]

    def ends(self, seconds: float = 20) -> None:
        self.process.wait(seconds)


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[object]:
    running: list[Supervised] = []

    def start(
        *programs: tuple[str, str, float],
        ignore_hangup: bool = False,
        stdin: int = subprocess.DEVNULL,
    ) -> Supervised:
        as_json = json.dumps(
            [(name, [sys.executable, "-c", code], patience) for name, code, patience in programs]
        )
        argv = [sys.executable, "-m", "tests.ops.supervised", str(tmp_path / "logs"), as_json]
        out = tmp_path / "out"
        with out.open("w") as file:
            process = subprocess.Popen(
                tethered("nohup", *argv) if ignore_hangup else tethered(*argv),
                cwd=settings.BASE_DIR,
                stdout=file,
                stderr=file,
                stdin=stdin,
                text=True,
                start_new_session=True,
            )
        running.append(Supervised(process, out))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_killed_program_is_started_again(supervise):
    copy = supervise(("one", TALKS, 5), ("two", TALKS, 5))
    first, other = copy.pid("one"), copy.pid("two")
    os.kill(first, signal.SIGKILL)
    assert copy.pid("one", 1) != first
    assert "one | ended (SIGKILL); starts again in 0.5 s" in copy.said()
    assert not gone(other), "the others go on"


def test_a_program_that_cannot_run_is_tried_again_and_again(supervise):
    copy = supervise(("bad", "import sys; sys.exit(3)", 5), ("good", TALKS, 5))
    copy.pid("good")
    wait_for(lambda: copy.said().count("ended (exit status 3)") >= 3, seconds=20)
    assert "starts again in 0.5 s" in copy.said()
    assert "starts again in 2.0 s" in copy.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_everything_ends_with_it(supervise, number):
    copy = supervise(("one", TALKS, 5), ("two", HAS_A_CHILD, 5))
    pids = [copy.pid("one"), copy.pid("two")]
    copy.process.send_signal(number)
    copy.ends()
    assert copy.process.returncode == 0
    assert copy.said().endswith("stopped\n")
    wait_for(lambda: all(gone(pid) for pid in pids), seconds=5, why="the programs ended")


def test_nothing_outlives_a_killed_supervisor(supervise):
    copy = supervise(("one", TALKS, 5), ("two", STUBBORN, 5))
    pids = [copy.pid("one"), copy.pid("two")]
    copy.process.kill()
    wait_for(lambda: all(gone(pid) for pid in pids), seconds=5, why="the programs ended")


def test_a_hangup_is_ignored_under_nohup(supervise):
    copy = supervise(("one", TALKS, 5), ignore_hangup=True)
    pid = copy.pid("one")
    copy.process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        copy.ends(1)
    assert not gone(pid)


@pytest.mark.parametrize("nohup", [False, True])
def test_a_closed_terminal_stops_it_even_without_a_hangup(supervise, nohup):
    master, terminal = pty.openpty()
    copy = supervise(("one", TALKS, 5), ignore_hangup=nohup, stdin=terminal)
    os.close(terminal)
    pid = copy.pid("one")
    wait_for(lambda: "all started" in copy.said(), seconds=20)
    os.close(master)
    if nohup:
        with pytest.raises(subprocess.TimeoutExpired):
            copy.ends(3)
        assert not gone(pid)
    else:
        copy.ends(10)
        assert gone(pid)


def test_a_program_that_will_not_end_is_killed_after_its_patience(supervise):
    copy = supervise(("one", STUBBORN, 1))
    pid = copy.pid("one")
    copy.process.send_signal(signal.SIGTERM)
    copy.ends(10)
    assert gone(pid)


def test_a_second_ctrl_c_does_not_wait(supervise):
    copy = supervise(("one", STUBBORN, 60))
    pid = copy.pid("one")
    copy.process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        copy.ends(1)
    copy.process.send_signal(signal.SIGINT)
    copy.ends(10)
    assert gone(pid)


def test_what_programs_say_has_their_name_and_is_kept(supervise, tmp_path):
    unfinished = "import sys; sys.stdout.write('half a line'); sys.stdout.flush()"
    long = "print('x' * 200_000)"
    copy = supervise(("a", unfinished, 5), ("long-name", long, 5))
    wait_for(lambda: "half a line" in copy.said() and "x" * 200_000 in copy.said(), seconds=20)
    assert "a         | half a line\n" in copy.said()
    assert "long-name | xxx" in copy.said()
    assert "half a line" in (tmp_path / "logs" / "a.log").read_text()
