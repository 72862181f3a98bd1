"""The one place where syntax trees are made: within bounds of length, nesting and time.

A grammar is native code that others wrote. It holds the interpreter's lock, has no limit of its own, and where it
crashes it takes the process along. So a text that nests too deeply is not given to it, one that takes too long is
given up, and one that crashed it once is left alone. All that costs is a tree; completions do without one.
"""

import asyncio
import time

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
STEEP = 0.02  # seconds that a step may spend at one stretch; with code it is 0.002
_PIECE = 4096  # bytes


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
        if old is None and not _is_flat(source, grammar, until):
            return None
        tree, _ = _parsed(source, grammar, until, old)
        return tree


def _is_flat(source: bytes, grammar: tree_sitter.Language, until: float) -> bool:
    """Whether the end of the text costs little: it is parsed as if it was typed, step by step.

    Where a grammar sees many meanings at once, as in `a<a<a<` (Java) or `* a= * a=` (JavaScript), to end there
    costs the square of their number, in memory too: gigabytes for 20 KB, at one stretch that nothing can stop.
    Step by step that is seen while it is small. Each tree is made of the one before.
    """
    tree, size, end = None, 0, (0, 0)
    while size + STEP < len(source):
        start, size = size, size + STEP
        rows = source.count(b"\n", start, size)
        below = (end[0] + rows, size - source.rfind(b"\n", start, size) - 1 if rows else end[1] + STEP)
        if tree is not None:
            tree.edit(start, start, size, end, end, below)
        end = below
        tree, longest = _parsed(source, grammar, until, tree, size)
        if tree is None or longest > STEEP or time.thread_time() > until:
            return False  # within one long word nobody asks whether it is late
    return True


def _parsed(
    source: bytes, grammar: tree_sitter.Language, until: float, old: Tree | None = None, size: int = MAX_BYTES
) -> tuple[Tree | None, float]:
    """The tree of the first `size` bytes, None when it is late; the seconds of the longest stretch of work."""
    parser = tree_sitter.Parser(grammar)  # one for each call: a parser cannot serve two threads
    longest, began = 0.0, time.thread_time()

    def read(byte: int, point: object) -> bytes:
        # Also asked for the text of each node that a query compares. A memoryview would crash the bindings there.
        return source[byte : min(byte + _PIECE, size)]

    def is_late(byte: int, has_error: bool) -> bool:
        nonlocal longest, began  # asked every hundred steps of the parser; other threads get their turn in between
        now = time.thread_time()
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
