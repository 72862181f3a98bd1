"""The open documents, kept in step with the editor edit by edit."""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import accumulate
from threading import RLock
from typing import NamedTuple

from hearth.engine import languages
from hearth.engine.context import parsed, trees
from hearth.engine.context.changes import Change
from hearth.engine.context.parsed import ParsedText, nodes_around
from hearth.engine.context.symbols import Symbols, expect, known_symbols
from hearth.engine.text import start_of_line
from hearth.engine.types import Snapshot

# A longer text is not reparsed at every keystroke; the cursor's neighbourhood is: where everything is on one
# level (a table, generated code) an incremental parse costs as much as a whole one, 45 ms in 10,000 lines.
_LONG = 20_000  # characters
_AROUND = 4_000  # on both sides of the cursor, and at least a quarter of that while it moves
_OUTERMOST = re.compile(r"^\w", re.MULTILINE)
_ACROSS_LINES = re.compile("string|comment|heredoc|template")  # nodes in which an excerpt must not begin

_REST = 32  # edits without a tree after a text that was too much for the grammar; twice as many each time
_MAX_MISSED = 50  # edits while a thread parses

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


class Edit(NamedTuple):
    """`start:end` of a text became `new_text`."""

    text: str
    start: int
    end: int
    new_text: str


@dataclass
class Attempts:
    """The attempts to parse one document: those in progress, the edits since they began, and when to try again."""

    _under_way: int = 0
    _missed: list[Edit] = field(default_factory=list)
    _failed: float = 0.0  # seconds of the most patient one that failed
    _failures: int = 0
    _rest: int = 0  # edits until the next

    def is_due(self, seconds: float) -> bool:
        """Whether to try now: not soon after an attempt that had as much time and failed."""
        return seconds > self._failed or self._rest <= 0

    def begin(self) -> int:
        self._under_way += 1
        self._rest = _REST << min(self._failures, 6)  # should it fail
        return len(self._missed)

    def end(self, attempt: int, seconds: float, is_parsed: bool) -> list[Edit] | None:
        """The edits since it began; None where those are too many."""
        self._under_way -= 1
        self._failures = 0 if is_parsed else self._failures + 1
        self._failed = 0.0 if is_parsed else max(seconds, self._failed)
        missed = self._missed[attempt:] if len(self._missed) < _MAX_MISSED else None
        if not self._under_way:
            self._missed = []
        return missed

    def edited(self, edit: Edit) -> None:
        self._rest -= 1
        if self._under_way and len(self._missed) < _MAX_MISSED:
            self._missed.append(edit)


@dataclass
class Document:
    """One open document. Change it through `apply` and `replace` only; any thread may ask for `code`.

    `above` tells what stands above it in other documents, as those are now; on the event loop.
    """

    uri: str
    text: str
    language: str = "plaintext"
    path: str | None = None
    version: int = 0
    above: Callable[[], str] = field(default=lambda: "", repr=False, compare=False)
    _starts: list[int] | None = field(default=None, repr=False, compare=False)
    _code: ParsedText | None = field(default=None, repr=False, compare=False)
    _stale_tree: parsed.Tree | None = field(default=None, repr=False, compare=False)
    _new_to_tree: int = field(default=0, repr=False, compare=False)  # characters
    _change: Change[Symbols] | None = field(default=None, repr=False, compare=False)
    _excerpt: Excerpt | None = field(default=None, repr=False, compare=False)
    _attempts: Attempts = field(default_factory=Attempts, repr=False, compare=False)
    _lock: RLock = field(default_factory=RLock, repr=False, compare=False)

    def apply(self, start: int, end: int, new_text: str) -> None:
        """Replace the characters in `start:end` (offsets) by `new_text`."""
        with self._lock:
            old = self.text
            self._note(start, end, len(new_text))
            edit = Edit(old, start, end, new_text)
            self._attempts.edited(edit)
            if self._stale_tree is not None:
                self._tell_tree(edit)
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
        other._attempts = Attempts()
        other.apply(start, end, new_text)
        return other

    def replace(self, text: str) -> None:
        """Take a whole new text."""
        with self._lock:
            self.text = text
            self._starts = self._code = self._stale_tree = self._change = self._excerpt = None
            self._attempts = Attempts()

    @property
    def line_starts(self) -> list[int]:
        """The offset of each line's first character."""
        if self._starts is None:
            self._starts = line_starts(self.text)
        return self._starts

    @property
    def code(self) -> ParsedText:
        """The text with its tree, parsed when first asked for and then only where it changed.

        On an event loop there is less time for it than in a thread (`trees.patience`): a long text that no thread
        has parsed yet has no tree there. While a thread parses, nobody waits for it.
        """
        with self._lock:
            attempts, seconds = self._attempts, trees.patience()
            known, text, old = self._code, self.text, self._stale_tree
            if known is not None and (known.tree is not None or not attempts.is_due(seconds)):
                return known
            language = languages.language_of(self.language, self.path)
            if not attempts.is_due(seconds):
                self._code = ParsedText(text, language, name=self.uri)
                return self._code
            attempt = attempts.begin()
        code = parsed.parse(text, language, old, self.uri)
        with self._lock:
            missed = attempts.end(attempt, seconds, code.tree is not None)
            if attempts is self._attempts:
                self._take(code, missed)
        return code

    def _take(self, code: ParsedText, missed: "list[Edit] | None") -> None:
        """Keep the parsed text, updated with the edits made in the meantime; `missed` is None if there were too
        many.
        """
        if missed == []:
            self._expect_symbols(code)
            self._code = code
        if code.tree is not None and missed is not None:
            self._stale_tree, self._new_to_tree = code.tree, 0
            for edit in missed:
                self._tell_tree(edit)

    def _tell_tree(self, edit: Edit) -> None:
        """Tell the tree of the edit; drop the tree when so much is new that it has to be tried first."""
        self._new_to_tree += len(edit.new_text)
        known = self._stale_tree if self._new_to_tree < trees.STEP else None
        self._stale_tree = parsed.edited(known, *edit) if known is not None else None

    @property
    def tree(self) -> parsed.Tree | None:
        """The syntax tree of the text as it is now; None where there is no grammar, or it is too much for it."""
        return self.code.tree

    def code_near(self, offset: int) -> tuple[ParsedText, int]:
        """(what stands around `offset` with its tree, where that begins in the text); a short text as a whole."""
        if len(self.text) <= _LONG:
            return self.code, 0
        with self._lock:
            if self._excerpt is None or not self._excerpt.covers(offset, len(self.text)):
                self._excerpt = self._cut(offset)
            excerpt = self._excerpt
        return excerpt.document.code, excerpt.start

    def _cut(self, offset: int) -> Excerpt:
        """Lines around `offset`, if possible from one on that is not indented; of long lines a part."""
        start, end = max(0, offset - _AROUND), min(len(self.text), offset + _AROUND)
        if start > 0:
            start = self.text.find("\n", start, offset) + 1 or start
            outermost = _OUTERMOST.search(self.text, start, max(start, offset - _AROUND // 2))
            start = self._out_of_strings(outermost.start() if outermost else start)
        end = self.text.find("\n", end, end + _AROUND) + 1 or end
        return Excerpt(start, Document(self.uri, self.text[start:end], self.language, self.path))

    def _out_of_strings(self, start: int) -> int:
        """`start`, or where the string or comment begins that goes across it, unless that is far away."""
        if self._stale_tree is None:
            self.code  # noqa: B018  # parsed once; from then on every edit updates the tree
        if self._stale_tree is None:
            return start
        byte = parsed.byte_length(self.text[:start])
        around = nodes_around(self._stale_tree, byte, byte)
        across = [node for node in around if node.start_byte < byte and _ACROSS_LINES.search(node.type)]
        if not across:
            return start
        begin = len(parsed.encode(self.text)[: across[-1].start_byte].decode("utf-8", "replace"))
        begin = start_of_line(self.text, begin)
        return begin if start - begin <= 2 * _LONG else start

    def snapshot(self) -> Snapshot:
        return Snapshot(self.uri, self.text, self.language, self.path, self.version, self.above())

    def _note(self, start: int, end: int, length: int) -> None:
        """Keep track of what changes since the symbols were last asked for."""
        known = known_symbols(self._code) if self._code else None
        if known is not None:
            self._change = Change(known, start, end, 0)
        if self._change is not None:
            self._change = self._change.then(start, end, length)

    def _expect_symbols(self, code: ParsedText) -> None:
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

    Lines are recomputed from the one before the edit, because an edit may join or separate a CR and its LF.
    """
    first = max(0, bisect_right(starts, start) - 2)
    rest = bisect_right(starts, end)
    shift = len(new_text) - (end - start)
    base = starts[first]
    stop = starts[rest] + shift if rest < len(starts) else len(text)
    renewed = [base + offset for offset in line_starts(text[base:stop])]
    if rest == len(starts):
        return starts[:first] + renewed
    return starts[:first] + renewed[:-1] + ([s + shift for s in starts[rest:]] if shift else starts[rest:])
