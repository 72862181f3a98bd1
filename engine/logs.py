"""Logs on this disk: private, rotating, shared by several processes, without secrets, without code.

Code gets into logs through messages of exceptions that quote what they could not handle. So, unless
HEARTH_DEBUG is set, of an exception that nobody expected only its type and its places in our code are written.
"""

import logging
import os
import re
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from engine import paths

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
    """Send everything that is logged to `<log folder>/<name>`, of which two older ones are kept."""
    folder = paths.private(paths.log_dir())
    handler = _SharedFile(folder / name, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    debug = is_debug()
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s[%(process)d]: %(message)s", debug))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.raiseExceptions = debug  # a full disk must not fill the editor's own log with our tracebacks
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    if not debug:
        for library in ("pygls", "httpx", "httpcore", "openai", "ollama", "asyncio"):
            # pygls logs whole messages, which contain the user's code; HTTP libraries log addresses.
            logging.getLogger(library).setLevel(logging.CRITICAL)


def is_debug() -> bool:
    return bool(os.environ.get("HEARTH_DEBUG"))


def redacted(text: str) -> str:
    """`text` without what looks like a key, a token or a password."""
    from engine.secrets.finding import find  # its expressions are made when there is something to log

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
    """Several windows write one log: when another one has rotated it, go on in the new file."""

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
            stream.close()
            self.stream = self._open()

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).touch(mode=0o600)
        return super()._open()
