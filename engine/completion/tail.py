"""What stands right of the cursor on its line, and whose it is: the one place that decides so.

Editors close brackets and quotes as they are opened, so often all that stands there was typed by nobody. The model
is not shown it, as it would else believe that the code ends there, and an answer may close by itself what the
editor has closed. Where there is more than that it is the user's text: the model is shown it, an answer ends where
it begins, and nothing of it is replaced but brackets directly at the cursor. In front of a line, also of one that
only closes something, all of it is the user's.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from hearth.engine.context.lexical import MAX_LINE_CHARS, in_comment, in_string, in_string_by_line, open_long_quote
from hearth.engine.context.parsed import ParsedText
from hearth.engine.stopping.pairs import Closers

CLOSERS = ")]}\"'`;:,>"
_QUOTES = ("'", '"', "`")
_BRACKETS_AND_QUOTES = ")]}>\"'`"
_BLANKS = " \t\r"
# What ends an element of a name, and what begins one: of markup, of LaTeX, of Svelte.
_TAGS = (
    (re.compile(r"</([\w.:-]+)>"), re.compile(r"<([\w.:-]+)(?:\s[^<>]*)?>$")),
    (re.compile(r"\\end\{([\w*]+)\}"), re.compile(r"\\begin\{([\w*]+)\}(?:\[[^\]]*\]|\{[^{}]*\})*$")),
    (re.compile(r"\{/(\w+)\}"), re.compile(r"\{#(\w+)\b(?:[^{}]|\{[^{}]*\})*\}$")),
)
_MAX_CLOSED = 100  # characters, line ends and indentation among them
_MAX_OVERTYPED = 8


@dataclass(frozen=True)
class Tail:
    """`head` and `text` are the cursor's line left and right of the cursor, without its end."""

    head: str
    text: str

    @cached_property
    def is_closed(self) -> bool:
        """Whether the editor has closed all that stands there, or nothing does."""
        return not self.text.strip(CLOSERS + _BLANKS) and (bool(self.head.strip()) or not self.text.strip())

    @cached_property
    def is_before_line(self) -> bool:
        """Whether the cursor stands in front of a line, so that an answer may be lines of its own."""
        return not self.head.strip() and bool(self.text.strip())

    @cached_property
    def is_in_tag(self) -> bool:
        """Whether the cursor stands between a tag and its end, as editors leave it: `<ul>‸</ul>`."""
        for end, begin in _TAGS:
            if ended := end.match(self.text):
                begun = begin.search(self.head)
                return begun is not None and begun[1] == ended[1]
        return False

    @cached_property
    def closers(self) -> str:
        """What an answer may close by itself: all there is, or the brackets and quotes in front of the user's."""
        if self.is_closed or self.is_before_line:
            return self.text
        found = re.match(rf"(?:[ \t]*[{re.escape(_BRACKETS_AND_QUOTES)}])*", self.text)
        return found[0] if found else ""


def tail_at(text: str, offset: int) -> Tail:
    """Of a long line, which nobody has typed, what is near the cursor."""
    begin, limit = max(0, offset - MAX_LINE_CHARS), offset + MAX_LINE_CHARS
    line_start = max(begin, text.rfind("\n", begin, offset) + 1)
    line_end = text.find("\n", offset, limit)
    return Tail(text[line_start:offset], text[offset : limit if line_end < 0 else line_end].rstrip("\r"))


def closers_at(code: ParsedText, offset: int) -> Closers:
    """What an answer may close by itself, and whether the cursor is in a string."""
    tail = tail_at(code.text, offset)
    closers = tail.closers
    if not closers.strip():
        return Closers(closers)
    in_tag = closers.rstrip().endswith(">") and _is_in_open_tag(code, tail.head)
    if not in_string(code, offset) and not _is_quoted(code, offset, tail.head, closers.lstrip()[0]):
        return Closers(closers, in_tag=in_tag)
    quote, nearest = open_long_quote(code, offset), next((char for char in closers if char in _QUOTES), "")
    return Closers(closers, True, quote if quote.startswith(nearest) else "", in_tag)


def _is_quoted(code: ParsedText, offset: int, head: str, closer: str) -> bool:
    """Whether the line tells that its quote is open: grammars know none in macros, in comments and in Markdown."""
    if closer not in _QUOTES:
        return False
    is_code = code.language is None or closer in code.language.quotes
    if is_code and not in_comment(code, offset):
        return in_string_by_line(code, offset)
    return head.count(closer) % 2 == 1


def _is_in_open_tag(code: ParsedText, head: str) -> bool:
    """Whether `<name` stands open on the line, or above it where nothing of the kind stands there."""
    bare = head.replace("=>", "")
    if "<" in bare:
        return re.search(r"(?<![\w)\]:])</?[A-Za-z][\w.:-]*(\s[^<>]*)?$", bare) is not None
    language = code.language
    return language is not None and (language.block == "tag" or language.name in ("tsx", "javascript"))


def closed_since(text: str, offset: int, right: str, window: int) -> int | None:
    """How many characters an editor has closed at the offset; None where another text stands there by now.

    `right` are the `window` characters, or all there were, that stood right of the cursor before. Less than none:
    so many of them were closed by the editor, and typed over.
    """
    for count in range(_MAX_CLOSED + 1):
        if _stands_at(text, offset + count, right, window - count, window):
            return count
        if not only_closers(text[offset : offset + count + 1]):
            break
    for count in range(1, _MAX_OVERTYPED + 1):
        if not only_closers(right[:count]) or not text.endswith(right[:count], 0, offset):
            break
        if _stands_at(text, offset, right[count:], window - count, window - count):
            return -count
    return None


def _stands_at(text: str, offset: int, right: str, length: int, window: int) -> bool:
    same = right[: max(0, length)]
    ends_there = len(right) >= window or offset + len(same) == len(text)
    return ends_there and text.startswith(same, offset)


def only_closers(text: str) -> bool:
    """Whether an editor may have typed this by itself, over several lines too."""
    return not text.strip(CLOSERS + _BLANKS + "\n")
