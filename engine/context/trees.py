"""The one place where syntax trees are made: within bounds of length, nesting and time.

A grammar is native code that others wrote. It holds the interpreter's lock, has no limit of its own, and where it
crashes it takes the process along. So a text that nests too deeply is not given to it, one that takes too long is
given up, and one that crashed it once is left alone. All that costs is a tree; completions do without one.
"""

import asyncio
import time

import tree_sitter

from engine import languages
from engine.context import crashed, nests
from engine.languages import Language

Tree = tree_sitter.Tree

MAX_BYTES = 512 * 1024
# Seconds of processor time: on an event loop, where somebody waits for a key, and in a thread of its own.
QUICK = 0.06
PATIENT = 1.0
_PIECE = 4096  # bytes


def patience() -> float:
    """Seconds of processor time that one tree may take where this is asked."""
    return PATIENT if asyncio._get_running_loop() is None else QUICK


def make(source: bytes, language: Language, old: Tree | None = None, name: str = "") -> Tree | None:
    """The tree of a text; None without a grammar, or where the text is too much for it.

    `old` is the tree of an earlier text that was told of every edit since. `name` says whose text it is, a path or
    a URI.
    """
    grammar = languages.grammar(language)
    if grammar is None or len(source) > MAX_BYTES or nests.too_deep(source, language):
        return None
    text = crashed.text_of(source, language, name)
    if not crashed.memory().is_safe(text):
        return None
    with crashed.memory().noting(text):
        return _parsed(source, grammar, old, time.thread_time() + patience())


def _parsed(source: bytes, grammar: tree_sitter.Language, old: Tree | None, until: float) -> Tree | None:
    parser = tree_sitter.Parser(grammar)  # one for each call: a parser cannot serve two threads

    def read(byte: int, point: object) -> bytes:
        # Also asked for the text of each node that a query compares. A memoryview would crash the bindings there.
        return source[byte : byte + _PIECE]

    def is_late(byte: int, has_error: bool) -> bool:
        return time.thread_time() > until  # asked every hundred steps; other threads get their turn meanwhile

    try:
        if old is not None:
            return parser.parse(read, old, progress_callback=is_late)
        return parser.parse(read, progress_callback=is_late)
    except ValueError:  # it was late
        return None
