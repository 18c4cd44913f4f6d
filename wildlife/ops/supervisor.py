"""Keeping a few programs running: start, prefix and keep what they say, restart, stop.

Small on purpose. What the general supervisors lack and a person at a terminal needs is here: a
program that dies is started again for ever, the terminal's going away stops everything, and no
program outlives a supervisor that was killed.
"""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

TETHER = Path(__file__).with_name("tether.py")
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
STEADY_AFTER = 10.0
"""Seconds after which a program counts as started well: its next restart waits shortly again."""
TERMINAL_EVERY = 1.0
LOG_BYTES, LOG_FILES = 10 * 1024 * 1024, 3
COLOURS = (36, 32, 33, 35, 34)

log = logging.getLogger("wildlife.run")


@dataclass(frozen=True, slots=True)
class Program:
    """One program to keep running.

    `when_orphaned` is the signal it gets where the supervisor was killed; `patience` the seconds
    between the request to stop and the end by force; `fds` the file descriptors it inherits.
    `started` is awaited after its first start, before the next program starts.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    when_orphaned: signal.Signals = signal.SIGKILL
    patience: float = 10.0
    fds: tuple[int, ...] = ()
    started: Callable[[], Awaitable[Any]] | None = None


@dataclass(slots=True)
class _Kept:
    program: Program
    process: asyncio.subprocess.Process | None = None
    delay: float = field(default=FIRST_DELAY)


class Supervisor:
    """Runs programs in the given order and stops them in the opposite one."""

    def __init__(self, programs: Sequence[Program], logs: Path) -> None:
        self._kept = [_Kept(program) for program in programs]
        self._logs = logs
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        # Under nohup: the terminal may go away.
        self._without_terminal = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN

    async def run(self, meanwhile: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run until SIGINT, SIGTERM or the terminal's SIGHUP; `meanwhile` runs beside it.

        A second SIGINT or SIGTERM ends everything at once.
        """
        self._listen_to_signals()
        set_up_logs([one.program.name for one in self._kept], self._logs)
        keepers: list[asyncio.Task[None]] = []
        beside: list[asyncio.Task[None]] = []
        try:
            for kept in self._kept:
                if self._stop.is_set():
                    break
                keepers.append(asyncio.create_task(self._keep(kept)))
                if kept.program.started is not None:
                    await self._unless_stopped(kept.program.started())
            for task in (meanwhile(), self._watch_terminal()):
                beside.append(asyncio.ensure_future(task))
            await self._stop.wait()
        finally:
            self._stop.set()
            for one in beside:
                one.cancel()
            await self._end_all()
            await asyncio.gather(*keepers)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._asked_to_stop, number)
        if not self._without_terminal:
            loop.add_signal_handler(signal.SIGHUP, self._asked_to_stop, signal.SIGHUP)

    def _asked_to_stop(self, number: signal.Signals) -> None:
        if self._stop.is_set() and number is not signal.SIGHUP:
            self._hurry.set()
        self._stop.set()

    async def _watch_terminal(self) -> None:
        """See the terminal go away without a SIGHUP.

        That one is sent to the leader of the session alone, and `make` keeps it to itself.
        """
        terminals = [one for one in range(3) if os.isatty(one)]
        while terminals and not self._without_terminal:
            await asyncio.sleep(TERMINAL_EVERY)
            try:
                for terminal in terminals:
                    termios.tcgetattr(terminal)
            except termios.error:
                self._stop.set()

    async def _keep(self, kept: _Kept) -> None:
        """Start a program again each time it ends, until the supervisor stops."""
        program = kept.program
        speaker = logging.getLogger(f"wildlife.run.{program.name}")
        while not self._stop.is_set():
            began = time.monotonic()
            code = await self._run_once(kept, speaker)
            if self._stop.is_set():
                return
            if time.monotonic() - began >= STEADY_AFTER:
                kept.delay = FIRST_DELAY
            speaker.warning("ended (%s); starts again in %.1f s", _why(code), kept.delay)
            await self._unless_stopped(asyncio.sleep(kept.delay))
            kept.delay = min(kept.delay * 2, LONGEST_DELAY)

    async def _run_once(self, kept: _Kept, speaker: logging.Logger) -> int | None:
        program = kept.program
        read, write = os.pipe()
        tether = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid())]
        try:
            kept.process = process = await asyncio.create_subprocess_exec(
                *tether,
                str(int(program.when_orphaned)),
                *program.argv,
                stdin=subprocess.DEVNULL,
                stdout=write,
                stderr=subprocess.STDOUT,
                env=dict(program.env),
                pass_fds=program.fds,
                # Its own session: the terminal's Ctrl-C reaches only the supervisor.
                start_new_session=True,
            )
        except OSError as error:
            os.close(read)
            speaker.error("cannot be started: %s", error)
            return None
        finally:
            os.close(write)
        lines = _Lines(read, speaker)
        if self._stop.is_set():  # asked to stop while it was being started
            _signal_group(process.pid, signal.SIGKILL)
        code = await process.wait()
        _signal_group(process.pid, signal.SIGKILL)  # what it left behind
        lines.close()
        return code

    async def _unless_stopped(self, what: Awaitable[Any]) -> None:
        task, stop = asyncio.ensure_future(what), asyncio.ensure_future(self._stop.wait())
        await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
        for one in (task, stop):
            one.cancel()
            with suppress(asyncio.CancelledError):
                await one

    async def _end_all(self) -> None:
        """Stop everything but the first program together, then the first, which others need."""
        await asyncio.gather(*(self._end(kept) for kept in self._kept[1:]))
        await asyncio.gather(*(self._end(kept) for kept in self._kept[:1]))

    async def _end(self, kept: _Kept) -> None:
        process = kept.process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        ended, hurry = (asyncio.ensure_future(one) for one in (process.wait(), self._hurry.wait()))
        await asyncio.wait(
            (ended, hurry),
            timeout=kept.program.patience,
            return_when=asyncio.FIRST_COMPLETED,
        )
        hurry.cancel()
        if process.returncode is None:
            _signal_group(process.pid, signal.SIGKILL)
        await ended


class _Lines:
    """Hands what comes out of a pipe to a logger, line by line, without waiting for its end."""

    def __init__(self, descriptor: int, speaker: logging.Logger) -> None:
        self._descriptor, self._speaker, self._rest = descriptor, speaker, b""
        os.set_blocking(descriptor, False)
        asyncio.get_running_loop().add_reader(descriptor, self._read)

    def close(self) -> None:
        while self._read():
            pass
        if self._rest:
            self._say(self._rest)
        self._forget()

    def _read(self) -> bool:
        if self._descriptor < 0:
            return False
        try:
            chunk = os.read(self._descriptor, 65536)
        except BlockingIOError:
            return False
        if not chunk:
            self._forget()
            return False
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._say(line)
        return True

    def _say(self, line: bytes) -> None:
        self._speaker.info("%s", line.decode(errors="replace").rstrip())

    def _forget(self) -> None:
        if self._descriptor >= 0:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1


def set_up_logs(names: Sequence[str], folder: Path) -> None:
    """Show what each program says with its name before it, and keep it in rotated files."""
    folder.mkdir(parents=True, exist_ok=True)
    logging.raiseExceptions = False  # a terminal that has gone away is no reason to stop
    log.setLevel(logging.INFO)
    log.propagate = False
    width = max(len(name) for name in names)
    for position, name in enumerate(names):
        speaker = logging.getLogger(f"wildlife.run.{name}")
        speaker.propagate = False
        prefix = name.ljust(width)
        if sys.stdout.isatty():
            prefix = f"\x1b[{COLOURS[position % len(COLOURS)]}m{prefix}\x1b[0m"
        console = logging.StreamHandler(sys.stdout)
        console.setFormatter(logging.Formatter(f"{prefix} | %(message)s"))
        kept = RotatingFileHandler(
            folder / f"{name}.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )
        kept.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        speaker.handlers = [console, kept]


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _why(code: int | None) -> str:
    if code is None:
        return "not started"
    return signal.Signals(-code).name if code < 0 else f"exit status {code}"
