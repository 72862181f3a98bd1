"""Finds the running host or starts one: whoever asks, however many at once, there is one host.

A host of an older version is asked to leave, and finishes what was asked of it; a newer one is not pushed out by
an older window, which is told so instead. A host that accepts but does not answer is ended and counts as crashed.
"""

import asyncio
import logging
import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import filelock
import psutil

from hearth.engine import errors, logs, paths
from hearth.engine.host import crashes, supervision, transport, wire

log = logging.getLogger("hearth.client")
OURS = version("hearth-lsp")
_START_SECONDS = 20.0
_GREETING_SECONDS = 5.0
# A turn is a decode of some tokens, or the tenth part of a model that is loaded from a slow disk.
_STILL_SECONDS = 180.0
# OpenMP's threads spin while they wait for each other. Spinning only a moment costs nothing on an idle machine,
# and where another program wants the cores a prefill is 6 times faster (measured, 2 cores).
PATIENT_THREADS = {"GOMP_SPINCOUNT": "1000"}
# ggml would start a debugger on a process that dies, which takes seconds and may hang.
_NO_DEBUGGER = {"GGML_NO_BACKTRACE": "1"}
_STOP_SECONDS = 15.0
_children: list[subprocess.Popen[bytes]] = []  # held so that nobody warns about those that still run


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection that has been greeted; `pid` is the host's process."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    pid: int


async def connect(idle_minutes: float, crash_budget: int) -> Connection:
    """Connect to the host, starting it if need be. Raises `BackendUnavailable`."""
    try:
        return await running(idle_minutes) or await _start_one(idle_minutes, crash_budget)
    except OSError as error:  # a runtime folder that is not ours, a full disk; TimeoutError is one too
        raise errors.BackendUnavailable(f"the model's process cannot be reached: {error}") from error


async def running(idle_minutes: float | None = None) -> Connection | None:
    """The host that listens now, greeted; None when nobody does, or a host of an older version that leaves.

    From now on it leaves after `idle_minutes` without clients, if they are given. Raises `BackendUnavailable` for
    a host of a newer version.
    """
    try:
        reader, writer = await transport.connect(paths.runtime_dir())
    except PermissionError:
        raise
    except OSError:
        return None
    found = None
    try:
        found = await _greeted(reader, writer, idle_minutes)
    finally:
        if found is None:
            writer.close()
    return found


async def stop() -> int | None:
    """End the host, of whatever version, with all that is being asked of it; its process, None if there is none.

    Raises `OSError` where it cannot be reached or ended.
    """
    pid = await _told_to_stop()
    if pid is None and not supervision.is_running():
        return None
    pid = pid or supervision.host_record().running
    give_up = time.monotonic() + _STOP_SECONDS
    while supervision.is_running() or _is_there(pid):
        if time.monotonic() > give_up:
            await asyncio.to_thread(supervision.kill_hung, pid)
            break
        await asyncio.sleep(0.05)
    return pid


async def _told_to_stop() -> int | None:
    """The process that listens and was told; None where none does."""
    try:
        reader, writer = await transport.connect(paths.runtime_dir())
    except PermissionError:
        raise
    except OSError:
        return None
    try:
        async with asyncio.timeout(_GREETING_SECONDS):
            writer.write(wire.encode(wire.Hello(wire.PROTOCOL, OURS)))
            welcome = await _welcome(reader)
            writer.write(wire.encode(wire.Shutdown(now=True)))
            await writer.drain()
            return welcome.pid if welcome else None
    except (TimeoutError, wire.WireError, ConnectionError):
        return transport.peer_pid(writer)
    finally:
        writer.close()


def _is_there(pid: int) -> bool:
    try:
        return bool(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


async def _greeted(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, idle_minutes: float | None
) -> Connection | None:
    try:
        async with asyncio.timeout(_GREETING_SECONDS):
            writer.write(wire.encode(wire.Hello(wire.PROTOCOL, OURS, idle_minutes)))
            welcome = await _welcome(reader)
    except TimeoutError:
        await _end(transport.peer_pid(writer))
        return None
    except (wire.WireError, ConnectionError):
        return None
    if welcome is None:
        return None
    if welcome.still > _STILL_SECONDS:  # it greets, and nothing that was asked of it gets on
        await _end(welcome.pid)
        return None
    if (age := _age(welcome.protocol, welcome.version)) == _age(wire.PROTOCOL, OURS):
        return Connection(reader, writer, welcome.pid)
    if age > _age(wire.PROTOCOL, OURS):
        raise errors.BackendUnavailable(
            f"a newer Hearth ({welcome.version}) runs the model now, and this window's is {OURS}: "
            "restart the language server in this window"
        )
    log.info("a host of version %s is running; asking it to leave", welcome.version)
    with suppress(ConnectionError):
        writer.write(wire.encode(wire.Shutdown()))
        await writer.drain()
    return None


async def _end(pid: int | None) -> None:
    log.warning("the host (process %s) hangs and is ended", pid)
    await asyncio.to_thread(supervision.kill_hung, pid)


async def _welcome(reader: asyncio.StreamReader) -> wire.Welcome | None:
    """The host's answer; what it tells all its clients meanwhile may come first."""
    while isinstance(message := await wire.read(reader, "host"), wire.Loading | wire.Notice):
        pass
    return message if isinstance(message, wire.Welcome) else None


async def _start_one(idle_minutes: float, crash_budget: int) -> Connection:
    """Under a lock, so that windows that open together start one process; the host's own lock does the rest."""
    try:
        async with filelock.AsyncFileLock(
            paths.runtime_dir() / "host.lock", timeout=2 * _START_SECONDS, mode=0o600
        ):
            return await _start_and_greet(idle_minutes, crash_budget)
    except filelock.Timeout as error:
        raise _does_not_start() from error


async def _start_and_greet(idle_minutes: float, crash_budget: int) -> Connection:
    process: subprocess.Popen[bytes] | None = None
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        if found := await running(idle_minutes):
            return found
        if process is not None and process.poll() == supervision.ANOTHER_RUNS:
            process = None  # that one listens soon; or somebody only looked whether there is one
        elif process is not None and process.poll() is not None:
            raise _does_not_start()
        if process is None and not supervision.is_running():
            await asyncio.sleep(supervision.before_start(crash_budget, crashes.last_words()))
            process = _start(idle_minutes)
        await asyncio.sleep(0.02)
    await asyncio.to_thread(supervision.kill_hung)
    raise _does_not_start()


def _start(idle_minutes: float) -> subprocess.Popen[bytes]:
    """-P keeps the current folder off the module path: it belongs to the user's project, not to us."""
    err_file = crashes.fresh_stderr_file()
    debug = {"HEARTH_DEBUG": "1"} if logs.is_debug() else {}
    with err_file.open("ab") as err:
        process = _apart(
            [sys.executable, "-P", "-m", "hearth.engine.host"],
            stdin=subprocess.DEVNULL,
            stdout=err,
            stderr=err,
            cwd=paths.runtime_dir(),
            env={
                **PATIENT_THREADS,
                **_NO_DEBUGGER,
                **os.environ,
                **debug,
                "HEARTH_IDLE_MINUTES": str(idle_minutes),
            },
        )
    _children[:] = [child for child in _children if child.poll() is None]
    _children.append(process)
    return process


def _apart(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """A process that Ctrl-C in this terminal, and its end, do not reach: other windows use the host too."""
    if sys.platform == "win32":
        # A console of its own, which nobody sees; a group of its own, for which Ctrl-C is off; and out of the job
        # object of an editor that ends all of it, where that editor allows it.
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        try:
            return subprocess.Popen(command, creationflags=flags | subprocess.CREATE_BREAKAWAY_FROM_JOB, **options)
        except PermissionError:
            return subprocess.Popen(command, creationflags=flags, **options)
    return subprocess.Popen(command, start_new_session=True, **options)


def _does_not_start() -> errors.BackendUnavailable:
    return errors.BackendUnavailable(
        f"the model's process does not start; {crashes.stderr_file()} may say why (`hearth doctor`)"
    )


def _age(protocol: int, release: str) -> tuple[int, list[int], str]:
    """Greater is newer."""
    return protocol, [int(number) for number in re.findall(r"\d+", release)], release
