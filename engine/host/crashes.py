"""The last words of a host that crashed: what `faulthandler` wrote and the end of its error output."""

import faulthandler
import logging
import time
from contextlib import suppress
from pathlib import Path

from engine import logs, paths
from engine.files import write_atomically
from engine.host import supervision

log = logging.getLogger("hearth.host")
_LINES = 40


def watch() -> str:
    """Let a native crash of this process leave a report; the first line of the one before, or "".

    That one goes to the log and is kept for `hearth doctor`.
    """
    report = _read(_report_file())
    words = last_words_in(report)
    if report.strip():
        said = _read(paths.log_dir() / "host.err.1").splitlines()[-_LINES:]
        whole = logs.redacted(
            "\n".join([report.strip(), *(["", "Its error output ended with:", *said] if said else [])])
        )
        log.error("the host before this one crashed:\n%s", whole)
        with suppress(OSError):
            write_atomically(_kept_file(), whole.encode())
    # Kept open for the life of the process: the handler writes to its descriptor.
    _report_file().unlink(missing_ok=True)
    _report_file().touch(mode=0o600)
    faulthandler.enable(_report_file().open("w"))
    return words


def last_words() -> str:
    """The first line of the report of a crash just now, such as "Segmentation fault", or ""."""
    found = last_report()
    return last_words_in(found[1]) if found and time.time() - found[0] < supervision.WINDOW else ""


def last_report() -> tuple[float, str] | None:
    """(Unix time, text) of the last crash that left one."""
    for path in (_report_file(), _kept_file()):
        with suppress(OSError):
            if text := _read(path).strip():
                return path.stat().st_mtime, logs.redacted(text)
    return None


def last_words_in(crash_report: str) -> str:
    """The first line of what `faulthandler` wrote, such as "Segmentation fault", or ""."""
    lines = [line.strip() for line in crash_report.splitlines() if line.strip()]
    return lines[0].removeprefix("Fatal Python error: ") if lines else ""


def fresh_stderr_file() -> Path:
    """An empty file for the error output of a host that is about to start; that of the last one is kept."""
    path = paths.private(paths.log_dir()) / "host.err"
    with suppress(OSError):
        path.replace(path.with_name("host.err.1"))
    path.touch(mode=0o600)
    return path


def _report_file() -> Path:
    return paths.state_dir() / "host-crash.txt"


def _kept_file() -> Path:
    return paths.state_dir() / "host-crash-last.txt"


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
