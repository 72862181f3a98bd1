"""The one place where syntax trees are made: within bounds of length, nesting and time.

A grammar is native code that others wrote. It holds the interpreter's lock, has no limit of its own, and where it
crashes it takes the process along. So a text that nests too deeply is not given to it, one that takes too long is
given up, and one that crashed it once is left alone. All that costs is a tree; completions do without one.
"""

import asyncio
import time
from typing import NamedTuple

import tree_sitter

from hearth.engine import languages
from hearth.engine.context import crashed, nests
from hearth.engine.languages import Language

Tree = tree_sitter.Tree

MAX_BYTES = 512 * 1024
# Seconds of processor time: on an event loop, and in a thread of its own.
QUICK = 0.04
PATIENT = 0.5
STEP = 2048  # bytes that may be new to a tree without a try
_TRIAL = 4096  # bytes by which a new text grows; half of it costs C and C# seven times what a plain parse does
STEEP = 0.02  # seconds that a step may spend at one stretch; with code it is 0.002
_PIECE = 4096  # bytes
_GLANCE = 0.0005  # seconds between two looks at the thread's clock, which costs ten times as much as the wall's


def is_hurried() -> bool:
    """Whether this is asked on an event loop, where somebody waits for a key."""
    return asyncio._get_running_loop() is not None


def patience() -> float:
    """Seconds of processor time that one tree may take where this is asked."""
    return QUICK if is_hurried() else PATIENT


def make(
    source: bytes, language: Language, old: Tree | None = None, name: str = "", seconds: float = PATIENT
) -> Tree | None:
    """The tree of a text; None without a grammar, or where the text is too much for it.

    `old` is the tree of an earlier text that was told of every edit since, of `STEP` bytes at most. `name` says
    whose text it is, a path or a URI. `seconds` are of processor time, and never more than `patience`.
    """
    grammar = languages.grammar(language)
    if grammar is None or len(source) > MAX_BYTES or nests.too_deep(source, language):
        return None
    text = crashed.text_of(source, language, name)
    if not crashed.memory().is_safe(text):
        return None
    until = time.thread_time() + min(seconds, patience())
    with crashed.memory().noting(text):
        return _grown(source, grammar, until) if old is None else _parsed(source, grammar, until, old)[0]


def _grown(source: bytes, grammar: tree_sitter.Language, until: float) -> Tree | None:
    """The tree of a text that is new, made as if the text was typed, step by step; None where the end costs much.

    Where a grammar sees many meanings at once, as in `a<a<a<` (Java) or `* a= * a=` (JavaScript), to end there
    costs the square of their number, in memory too: gigabytes for 20 KB, at one stretch that nothing can stop.
    Step by step that is seen while it is small. Each tree is made of the one before, so all of them together cost
    not much more than the last.
    """
    size = min(_TRIAL, len(source))
    end = _Point(0, 0).after(source, 0, size)
    tree, longest = _parsed(source, grammar, until, None, size)
    while size < len(source):
        if tree is None or longest > STEEP or time.thread_time() > until:
            return None  # within one long word nobody asks whether it is late
        start, size = size, min(size + _TRIAL, len(source))
        below = end.after(source, start, size)
        tree.edit(start, start, size, end, end, below)
        end = below
        tree, longest = _parsed(source, grammar, until, tree, size)
    return tree


class _Point(NamedTuple):
    """Where a byte stands: its line, and the bytes in front of it there."""

    row: int
    column: int

    def after(self, source: bytes, start: int, end: int) -> "_Point":
        """The place of `end`, where this is that of `start`."""
        rows = source.count(b"\n", start, end)
        column = end - source.rfind(b"\n", start, end) - 1 if rows else self.column + end - start
        return _Point(self.row + rows, column)


def _parsed(
    source: bytes, grammar: tree_sitter.Language, until: float, old: Tree | None = None, size: int = MAX_BYTES
) -> tuple[Tree | None, float]:
    """The tree of the first `size` bytes, None when it is late; the seconds of the longest stretch of work."""
    parser = tree_sitter.Parser(grammar)  # one for each call: a parser cannot serve two threads
    longest, began, looked = 0.0, time.thread_time(), time.monotonic()

    def read(byte: int, point: object) -> bytes:
        # Also asked for the text of each node that a query compares. A memoryview would crash the bindings there.
        return source[byte : min(byte + _PIECE, size)]

    def is_late(byte: int, has_error: bool) -> bool:
        # Asked every hundred steps of the parser; other threads get their turn in between.
        nonlocal longest, began, looked
        if (glance := time.monotonic()) - looked < _GLANCE:
            return False
        looked, now = glance, time.thread_time()
        longest, began = max(longest, now - began), now
        return now > until

    try:
        if old is not None:
            tree = parser.parse(read, old, progress_callback=is_late)
        else:
            tree = parser.parse(read, progress_callback=is_late)
    except ValueError:  # it was late
        return None, longest
    return tree, max(longest, time.thread_time() - began)
