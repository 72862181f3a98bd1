"""Counts the steps of the event loop that kept everybody waiting, and tells by name which they were.

A step is one call that the loop makes: one message, one stretch of a coroutine. What counts is the processor time
of the loop's own thread, so that a busy machine makes nobody suspicious. The figures of a window lie in a small
file that `hearth doctor` reads.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVarTuple

import msgspec

from hearth.engine import paths
from hearth.engine.files import NOTES, read_json, write_atomically

log = logging.getLogger("hearth.server")
LONG = 0.1  # seconds
_NOTEWORTHY = 0.02  # a step that is shorter is told only once, for a window to be known at all
FOLDER = "HEARTH_STEPS"  # names another folder for the figures
_MOST_NAMES = 50
_SECONDS_KEPT = 7 * 86400


class Long(msgspec.Struct):
    """Steps of one name that were long: how many, and how long the longest was, in seconds."""

    count: int = 0
    longest: float = 0.0


class Figures(msgspec.Struct):
    """Those of one window, which is a process. `longest` is of all its steps, also of those that were not long."""

    pid: int
    steps: int = 0
    longest: float = 0.0
    long: dict[str, Long] = {}


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Figures)


class Watch:
    """The figures of this process, and what it is busy with."""

    def __init__(self) -> None:
        self.figures = Figures(os.getpid())
        self.doing = ""  # the message that the step in progress is about
        self._told = -1.0  # nothing yet

    def ended(self, callback: object, seconds: float) -> bool:
        """Note a step; True when there is something new to write, as there is after the first one."""
        name, self.doing = self.doing, ""
        self.figures.steps += 1
        self.figures.longest = max(self.figures.longest, seconds)
        if seconds > LONG:
            self._note(name or name_of(callback), seconds)
        elif self._told >= 0 and seconds < max(_NOTEWORTHY, 1.5 * self._told):
            return False
        self._told = max(self._told, seconds)
        return True

    def _note(self, name: str, seconds: float) -> None:
        log.warning("a step of %.0f ms kept everybody waiting: %s", seconds * 1000, name)
        if name in self.figures.long or len(self.figures.long) < _MOST_NAMES:
            found = self.figures.long.setdefault(name, Long())
            found.count, found.longest = found.count + 1, max(found.longest, seconds)

    def write(self) -> None:
        """Leave the figures for `hearth doctor`; without a folder for them nobody misses them."""
        try:
            write_atomically(_file(self.figures.pid), _encoder.encode(self.figures))
        except OSError as error:
            log.debug("the figures of the event loop cannot be written: %s", error)


watch = Watch()
Ts = TypeVarTuple("Ts")

if TYPE_CHECKING or sys.platform != "win32":
    from asyncio import SelectorEventLoop as Loop
else:
    from asyncio import ProactorEventLoop as Loop


class WatchedLoop(Loop):
    """The platform's event loop, which measures each call that it makes."""

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        return super().call_soon(self._step, callback, *args, context=context)

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        return super().call_soon_threadsafe(self._step, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return super().call_at(when, self._step, callback, *args, context=context)

    def _step(self, callback: Callable[..., object], *args: object) -> None:
        began = time.thread_time()
        try:
            callback(*args)
        finally:
            if watch.ended(callback, time.thread_time() - began) and not self.is_closed():
                self.run_in_executor(None, watch.write)


def run(main: Coroutine[Any, Any, None]) -> None:
    """As `asyncio.run`, watched. The figures stay when it has ended if a step was long."""
    try:
        with asyncio.Runner(loop_factory=WatchedLoop) as runner:
            runner.run(main)
    finally:
        if watch.figures.long:
            watch.write()
        else:
            with suppress(OSError):
                _file(watch.figures.pid).unlink(missing_ok=True)


def name_of(callback: object) -> str:
    """Of a coroutine's step the name that its task was given, else its function."""
    task = getattr(callback, "__self__", None)
    if not isinstance(task, asyncio.Task):
        return str(getattr(callback, "__qualname__", type(callback).__name__))
    given, coroutine = task.get_name(), task.get_coro()
    return str(getattr(coroutine, "__qualname__", "?")) if given.startswith("Task-") else given


def windows() -> list[tuple[Figures, bool]]:
    """Each with whether it is open now. What is gone and older than a week is thrown away."""
    import psutil  # for `hearth doctor` only

    found: list[tuple[Figures, bool]] = []
    for file in sorted(_folder().glob("*.json")):
        try:
            figures = read_json(file, NOTES, _decoder)
            is_open = psutil.pid_exists(figures.pid)
            if not is_open and time.time() - file.stat().st_mtime > _SECONDS_KEPT:
                file.unlink()
            else:
                found.append((figures, is_open))
        except (OSError, OverflowError):
            continue
    return found


def _file(pid: int) -> Path:
    return _folder() / f"{pid}.json"


def _folder() -> Path:
    named = os.environ.get(FOLDER)
    return Path(named) if named else paths.state_dir() / "steps"
