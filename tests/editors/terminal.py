"""Drive a terminal program through a pseudo terminal: keys in, what it drew as plain text out."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import found_in_time

PATIENCE = 90.0  # seconds until something that should be drawn is given up
_CONTROL = re.compile(
    r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[PX^_].*?\x1b\\|[()][0-9A-B]|.)", re.DOTALL
)


@dataclass
class Terminal:
    master: int
    drawn: str = ""

    def press(self, keys: str) -> None:
        """Send keys as bytes; what was drawn before them is forgotten."""
        self._read(0.05)
        self.drawn = ""
        os.write(self.master, keys.encode())

    def until(self, text: str) -> None:
        """Wait until `text` is drawn (in one go: a program may draw changed cells only)."""
        self.until_true(lambda: text in _CONTROL.sub("", self.drawn), f"drawn: {text!r}")

    def until_true(self, condition: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"never {what}\n{_CONTROL.sub(' ', self.drawn)}")
            self._read(0.1)

    def _read(self, seconds: float) -> None:
        while select.select([self.master], [], [], seconds)[0]:
            try:
                self.drawn += os.read(self.master, 65536).decode(errors="replace")
            except OSError:  # the program ended
                return


@contextmanager
def running(argv: list[str], env: Mapping[str, str], folder: Path) -> Iterator[Terminal]:
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe(argv[0], argv, {**os.environ, "TERM": "xterm-256color", **env})
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    try:
        yield Terminal(master)
    finally:
        os.close(master)  # hangs up: an editor ends then
        _reap(pid)


def _reap(pid: int) -> None:
    if not found_in_time(lambda: os.waitpid(pid, os.WNOHANG)[0], 5):
        os.kill(pid, 9)
        os.waitpid(pid, 0)
