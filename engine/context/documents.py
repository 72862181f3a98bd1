"""The open documents, kept in step with the editor edit by edit."""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from threading import RLock

from engine import languages
from engine.context import code as codes
from engine.context import symbols
from engine.context.changes import Change
from engine.context.code import Code
from engine.types import Snapshot

LineEnds = ("\r\n", "\n", "\r")  # the only ones that the LSP knows; not those of str.splitlines


@dataclass
class Document:
    """One open document. Change it through `apply` and `replace` only; any thread may ask for `code`."""

    uri: str
    text: str
    language: str = "plaintext"
    path: str | None = None
    version: int = 0
    _starts: list[int] | None = field(default=None, repr=False, compare=False)
    _code: Code | None = field(default=None, repr=False, compare=False)
    _stale_tree: codes.Tree | None = field(default=None, repr=False, compare=False)
    _change: Change[symbols.Symbols] | None = field(default=None, repr=False, compare=False)
    _lock: RLock = field(default_factory=RLock, repr=False, compare=False)

    def apply(self, start: int, end: int, new_text: str) -> None:
        """Replace the characters in `start:end` (offsets) by `new_text`."""
        with self._lock:
            old = self.text
            self._note(start, end, len(new_text))
            if self._stale_tree is not None:
                self._stale_tree = codes.edited(self._stale_tree, old, start, end, new_text)
            self.text = old[:start] + new_text + old[end:]
            if self._starts is not None:
                self._starts = _shifted(self._starts, self.text, start, end, new_text)
            self._code = None

    def replace(self, text: str) -> None:
        """Take a whole new text."""
        with self._lock:
            self.text = text
            self._starts = self._code = self._stale_tree = self._change = None

    @property
    def line_starts(self) -> list[int]:
        """The offset of each line's first character."""
        if self._starts is None:
            self._starts = line_starts(self.text)
        return self._starts

    @property
    def code(self) -> Code:
        """The text with its tree, parsed when first asked for and then only where it changed."""
        with self._lock:
            if self._code is None:
                language = languages.language_of(self.language, self.path)
                self._code = codes.parse(self.text, language, self._stale_tree)
                self._expect_symbols(self._code)
                self._stale_tree = self._code.tree
            return self._code

    @property
    def tree(self) -> codes.Tree | None:
        """The syntax tree of the text as it is now; None where the language is unknown."""
        return self.code.tree

    def snapshot(self) -> Snapshot:
        return Snapshot(self.uri, self.text, self.language, self.path, self.version)

    def _note(self, start: int, end: int, length: int) -> None:
        """Keep track of what changes since the symbols were last asked for."""
        known = symbols.known_symbols(self._code) if self._code else None
        if known is not None:
            self._change = Change(known, start, end, 0)
        if self._change is not None:
            self._change = self._change.then(start, end, length)

    def _expect_symbols(self, code: Code) -> None:
        if self._change is None or self._stale_tree is None or code.tree is None:
            return
        for stretch in self._stale_tree.changed_ranges(code.tree):
            start, end = code.offset(stretch.start_byte), code.offset(stretch.end_byte)
            self._change = self._change.with_stretch(start, end)
        symbols.expect(code, self._change)


def line_starts(text: str) -> list[int]:
    """Offsets of the first character of each line; always at least `[0]`."""
    if "\r" in text:
        # The same length, and every line now ends in "\n".
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    return [0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1])]


def _shifted(starts: list[int], text: str, start: int, end: int, new_text: str) -> list[int]:
    """The line starts of `text`, given those from before `start:end` became `new_text`.

    Lines are looked at anew from the one before the edit, as an edit may join or part a CR and its LF.
    """
    first = max(0, bisect_right(starts, start) - 2)
    rest = bisect_right(starts, end)
    shift = len(new_text) - (end - start)
    base = starts[first]
    stop = starts[rest] + shift if rest < len(starts) else len(text)
    anew = [base + offset for offset in line_starts(text[base:stop])]
    if rest == len(starts):
        return starts[:first] + anew
    return starts[:first] + anew[:-1] + ([s + shift for s in starts[rest:]] if shift else starts[rest:])
