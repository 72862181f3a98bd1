"""Is there a host, and may one be started? One lock and one small file that all windows share.

Both are in the runtime folder: windows that have another one have another host. The host holds the lock as long as
it lives and keeps a note that it runs. A note without a holder of the lock is a crash. Too many crashes within
`WINDOW` seconds use up the budget: then the host is left alone for `PAUSE` seconds, after which one start is
tried; if that one crashes too, the next pause begins. A crash while a model is loaded is not counted here: it says
something about that file, which is given up by itself.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock
import msgspec
import psutil

from hearth.engine import paths, state
from hearth.engine.errors import BackendUnavailable
from hearth.engine.files import NOTES, read_json

WINDOW = 600.0
PAUSE = 300.0
ANOTHER_RUNS = 3  # the exit status of a host that finds another one running
_BACKOFF = (0.0, 0.0, 0.25, 0.5, 1.0)  # seconds from the crash before the last, by the number in the window
_KEPT = 64


class HostRecord(msgspec.Struct):
    """`running` is the process id of the host, 0 after it left in good order; crashes are Unix times.

    `loading` is the model that it loads now, "" for none: a crash then is that file's, and counted by
    `profiles.ProfileBook`.
    """

    running: int = 0
    crashes: list[float] = []
    loading: str = ""


_decoder = msgspec.json.Decoder(HostRecord)


def host_record() -> HostRecord:
    """What is on the disk; only the holder of the lock may change it."""
    try:
        return read_json(_file(), NOTES, _decoder)
    except OSError:
        return HostRecord()


def recent_crashes(now: float | None = None) -> list[float]:
    """When the host crashed within the window, oldest first; a clock that was set back forgives."""
    now = time.time() if now is None else now
    return [crash for crash in host_record().crashes if 0 <= now - crash <= WINDOW]


def paused_until(budget: int) -> float | None:
    """Unix time until which no host is started, because it crashed too often; None when it may be."""
    now = time.time()
    crashes = recent_crashes(now)
    paused = crashes and len(crashes) >= budget and now < crashes[-1] + PAUSE
    return crashes[-1] + PAUSE if paused else None


def is_running() -> bool:
    """Whether a host lives: it listens, or will soon, or hangs."""
    lock = _lock()
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return True
    lock.release()
    return False


def notice_crash() -> None:
    """Write down the crash of a host that is no more, if nobody has done so."""
    with suppress(filelock.Timeout, OSError), _held():
        _settle()


def before_start(budget: int, last_words: str = "") -> float:
    """Seconds to wait before a host is started: none for one that had run for a while, because somebody waits.

    Raises `BackendUnavailable` when the budget is used up; `last_words` are then told too.
    """
    notice_crash()
    crashes = recent_crashes()
    if (pause_ends := paused_until(budget)) is not None:
        until = time.strftime("%H:%M", time.localtime(pause_ends))
        words = f" ({last_words})" if last_words else ""
        raise BackendUnavailable(
            f"the model's process crashed {len(crashes)} times in {WINDOW / 60:.0f} minutes{words}; it is left "
            f"alone until {until} and then tried again. `hearth doctor` shows what it said last; the setting "
            "host.crash_budget allows more."
        )
    if len(crashes) < 2:
        return 0.0
    return max(0.0, crashes[-2] + _BACKOFF[min(len(crashes), len(_BACKOFF) - 1)] - time.time())


class Claim:
    """The right to be the host, held until `release` or the end of the process."""

    def __init__(self, lock: filelock.BaseFileLock) -> None:
        self._lock = lock

    def loading(self, model: str) -> None:
        """From now on the host loads that model; "" when that is over."""
        with suppress(OSError):
            _write(msgspec.structs.replace(host_record(), loading=model))

    def release(self) -> None:
        """The host leaves in good order: the next one may start."""
        if not self._lock.is_locked:
            return
        _write(msgspec.structs.replace(host_record(), running=0, loading=""))
        self._lock.release()


def claim() -> Claim | None:
    """Become the host; None when another process is. A crash of the one before is written down first."""
    lock = _lock()
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return None
    _settle()
    _write(msgspec.structs.replace(host_record(), running=os.getpid()))
    return Claim(lock)


def kill_hung(pid: int | None = None) -> None:
    """End a host that does not answer; the recorded one by default."""
    pid = pid or host_record().running
    with suppress(psutil.Error):
        if is_host(pid):
            process = psutil.Process(pid)
            process.kill()
            process.wait(5)


def is_host(pid: int) -> bool:
    """Whether that process is a host."""
    try:
        return bool(pid) and "hearth.engine.host" in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def _settle() -> None:
    """A note of a running host though nobody holds the lock but us: it crashed."""
    written = host_record()
    if written.running:
        crashes = written.crashes if written.loading else [*written.crashes, time.time()]
        _write(HostRecord(0, crashes[-_KEPT:]))


@contextmanager
def _held() -> Iterator[None]:
    lock = _lock()
    lock.acquire(blocking=False)
    try:
        yield
    finally:
        lock.release()


def _lock() -> filelock.BaseFileLock:
    return filelock.FileLock(paths.runtime_dir() / "host.alive", mode=0o600)


def _write(written: HostRecord) -> None:
    # On a full disk a crash goes uncounted, and the model comes back.
    state.keep(_file(), msgspec.json.encode(written))


def _file() -> Path:
    return paths.runtime_dir() / "host.json"
