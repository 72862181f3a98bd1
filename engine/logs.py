"""Logs on this disk: private, rotating, shared by several processes, without secrets, without code.

Where there can be no file, and where it cannot be written for a while, standard error gets the beginning of it.

Code gets into logs through messages of exceptions that quote what they could not handle. So, unless
HEARTH_DEBUG is set, of an exception that nobody expected only its type and its places in our code are written.
"""

import logging
import os
import re
import sys
import traceback
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from hearth.engine import paths

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_HIDDEN = "[redacted]"
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
    handler: logging.Handler
    try:
        folder = paths.private(paths.log_dir())
        handler = _SharedFile(folder / name, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    except OSError:
        handler = _STDERR
    debug = is_debug()
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s[%(process)d]: %(message)s", debug))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.raiseExceptions = debug  # a full disk must not fill the editor's own log with our tracebacks
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    if not debug:
        for library in ("pygls", "httpx", "httpcore", "ollama", "asyncio"):
            # pygls logs whole messages, which contain the user's code; HTTP libraries log addresses.
            logging.getLogger(library).setLevel(logging.CRITICAL)


def where() -> str:
    """Where what is logged can be read, for the user."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler):
            return handler.baseFilename
    return "the error output of this program (your editor keeps that of the language server)"


def is_debug() -> bool:
    return bool(os.environ.get("HEARTH_DEBUG"))


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
    """Takes secrets out of what is written, and the words of unexpected exceptions unless `debug`."""

    def __init__(self, layout: str, debug: bool = False) -> None:
        super().__init__(layout)
        self._debug = debug

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))

    def formatException(self, ei: ExcInfo) -> str:
        if self._debug or ei[0] is None or ei[1] is None:
            return super().formatException(ei)
        places: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None and len(places) < 8:
            places.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__name__)
            error = error.__cause__ or error.__context__
        return "\n".join(reversed(places))


class _SharedFile(RotatingFileHandler):
    """Several windows write one log: after another one rotated it, continue in the new file."""

    def shouldRollover(self, record: logging.LogRecord) -> int:
        self._follow()
        return super().shouldRollover(record)

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
        _STDERR.setFormatter(self.formatter)
        _STDERR.handle(record)


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
