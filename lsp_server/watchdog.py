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
from contextvars import Context
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVarTuple

import msgspec

from engine import paths
from engine.files import NOTES, read_json, write_atomically

log = logging.getLogger("hearth.server")
LONG = 0.1  # seconds
FOLDER = "HEARTH_STEPS"  # names another folder for the figures
_MOST_NAMES = 50
_SECONDS_KEPT = 7 * 86400


class Long(msgspec.Struct):
    """Steps of one name that were long: how many, and how long the longest was, in seconds."""

    count: int = 0
    longest: float = 0.0


class Figures(msgspec.Struct):
    """Those of one window. `longest` is of all its steps, also of those that were not long."""

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

    def ended(self, callback: object, seconds: float) -> bool:
        """Note a step; True when it was long."""
        name, self.doing = self.doing, ""
        self.figures.steps += 1
        if seconds > self.figures.longest:
            self.figures.longest = seconds
        if seconds <= LONG:
            return False
        name = name or name_of(callback)
        log.warning("a step of %.0f ms kept everybody waiting: %s", seconds * 1000, name)
        if name in self.figures.long or len(self.figures.long) < _MOST_NAMES:
            found = self.figures.long.setdefault(name, Long())
            found.count, found.longest = found.count + 1, max(found.longest, seconds)
        return True

    def write(self) -> None:
        """Leave the figures for `hearth doctor`; without a folder for them nobody misses them."""
        try:
            write_atomically(_folder() / f"{self.figures.pid}.json", _encoder.encode(self.figures))
        except OSError as error:
            log.info("the figures of the event loop cannot be written: %s", error)


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
    """As `asyncio.run`, watched; the figures are left when it ends."""
    watch.figures.pid = os.getpid()
    try:
        with asyncio.Runner(loop_factory=WatchedLoop) as runner:
            runner.run(main)
    finally:
        watch.write()


def name_of(callback: object) -> str:
    """Of a coroutine's step its function, which says whose it is."""
    task = getattr(callback, "__self__", None)
    of = task.get_coro() if isinstance(task, asyncio.Task) else callback
    return str(getattr(of, "__qualname__", type(of).__name__))


def running() -> list[Figures]:
    """Those of the windows that are open now; of those that are gone, what is older than a week is thrown away."""
    import psutil

    found: list[Figures] = []
    for file in sorted(_folder().glob("*.json")):
        try:
            if psutil.pid_exists(int(file.stem)):
                found.append(read_json(file, NOTES, _decoder))
            elif time.time() - file.stat().st_mtime > _SECONDS_KEPT:
                file.unlink()
        except (OSError, ValueError, msgspec.DecodeError):
            continue
    return found


def _folder() -> Path:
    named = os.environ.get(FOLDER)
    return Path(named) if named else paths.state_dir() / "steps"
