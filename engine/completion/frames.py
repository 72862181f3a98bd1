"""Frozen frames: how a keystroke is made to cost only what was typed.

A frame freezes the text above the cursor's line and the text below the cursor. What is typed from then on
goes behind the MID token, over several lines, through Enter and backspace, so that the prompt only grows at
its end and the KV cache of everything before stays valid. A frame is stale when the text outside of what is
being typed has changed, the cursor is elsewhere, or too much was typed.
"""

import re
from dataclasses import dataclass, replace

from hearth.engine.completion.tail import only_closers, tail_at
from hearth.engine.languages import language_of
from hearth.engine.secrets.finding import has_block
from hearth.engine.secrets.hiding import secret_around, seen_by_model, seen_near
from hearth.engine.text import CHARS_PER_TOKEN, start_of_line
from hearth.engine.types import ContextFile, FimPrompt, Snapshot

# Window starts move in steps of this part of the window: one that moved with every line would be evaluated again.
_STEPS = 4
_MAX_HEAD = 300  # characters of the cursor's line that a new frame lets stand behind MID
MAX_TYPED = 700  # characters behind MID; more belongs into the text above
_BEFORE_TYPED = 200  # characters; the name of a secret may stand on the line above its value
_MAX_BETWEEN = 400  # characters an editor may insert right of the cursor by itself


@dataclass(frozen=True, slots=True)
class Budget:
    """Sizes of the windows, in tokens."""

    prefix: int
    suffix: int


@dataclass(frozen=True, slots=True)
class Frame:
    """`left` and `right` are the whole texts outside, for comparison; `above` and `below` the windows of them.

    `before` is what stands above the document in others; its end are the first `lead` characters of `above`.
    """

    left: str
    right: str
    above: str
    below: str
    context: tuple[ContextFile, ...] = ()
    path: str = ""
    before: str = ""
    lead: int = 0

    def typed_in(self, snapshot: Snapshot, offset: int) -> str | None:
        """The same as `typed`, also None where something else stands above the document by now."""
        return self.typed(snapshot.text, offset) if snapshot.above == self.before else None

    def typed(self, text: str, offset: int) -> str | None:
        """What was typed in this frame left of the cursor, or None when the frame is stale."""
        if offset < len(self.left) or offset > len(text) - len(self.right):
            return None
        if offset - len(self.left) > MAX_TYPED:
            return None
        if not text.startswith(self.left) or not text.endswith(self.right):
            return None
        between = text[offset : len(text) - len(self.right)]
        if len(between) > _MAX_BETWEEN or not only_closers(between):
            return None
        return text[len(self.left) : offset]

    @property
    def window(self) -> tuple[int, int]:
        """The offsets between which the prompt shows the file."""
        start = len(self.left) - len(self.above) + self.lead
        return start, len(self.left) + len(self.below)

    def prompt(self, typed: str, begun: str = "") -> FimPrompt:
        """`begun` is the end of `typed` that the model is not shown, but to say again."""
        typed = self._seen(typed)[: len(typed) - len(begun)]
        return FimPrompt(self.above, self.below, typed, self.path, self.context, begun)

    def _seen(self, typed: str) -> str:
        """What was typed, as a model may see it: with the lines above, where a secret may begin."""
        before = self.above if has_block(self.above) else self.above[-_BEFORE_TYPED:]
        return seen_by_model(before + typed)[len(before) :]


def frame_at(text: str, offset: int, budget: Budget, path: str = "", before: str = "") -> Frame:
    """A new frame for a cursor at `offset`, without what the editor closed right of it: the answer has its own.

    Where the text above leaves room, the end of `before` stands above it.
    Keys and passwords in the text are hidden before the windows are cut: half a private key is one too.
    """
    start = _typed_start(text, offset)
    tail = tail_at(text, offset)
    right_start = offset + len(tail.text) if tail.is_closed else offset
    most = int(budget.prefix * CHARS_PER_TOKEN)
    begin = _window_start(text, start, most)
    lead = _end_of(before, most - start) if begin == 0 else ""
    end = _window_end(text, right_start, int(budget.suffix * CHARS_PER_TOKEN))
    seen = seen_near(text, begin, end)
    return Frame(
        left=text[:start],
        right=text[right_start:],
        above=lead + seen[begin:start],
        below=seen[right_start:end],
        path=path,
        before=before,
        lead=len(lead),
    )


def displayed_path(snapshot: Snapshot) -> str:
    """The last two parts of the path, with the suffix of its language: enough to tell that and the subject."""
    path = (snapshot.path or snapshot.uri.partition(":")[2].partition("#")[0]).replace("\\", "/")
    name = "/".join(path.split("/")[-2:])
    language = language_of(snapshot.language)
    if language is None or language_of("", name) is not None:
        return name
    suffix = next(iter(language.suffixes), "")
    return f"{name.removesuffix('.ipynb')}{suffix}"  # a new file without a name, a cell of a notebook


def with_context(frame: Frame, context: tuple[ContextFile, ...]) -> Frame:
    return replace(frame, context=context)


def _typed_start(text: str, offset: int) -> int:
    """Where what counts as typed begins: at the line's start, in a long line at the border of a sentence or word.

    Never inside of a secret: half a key would not be known for one.
    """
    line_start = start_of_line(text, offset)
    if offset - line_start <= MAX_TYPED // 2:
        return line_start
    nearest = max(line_start, offset - _MAX_HEAD)
    for border in (r"[.!?;]\s", r"[;{}]", r"[,\s]"):
        found = re.search(border, text[nearest : offset - 1])
        if found and secret_around(text, nearest + found.end()) is None:
            return nearest + found.end()
    return max(line_start, nearest if (secret := secret_around(text, nearest)) is None else secret)


def _window_start(text: str, line_start: int, size: int) -> int:
    """Where the text above begins: at a line, at most `size` characters above, at least three quarters of it."""
    if line_start <= size:
        return 0
    step = max(1, size // _STEPS)
    border = -((size - line_start) // step) * step
    start = text.find("\n", border - 1) + 1
    if 0 < start <= line_start:
        return start
    between_words = re.search(r"\s", text[border : border + _MAX_HEAD])
    return border + (between_words.end() if between_words else 0)  # a line longer than the window is cut


def _end_of(text: str, size: int) -> str:
    """As much of the end of a text as a model may see, in at most that many characters."""
    if not text or size <= 0:
        return ""
    begin = _window_start(text, len(text), size)
    return seen_near(text, begin, len(text))[begin:]


def _window_end(text: str, start: int, size: int) -> int:
    if len(text) - start <= size:
        return len(text)
    end = text.rfind("\n", start, start + size)
    return end if end > start else start + size
