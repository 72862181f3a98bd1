"""Where a completion ends. Every token that is not generated is time saved, and text not shown that was wrong.

`Answer` takes the model's pieces as they come and asks each of `RULES` after every piece whether the answer
is complete. Rules see text only (no tokens, no tree), so they work for every backend. White space never
counts when answers are compared with the text below: models indent as they like.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from engine.types import StopPolicy

Mode = Literal["line", "block", "span"]
CLOSERS = ")]}"
OPENERS = "([{"
BLANKS = " \t\r\n"
_STEP = 8  # characters between two looks at the rules, for servers that send long pieces
# Measured on spans of real code (0.5B): in the middle of the missing text the model gives its end tokens a
# probability over this at 1 of 200 places, at its real end at 2 of 3.
LIKELY_END = 0.005
# Shorter lines than this (without white space) also stand in answers by chance: `}`, `else:`, `return x`.
_DISTINCTIVE = 10


@dataclass
class Answer:
    """A growing answer. Feed it with `push` until `stopped`, then take the remainder from `finish`.

    What `push` and `finish` return, joined, is the answer: whole lines as soon as no rule can take them back.
    """

    policy: StopPolicy
    text: str = ""
    reason: str = ""
    _settled: int = field(default=0, repr=False)
    _likely_end: int = field(default=-1, repr=False)
    _likelihood: float = field(default=0.0, repr=False)

    @property
    def stopped(self) -> bool:
        return bool(self.reason)

    @property
    def unsettled(self) -> str:
        """The end that a rule may still take back."""
        return self.text[self._settled :]

    def push(self, piece: str) -> str:
        """Append `piece`; return the text that is certain by now (often empty)."""
        for start in range(0, len(piece), _STEP):
            if self.stopped:
                return ""
            self.text += piece[start : start + _STEP]
            self._apply_rules()
        return "" if self.stopped else self._settle(_certain_end(self.text, self.policy))

    def may_end_here(self, likelihood: float) -> None:
        """The model would end here with this probability; worth knowing when it runs on instead."""
        if likelihood > max(self._likelihood, LIKELY_END):
            self._likelihood, self._likely_end = likelihood, len(self.text)

    def finish(self) -> str:
        """End the answer and return what is left of it, without what stands below the cursor anyway."""
        whole = self.text
        if self._likely_end >= 0 and self.reason not in DECIDED:
            self.text = self.text[: max(self._likely_end, self._settled)]
        for trim in TRIMS:
            self.text = self.text[: max(trim(self.text, self.policy), self._settled)]
        if whole != self.text and not self.reason:
            self.reason = "trimmed"
        return self._settle(len(self.text))

    def _apply_rules(self) -> None:
        for name, rule in RULES:
            cut = rule(self.text, self.policy)
            if cut is not None:
                self.text = self.text[: max(cut, self._settled)]
                self.reason = name
                return

    def _settle(self, end: int) -> str:
        settled = self.text[self._settled : end]
        self._settled = max(end, self._settled)
        return settled


def policy_at(text: str, offset: int, mode: Mode, comment: str = "", max_lines: int = 12) -> StopPolicy:
    """The policy for a cursor at `offset` of `text`. Cost does not depend on the length of the text."""
    line_start = text.rfind("\n", 0, offset) + 1
    line_end = text.find("\n", offset)
    line_end = len(text) if line_end < 0 else line_end
    above = [line for line in text[max(0, line_start - 4000) : line_start].split("\n") if line.strip()]
    below = [line for line in text[line_end + 1 : line_end + 4000].split("\n") if line.strip()]
    return StopPolicy(
        mode=mode,
        head=text[line_start:offset],
        tail=text[offset:line_end].rstrip("\r"),
        above=tuple(reversed(above[-4:])),
        below=tuple(line.rstrip("\r") for line in below[:4]),
        comment=comment,
        max_lines=max_lines,
    )


# Rules: the answer so far -> the offset at which it is complete, or None to go on.


def marks(text: str, policy: StopPolicy) -> int | None:
    """The model wrote one of its own marks, or a Markdown fence, as text."""
    found = re.search(r"<\|[a-z_]+\|?>|<fim_|<｜|^```|\n```", text)
    return found.start() if found else None


def text_below(text: str, policy: StopPolicy) -> int | None:
    """The answer has reached the text that stands right of or below the cursor already."""
    if policy.tail.strip():
        found = _find_packed(text, _needle((policy.tail, *policy.below)), anywhere=True)
        return None if found is None else _without_blanks_of(policy.tail, text, found)
    if not policy.below:
        return None
    return _find_packed(text, _needle(policy.below), anywhere=False)


def line_completed(text: str, policy: StopPolicy) -> int | None:
    """A line of the answer ends with all that stands right of the cursor: it has completed the cursor's line."""
    tail = policy.tail.strip()
    if len(tail) < 3 and not any(char.isalnum() for char in tail):
        return None
    for start, line in _lines(text)[:-1]:
        if line.rstrip().endswith(tail):
            return _without_blanks_of(policy.tail, text, start + len(line.rstrip()) - len(tail))
    return None


def line_end(text: str, policy: StopPolicy) -> int | None:
    """A single-line answer ends with its first line that says something."""
    if policy.mode != "line":
        return None
    said = len(text) - len(text.lstrip(BLANKS))
    if said == len(text):
        return _runs_empty(text)
    end = text.find("\n", said)
    if end < 0:
        return None
    if policy.tail.strip() and not policy.head.strip():
        return end + 1  # a whole line in front of the one that begins at the cursor
    return len(text[:end].rstrip("\r"))


def block_end(text: str, policy: StopPolicy) -> int | None:
    """A block ends where the text is indented less than the block, its own closing bracket included."""
    if policy.mode != "block":
        return None
    if not text.strip():
        return _runs_empty(text)
    opened_above = bool(policy.head.strip())
    base = _first_indent(text, policy)
    blank_before = False
    for start, line in _lines(text)[1:]:
        if not line.strip():
            blank_before = True
            continue
        is_last = start + len(line) == len(text)
        if is_last and not line.strip(BLANKS + CLOSERS):
            return None  # an indentation or closers that may still go on
        if _indent(line) > base or (_indent(line) == base and not opened_above and not blank_before):
            blank_before = False
            continue
        closes = line.strip()[0] in CLOSERS and bracket_depth(policy.head + text[:start]) > 0
        if not closes or blank_before or _indent(line) < base:
            return _end_of_previous_line(text, start)
        if is_last:
            return None
        return start + len(line)
    return None


def span_end(text: str, policy: StopPolicy) -> int | None:
    """What is missing between two texts is nowhere indented less than both, and stays in the outermost block."""
    if policy.mode != "span":
        return None
    if not text.strip():
        return _runs_empty(text)
    first = _first_indent(text, policy)
    base = max(min(1, first), min([first, *(_indent(line) for line in policy.below[:1])]))
    for start, line in _lines(text)[1:]:
        is_last = start + len(line) == len(text)
        if line.strip() and _indent(line) < base and not (is_last and not line.strip(BLANKS + CLOSERS)):
            return _end_of_previous_line(text, start)
    return None


def repetition(text: str, policy: StopPolicy) -> int | None:
    """The model says the same lines again, or goes round in a loop inside one line."""
    loop = re.search(r"(.{6,60}?)\1{3}$", text[-260:], re.DOTALL)
    if loop and loop.group(1).strip():
        return len(text) - len(loop.group(0)) + len(loop.group(1))
    complete = [(start, line.strip()) for start, line in _lines(text)[:-1] if line.strip()]
    if len(complete) >= 3 and complete[-1][1] == complete[-2][1] == complete[-3][1]:
        return _end_of_previous_line(text, complete[-2][0])
    for at in range(1, len(complete)):
        pair = (complete[at - 1][1], complete[at][1])
        if len("".join(pair)) >= _DISTINCTIVE and pair == tuple(line.strip() for line in policy.above[1::-1]):
            return _end_of_previous_line(text, complete[at - 1][0])
    return None


def comment_run(text: str, policy: StopPolicy) -> int | None:
    """Code was asked for and the model lectures: more than two comment lines in a row."""
    if not policy.comment or policy.head.lstrip().startswith(policy.comment):
        return None
    run: list[int] = []
    for start, line in _lines(text)[:-1]:
        run = [*run, start] if line.lstrip().startswith(policy.comment) else []
        if len(run) == 3:
            return _end_of_previous_line(text, run[0])
    return None


def too_long(text: str, policy: StopPolicy) -> int | None:
    """As many lines as a suggestion may have."""
    starts = [start for start, line in _lines(text)[:-1] if line.strip()]
    if len(starts) < policy.max_lines:
        return None
    return _end_of_previous_line(text, text.find("\n", starts[policy.max_lines - 1]) + 1)


Rule = Callable[[str, StopPolicy], int | None]

# The rules that find a certain end; after the others, and at the token limit, the model has run on.
DECIDED = ("text_below", "line_completed", "line_end", "block_end", "eog")

RULES: tuple[tuple[str, Rule], ...] = (
    ("mark", marks),
    ("text_below", text_below),
    ("line_completed", line_completed),
    ("line_end", line_end),
    ("block_end", block_end),
    ("span_end", span_end),
    ("repetition", repetition),
    ("comment_run", comment_run),
    ("too_long", too_long),
)


# Trims: the finished answer -> how much of it to keep.


def lines_below(text: str, policy: StopPolicy) -> int:
    """Keep what comes before last lines that are the next lines below, indentation included."""
    if policy.tail.strip():
        return len(text)
    lines = [(start, line) for start, line in _lines(text)[1:] if line.strip()]
    for size in range(min(len(lines), len(policy.below)), 0, -1):
        said = [(_indent(line), line.strip()) for _, line in lines[-size:]]
        if said == [(_indent(line), line.strip()) for line in policy.below[:size]]:
            return _end_of_previous_line(text, lines[-size][0])
    return len(text)


def overlap_with_below(text: str, policy: StopPolicy) -> int:
    """Keep what comes before the longest end of the answer that the text right of the cursor begins with.

    Closing brackets are left alone: whether they are doubled depends on what the answer opens, and the ones
    that the editor typed are replaced when the answer is inserted.
    """
    target = _packed("\n".join((policy.tail, *policy.below)))[0]
    packed, offsets = _packed(text)
    tail = _packed(policy.tail)[0]
    for size in range(min(len(packed), len(target)), 0, -1):
        if not packed.endswith(target[:size]):
            continue
        # A few characters agree by chance, unless they are all that is left of the cursor's line.
        if size < _DISTINCTIVE and (size != len(tail) or not tail.strip(CLOSERS + "\"'`;,")):
            return len(text)
        if not tail and text[: offsets[-size]].rpartition("\n")[2].strip():
            return len(text)  # with nothing right of the cursor only whole lines can be a repetition
        return _without_blanks_of(policy.tail, text, offsets[-size])
    return len(text)


def trailing_space(text: str, policy: StopPolicy) -> int:
    """Blanks count only in front of what follows on the same line."""
    return len(text) if policy.tail.strip() else len(text.rstrip(BLANKS))


Trim = Callable[[str, StopPolicy], int]
TRIMS: tuple[Trim, ...] = (trailing_space, lines_below, overlap_with_below, trailing_space)


def bracket_depth(text: str) -> int:
    """Open brackets minus closed ones; strings and comments are not told apart."""
    return sum(text.count(char) for char in OPENERS) - sum(text.count(char) for char in CLOSERS)


def _needle(lines: tuple[str, ...]) -> str:
    """So much of the lines, packed, that finding it is no accident; empty when there is not enough."""
    needle = ""
    for line in lines:
        needle += _packed(line)[0]
        if len(needle) >= _DISTINCTIVE:
            return needle
    return ""


def _find_packed(text: str, needle: str, anywhere: bool) -> int | None:
    """The offset in `text` where `needle` begins, white space aside; only at line starts unless `anywhere`."""
    if not needle:
        return None
    packed, offsets = _packed(text)
    at = packed.find(needle)
    while at >= 0:
        start = offsets[at]
        line_start = text.rfind("\n", 0, start) + 1
        if anywhere:
            return start
        if not text[line_start:start].strip() and line_start > 0:
            return _end_of_previous_line(text, line_start)
        at = packed.find(needle, at + 1)
    return None


def _without_blanks_of(tail: str, text: str, end: int) -> int:
    """`end`, less the blanks before it that `tail` begins with: they stand right of the cursor already."""
    blanks = len(tail) - len(tail.lstrip(" \t"))
    before = len(text[:end]) - len(text[:end].rstrip(" \t"))
    return end - min(blanks, before)


def _packed(text: str) -> tuple[str, list[int]]:
    """The text without white space, and the offset of each remaining character."""
    offsets = [index for index, char in enumerate(text) if not char.isspace()]
    return "".join(text[index] for index in offsets), offsets


def _lines(text: str) -> list[tuple[int, str]]:
    """(offset, line without its end) of every line; the last one may still be growing."""
    lines: list[tuple[int, str]] = []
    start = 0
    for line in text.split("\n"):
        lines.append((start, line))
        start += len(line) + 1
    return lines


def _certain_end(text: str, policy: StopPolicy) -> int:
    """How much can be shown already: complete lines, but not the comments and repetitions at their end,
    which may become too many, nor what stands below the cursor anyway.
    """
    lines = _lines(text)[:-1]
    while lines and policy.comment and lines[-1][1].lstrip().startswith(policy.comment):
        lines.pop()
    while len(lines) > 1 and lines[-1][1].strip() == lines[-2][1].strip():
        lines.pop()
    # Neither is a line end, or a blank, certain before something follows it.
    certain = text[: lines[-1][0] + len(lines[-1][1])].rstrip(BLANKS) if lines else ""
    for trim in TRIMS:
        certain = certain[: trim(certain, policy)]
    return len(certain)


def _end_of_previous_line(text: str, line_start: int) -> int:
    return len(text[:line_start].rstrip("\r\n"))


def _first_indent(text: str, policy: StopPolicy) -> int:
    """The indentation of the line that the answer begins in; on an empty line that is the answer's own."""
    return _indent(policy.head if policy.head.strip() else policy.head + text.lstrip("\r\n"))


def _runs_empty(text: str) -> int | None:
    """Nothing but line ends: three of them are an answer, an empty one."""
    return 0 if text.count("\n") >= 3 else None


def _indent(line: str) -> int:
    """Width of the indentation in columns; a tab counts four."""
    blanks = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blanks.replace("\t", "    "))
