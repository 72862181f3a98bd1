"""The open documents, kept in step with the editor edit by edit."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import accumulate
from threading import RLock

from engine import languages
from engine.context import code as codes
from engine.context.changes import Change
from engine.context.code import Code
from engine.context.symbols import Symbols, expect, known_symbols
from engine.types import Snapshot

# A longer text is not parsed anew at every keystroke, but its neighbourhood is: where everything lies on one
# level (a table, generated code) an incremental parse costs as much as a whole one, 45 ms in 10,000 lines.
_LONG = 20_000  # characters
_AROUND = 4_000  # on both sides of the cursor, and at least a quarter of that while it moves
_OUTERMOST = re.compile(r"^\w", re.MULTILINE)
_ACROSS_LINES = re.compile("string|comment|heredoc|template")  # nodes in which an excerpt must not begin

LineEnds = ("\r\n", "\n", "\r")  # the only ones that the LSP knows; not those of str.splitlines


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a long document, from `start` on, as a document of its own that is edited with it."""

    start: int
    document: "Document"

    @property
    def end(self) -> int:
        return self.start + len(self.document.text)

    def covers(self, offset: int, length: int) -> bool:
        """Whether enough stands here around an offset of the whole text, which is so long."""
        margin = _AROUND // 4
        has_room = max(0, offset - margin) >= self.start and min(length, offset + margin) <= self.end
        return has_room and len(self.document.text) <= 4 * _AROUND

    def after(self, start: int, end: int, new_text: str) -> "Excerpt | None":
        """The excerpt once `start:end` of the whole text was replaced; None where that goes across its border."""
        if self.start <= start and end <= self.end:
            self.document.apply(start - self.start, end - self.start, new_text)
            return self
        if end <= self.start:
            return replace(self, start=self.start + len(new_text) - (end - start))
        return self if start >= self.end else None


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
    _change: Change[Symbols] | None = field(default=None, repr=False, compare=False)
    _excerpt: Excerpt | None = field(default=None, repr=False, compare=False)
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
            if self._excerpt is not None:
                self._excerpt = self._excerpt.after(start, end, new_text)
            self._code = None

    def variant(self, start: int, end: int, new_text: str) -> "Document":
        """What it would be with `start:end` replaced, parsed only there; the document itself stays as it is."""
        with self._lock:
            excerpt = self._excerpt
            if excerpt is not None:
                excerpt = replace(excerpt, document=excerpt.document.variant(0, 0, ""))
            other = replace(self, _excerpt=excerpt, _lock=RLock())
        other.apply(start, end, new_text)
        return other

    def replace(self, text: str) -> None:
        """Take a whole new text."""
        with self._lock:
            self.text = text
            self._starts = self._code = self._stale_tree = self._change = self._excerpt = None

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

    def code_near(self, offset: int) -> tuple[Code, int]:
        """(what stands around `offset` with its tree, where that begins in the text); a short text as a whole."""
        with self._lock:
            if len(self.text) <= _LONG:
                return self.code, 0
            if self._excerpt is None or not self._excerpt.covers(offset, len(self.text)):
                self._excerpt = self._cut(offset)
            return self._excerpt.document.code, self._excerpt.start

    def _cut(self, offset: int) -> Excerpt:
        """Whole lines around `offset`, beginning with one that is not indented where there is one."""
        start, end = max(0, offset - _AROUND), min(len(self.text), offset + _AROUND)
        if start > 0:
            start = self.text.find("\n", start, offset) + 1 or start
            outermost = _OUTERMOST.search(self.text, start, max(start, offset - _AROUND // 2))
            start = self._out_of_strings(outermost.start() if outermost else start)
        end = self.text.find("\n", end) + 1 or len(self.text)
        return Excerpt(start, Document(self.uri, self.text[start:end], self.language, self.path))

    def _out_of_strings(self, start: int) -> int:
        """`start`, or where the string or comment begins that goes across it."""
        if self._stale_tree is None:
            self.code  # noqa: B018  # parsed once; from then on the tree is told of every edit
        source = codes.encode(self.text)
        byte = codes.byte_length(self.text[:start])
        node = self._stale_tree.root_node.descendant_for_byte_range(byte, byte) if self._stale_tree else None
        while node is not None:
            if node.start_byte < byte and _ACROSS_LINES.search(node.type):
                start = len(source[: node.start_byte].decode("utf-8", "replace"))
                start = self.text.rfind("\n", 0, start) + 1
            node = node.parent
        return start

    def snapshot(self) -> Snapshot:
        return Snapshot(self.uri, self.text, self.language, self.path, self.version)

    def _note(self, start: int, end: int, length: int) -> None:
        """Keep track of what changes since the symbols were last asked for."""
        known = known_symbols(self._code) if self._code else None
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
        expect(code, self._change)


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
