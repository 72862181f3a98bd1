"""Logs on this disk: private, rotating, shared by several processes, without secrets, without code.

Where there can be no file, and where it cannot be written for a while, standard error gets the beginning of what a
server or the model's process logs; what a command logs is then lost, because its output is for the user.

Code gets into logs through messages of exceptions that quote what they could not handle. So, unless HEARTH_DEBUG
or the setting `debug` is set, of an exception that nobody expected only its type and its places in our code are
written.
"""

import logging
import os
import re
import sys
import time
import traceback
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from hearth.engine import paths
from hearth.engine.files import read_bytes

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_HIDDEN = "[redacted]"
_MOST_BYTES = 1_000_000  # of one log file
_RETRY_SECONDS = 60.0  # after a rotation that failed
_debug = False  # the user's setting
# In a log, where nothing is lost by it, each value of such a name is taken for a secret, and so is what follows
# the first letters of a key. All stand on one line: below a line of code may stand the marks of a traceback.
_NAMED_SECRETS = (
    re.compile(r"(?i)(\bbearer[ \t]{1,4}+)[^\s\"',;]{4,}+"),
    re.compile(r"(?<=://)([^/\s:@]{0,128}+:)[^/\s@]{1,256}+(?=@)"),
    re.compile(
        r"(?i)([\"']?(?:api[_-]?key|secret|token|passw(?:or)?d|credential)[\w-]{0,8}?[\"']?[ \t]{0,8}+[=:]"
        r"[ \t]{0,8}+[\"']?)(?!\[redacted\]|\d{1,6}\b|[\^~]++(?:\s|$))[^\s\"',;&}]{4,}+"
    ),
)


def to_file(name: str) -> None:
    """Send everything that is logged to `<log folder>/<name>`, of which two older ones are kept. Never raises."""
    try:
        paths.private(paths.log_dir())
        _install(_SharedFile(paths.log_dir() / name, _STDERR))
    except OSError:
        _install(_STDERR)


def of_command() -> None:
    """The same for a command: to `command.log`, made once there is something to log; never to its output."""
    _install(_SharedFile(paths.log_dir() / "command.log", logging.NullHandler(), delay=True))


def debug(wanted: bool) -> None:
    """The user's setting `debug`: whether more is logged, code included, from now on."""
    global _debug
    if wanted != _debug:
        _debug = wanted
        _set_level()


def _install(handler: logging.Handler) -> None:
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s[%(process)d]: %(message)s"))
    logging.getLogger().handlers[:] = [handler]
    _set_level()


def _set_level() -> None:
    """Of libraries nothing is logged: pygls logs messages, which contain the user's code, others addresses."""
    logging.raiseExceptions = is_debug()  # a full disk must not fill the editor's own log with our tracebacks
    logging.getLogger().setLevel(logging.DEBUG if is_debug() else logging.INFO)
    for library in ("pygls", "httpx", "httpcore", "asyncio"):
        logging.getLogger(library).setLevel(logging.NOTSET if is_debug() else logging.CRITICAL)


def where() -> str:
    """Where what is logged can be read, for the user."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler):
            return handler.baseFilename
    return "the error output of this program (your editor keeps that of the language server)"


def is_debug() -> bool:
    return _debug or bool(os.environ.get("HEARTH_DEBUG"))


def redacted(text: str) -> str:
    """`text` without what looks like a key, a token or a password."""
    from hearth.engine.secrets.finding import find  # its expressions are made when there is something to log

    parts: list[str] = []
    done = 0
    for span in find(text, halves=True):
        parts += [text[done : span.start], _HIDDEN]
        done = span.end
    text = "".join([*parts, text[done:]])
    for pattern in _NAMED_SECRETS:
        text = pattern.sub(rf"\1{_HIDDEN}", text)
    return text


class Redacting(logging.Formatter):
    """Takes secrets out of what is written, and the words of unexpected exceptions unless `is_debug`."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))

    def formatException(self, ei: ExcInfo) -> str:
        if is_debug() or ei[0] is None or ei[1] is None:
            return super().formatException(ei)
        places: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None and len(places) < 8:
            places.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__name__)
            error = error.__cause__ or error.__context__
        return "\n".join(reversed(places))


class _SharedFile(RotatingFileHandler):
    """Several windows write one log: after another one rotated it, continue in the new file.

    What cannot be written there goes to `spare`.
    """

    def __init__(self, file: Path, spare: logging.Handler, delay: bool = False) -> None:
        self._spare = spare
        self._no_rotation_before = 0.0
        super().__init__(file, maxBytes=_MOST_BYTES, backupCount=2, encoding="utf-8", delay=delay)

    def shouldRollover(self, record: logging.LogRecord) -> int:
        self._follow()
        if time.monotonic() < self._no_rotation_before:
            return False
        return super().shouldRollover(record)

    def doRollover(self) -> None:
        """Begin a new file, whatever goes wrong: nothing that is logged, or was, may be lost by it."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None
        try:
            self._rotate()
        except OSError:
            self._no_rotation_before = time.monotonic() + _RETRY_SECONDS
        self.stream = self._open()

    def _rotate(self) -> None:
        """One window at a time; whoever finds the file small comes behind one that has just begun it anew."""
        from filelock import FileLock  # takes 9 ms, which most processes never need

        current = Path(self.baseFilename)
        with FileLock(current.with_name("rotating.lock"), timeout=0, mode=0o600):
            if current.stat().st_size > self.maxBytes // 2:
                self._move(current)

    def _move(self, current: Path) -> None:
        """The old ones move only once the current one has: Windows moves no file that another window has open."""
        aside, older, oldest = (current.with_name(f"{current.name}.{end}") for end in (os.getpid(), 1, 2))
        try:
            try:
                current.replace(aside)
            except PermissionError:
                _copy(current, aside)
                os.truncate(current, 0)
            if older.exists():
                older.replace(oldest)
            aside.replace(older)
        except OSError:
            with suppress(OSError):
                if current.exists():  # else it is all that there is
                    aside.unlink()
            raise

    def _follow(self) -> None:
        stream: TextIOWrapper | None = self.stream
        if stream is None:
            return
        try:
            same = os.path.samestat(os.fstat(stream.fileno()), Path(self.baseFilename).stat())
        except OSError:
            same = False
        if not same:
            self.stream = None  # as the library itself marks a file that has to be opened
            with suppress(OSError):  # what was not written yet may find no room
                stream.close()
            self.stream = self._open()

    def _open(self) -> TextIOWrapper:
        file = Path(self.baseFilename)
        paths.private(file.parent)  # somebody may have removed it
        file.touch(mode=0o600)
        file.chmod(0o600)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        self._spare.setFormatter(self.formatter)
        self._spare.handle(record)


def _copy(file: Path, copy: Path) -> None:
    copy.touch(mode=0o600)
    copy.write_bytes(read_bytes(file, 4 * _MOST_BYTES))


class _Stderr(logging.Handler):
    """Writes to standard error until it has written as much as the pipe of a client holds that reads nothing."""

    _MOST = 32_000  # characters

    def __init__(self) -> None:
        super().__init__()
        self._written = 0

    def emit(self, record: logging.LogRecord) -> None:
        if sys.stderr is None or self._written > self._MOST:
            return
        with suppress(Exception):  # nobody is left to report it to
            line = self.format(record)[: self._MOST] + "\n"
            self._written += len(line)
            sys.stderr.write(line)
            sys.stderr.flush()


_STDERR = _Stderr()
