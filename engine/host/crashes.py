"""The last words of a host that crashed: what `faulthandler` wrote and the end of its error output."""

import faulthandler
import logging
import os
import re
import time
from contextlib import suppress
from pathlib import Path

from hearth.engine import logs, paths, state
from hearth.engine.files import NOTES, read_text
from hearth.engine.host import supervision

log = logging.getLogger("hearth.host")
_LINES = 40
_MOST_WORDS = 200  # characters
_REASON = re.compile(r"GGML_ASSERT\(|GGML_ABORT|fatal error|^\s*what\(\):")


def watch() -> str:
    """Let a native crash of this process leave a report; the first line of the one before, or "".

    That one goes to the log and is kept for `hearth doctor`.
    """
    report = _taken_over()
    words = last_words_in(report)
    if report.strip():
        said = _read(stderr_file().with_name("host.err.1")).splitlines()[-_LINES:]
        words += _reason_in(said)
        whole = logs.redacted(
            "\n".join([report.strip(), *(["", "Its error output ended with:", *said] if said else [])])
        )
        log.error("the host before this one crashed:\n%s", whole)
        state.keep(_kept_file(), whole.encode())
    try:
        # Kept open for the life of the process: the handler writes to its descriptor.
        flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY
        faulthandler.enable(os.fdopen(os.open(_report_file(), flags, 0o600), "w"))
    except OSError as error:
        state.not_kept(_report_file(), error)
        faulthandler.enable()
    return words


def last_words() -> str:
    """The first line of the report of a crash just now, such as "Segmentation fault", or ""."""
    found = last_report()
    return last_words_in(found[1]) if found and time.time() - found[0] < supervision.WINDOW else ""


def last_report() -> tuple[float, str] | None:
    """(Unix time, text) of the last crash that left one."""
    found: list[tuple[float, str]] = []
    for path in (*_report_files(), _kept_file()):
        with suppress(OSError):
            if text := _read(path).strip():
                found.append((path.stat().st_mtime, logs.redacted(text)))
    return max(found, default=None)


def _taken_over() -> str:
    """The newest report of hosts that are no more, "" for none; each is removed."""
    found: list[tuple[float, str]] = []
    for path in _report_files():
        if _is_written(path):
            continue
        with suppress(OSError):  # it may have gone, or be open still
            found.append((path.stat().st_mtime, _read(path)))
            path.unlink()
    return max((each for each in found if each[1].strip()), default=(0.0, ""))[1]


def _is_written(report: Path) -> bool:
    """Whether the host that it belongs to lives. Several do while an older one finishes what was asked of it."""
    pid = report.stem.rpartition("-")[2]
    return pid.isdigit() and int(pid) != os.getpid() and supervision.is_host(int(pid))


def last_words_in(crash_report: str) -> str:
    """The first line of what `faulthandler` wrote, such as "Segmentation fault", or ""."""
    lines = [line.strip() for line in crash_report.splitlines() if line.strip()]
    words = lines[0].replace("Fatal Python error: ", "") if lines else ""
    # Two threads that crash at once write into each other: "Segmentation faultSegmentation fault".
    return re.sub(r"^(.{4,60}?)\1+", r"\1", words[:_MOST_WORDS])


def _reason_in(said: list[str]) -> str:
    """What ggml or the C++ library said before it aborted, behind a colon; "" where nothing is found."""
    found = next((line.strip() for line in said if _REASON.search(line)), "")
    # The path is that of the machine where the library was built.
    reason = re.sub(r"^.*/(?=[^/:]+:[0-9]+: )", "", found)[:_MOST_WORDS]
    return reason and f": {reason}"


def fresh_stderr_file() -> Path:
    """An empty file for the error output of a host that is about to start; that of the last one is kept."""
    path = stderr_file()
    try:
        if path.exists():
            path.replace(path.with_name("host.err.1"))
        path.touch(mode=0o600)
        path.chmod(0o600)
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error.strerror or error)
        return Path(os.devnull)
    return path


def stderr_file() -> Path:
    """Where the error output of the host is: among the logs, or beside its socket where those cannot be."""
    try:
        return paths.private(paths.log_dir()) / "host.err"
    except OSError:
        return paths.runtime_dir() / "host.err"


def _report_file() -> Path:
    return paths.state_dir() / f"host-crash-{os.getpid()}.txt"


def _report_files() -> list[Path]:
    """Of all hosts, running or not."""
    return [path for path in paths.state_dir().glob("host-crash-*.txt") if path != _kept_file()]


def _kept_file() -> Path:
    return paths.state_dir() / "host-crash-last.txt"


def _read(path: Path) -> str:
    try:
        return read_text(path, NOTES)
    except OSError:
        return ""
