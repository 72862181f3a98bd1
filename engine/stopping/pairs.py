"""Which of the brackets and quotes right of the cursor an answer closes by itself.

Editors close brackets and quotes as they are opened. Of `f"Hello {‸}"` and the answer `name}!"` all that stands
right of the cursor is said twice, of the answer `name` nothing is. So an answer is read as code or as a string,
as its place is, and what it closes without having opened it is paired with what stands there.
"""

import re
from dataclasses import dataclass, replace

from hearth.engine.languages import Language

BRACKETS = {"(": ")", "[": "]", "{": "}"}
QUOTES = "\"'`"
SEPARATORS = ";,:"
_ITEM = re.compile(r"\"+|'+|`+|[)\]}>]|[;,:]")
_PREFIX = re.compile(r"(?<!\w)[bBfFlLrRsStTuU]{1,2}$")
_REST_OF_LINE = re.compile(r"[ \t]*(\r?\n|$)")


@dataclass(frozen=True, slots=True)
class Closers:
    """What stands right of the cursor and was, as it seems, closed by the editor.

    `text` consists of closing brackets, quotes, `>`, separators and blanks. `in_string`: the cursor is in the text
    of a string, not in code; `quote` is what ends that string, "" where that is the next quote of `text`.
    `in_tag`: a `>` at its end closes a tag, and not a list of types.
    """

    text: str = ""
    in_string: bool = False
    quote: str = ""
    in_tag: bool = False


@dataclass(frozen=True, slots=True)
class Pairing:
    """What an answer does to the closers right of it.

    `count` characters of them it has closed by itself, the last one at `end` of the answer (just behind it).
    `firsts` are (offset in the answer, offset in the closers) of each one closed. `open` is what the answer has
    opened and left open, as it must be closed, innermost first.
    """

    count: int = 0
    end: int = 0
    firsts: tuple[tuple[int, int], ...] = ()
    open: str = ""


def pair(answer: str, closers: Closers, language: Language | None = None) -> Pairing:
    """Read `answer` and pair what it closes."""
    found = _Reader(closers, language, interpolates=True).read(answer)
    if not found.open:
        return found
    # A brace in a string may be just a brace.
    plain = _Reader(closers, language, interpolates=False).read(answer)
    best = plain if plain.count > found.count or (plain.count == found.count and not plain.open) else found
    return _given_back(closers.text, best)


def _given_back(closers: str, found: Pairing) -> Pairing:
    """Behind `a) && b(c` the closer stays where it is: it closes now what was opened since."""
    needed = found.open + _bare(closers[found.count :])
    for count in range(found.count):
        if _bare(closers[count:]) == needed:
            return replace(found, count=count, open="")
    return found


def _bare(closers: str) -> str:
    return re.sub(r"[\s;,:]", "", closers)


@dataclass(frozen=True, slots=True)
class _Item:
    text: str
    start: int
    end: int

    @property
    def is_quote(self) -> bool:
        return self.text[0] in QUOTES

    @property
    def is_separator(self) -> bool:
        return self.text in SEPARATORS


class _Reader:
    """One pass over an answer."""

    def __init__(self, closers: Closers, language: Language | None, interpolates: bool) -> None:
        self._items = [_Item(match[0], match.start(), match.end()) for match in _ITEM.finditer(closers.text)]
        self._in_text = closers.in_string  # where nothing that the answer opened is open
        self._quote = closers.quote
        self._quotes = language.quotes if language else "\"'`"
        self._long_quotes = language.long_quotes if language else ()
        self._comment = language.comment if language else ""
        self._interpolations = language.interpolations if language and interpolates else ()
        self._open: list[str] = []  # what closes what the answer opened, outermost first
        self._has_types = ">" in closers.text and not closers.in_tag
        self._plain: list[str] = []  # the same of brackets in the text of the string that the cursor is in
        self._next = 0  # the first item that is not closed yet
        self._firsts: list[tuple[int, int]] = []
        self._end = 0

    def read(self, answer: str) -> Pairing:
        at = 0
        while at < len(answer):
            at += self._text(answer, at) if self._is_text() else self._code(answer, at)
        count = self._items[self._next - 1].end if self._next else 0
        return Pairing(count, self._end, tuple(self._firsts), "".join(reversed(self._open)))

    def _is_text(self) -> bool:
        return self._open[-1][0] in QUOTES if self._open else self._in_text

    def _text(self, answer: str, at: int) -> int:
        """Read on in a string; returns how many characters were read."""
        if answer[at] == "\\":
            return 2
        for beginning in self._interpolations:
            if answer.startswith(beginning, at) and self._may_interpolate(answer, at, beginning):
                self._open.append(BRACKETS[beginning[-1]])
                return len(beginning)
        if not self._open:
            return self._outer_text(answer, at)
        quote = self._open[-1]
        if answer.startswith(quote, at):
            self._open.pop()
            return len(quote)
        if answer[at] == "\n" and len(quote) == 1 and quote != "`":
            self._open.pop()  # an apostrophe, more likely: strings end with their line
        return 1

    def _may_interpolate(self, answer: str, at: int, beginning: str) -> bool:
        """A brace alone is code only in a string that says so: `f"{x}"`, `$"{x}"`."""
        if len(beginning) > 1 or not self._open:
            return not answer.startswith(2 * beginning, at)
        start = answer.rfind(self._open[-1], 0, at)
        return bool(re.search(r"[fFtT$@][rR]?$", answer[:start])) and not answer.startswith(2 * beginning, at)

    def _outer_text(self, answer: str, at: int) -> int:
        """Read on in the cursor's own string, which its quote closes, with what stands before the quote."""
        quotes = (index for index in range(self._next, len(self._items)) if self._items[index].is_quote)
        closing = next(quotes, None)
        if closing is not None:
            quote = self._quote or self._items[closing].text
            if answer.startswith(quote, at):
                self._close(closing, at, at + len(quote))
                return len(quote)
        char = answer[at]
        if char in BRACKETS:
            self._plain.append(BRACKETS[char])
        elif self._plain and char == self._plain[-1]:
            self._plain.pop()
        elif char in ")]}>" and char == self._expected():
            self._close(self._next, at, at + 1, still_text=True)
        return 1

    def _code(self, answer: str, at: int) -> int:
        """Read on in code; returns how many characters were read."""
        char = answer[at]
        if self._begins_comment(answer, at):
            end = answer.find("\n", at)
            return (len(answer) if end < 0 else end) - at
        for quote in self._long_quotes:
            if answer.startswith(quote, at):
                self._open.append(quote)
                return len(quote)
        if char in self._quotes and not _is_apostrophe(answer, at):
            self._open.append(char)
        elif char in BRACKETS:
            self._open.append(BRACKETS[char])
        elif self._open and char == self._open[-1] and answer[max(0, at - 1) : at + 1] not in ("=>", "->"):
            self._open.pop()
        elif char == "<" and self._has_types and at and (answer[at - 1].isalnum() or answer[at - 1] == ":"):
            self._open.append(">")
        elif not self._open and char in ")]}>" and answer[max(0, at - 1) : at + 1] not in ("=>", "->"):
            self._close_bracket(answer, at)
        elif not self._open and char in SEPARATORS and char == self._expected() and _ends_line(answer, at + 1):
            self._close(self._next, at, at + 1)
        return 1

    def _expected(self) -> str:
        """The next closer that the answer has not closed yet."""
        return self._items[self._next].text if self._next < len(self._items) else ""

    def _close_bracket(self, answer: str, at: int) -> None:
        for index in range(self._next, len(self._items)):
            if self._items[index].text == answer[at]:
                self._close(index, at, at + 1)
                return
            if not self._items[index].is_separator:
                break
        # It closes what was opened left of the cursor and nobody has closed; before a quote, code in a string.
        self._in_text = self._expected()[:1] in (*QUOTES,)

    def _close(self, index: int, start: int, end: int, still_text: bool = False) -> None:
        self._firsts.append((start, self._items[index].start))
        self._next = index + 1
        self._end = end
        if (
            not still_text
        ):  # after a bracket of an interpolation its string continues, and so it does after quotes in quotes
            self._in_text = self._expected()[:1] in (*QUOTES,)
            self._quote = ""

    def _begins_comment(self, answer: str, at: int) -> bool:
        """False for the marks in `${#name}`, `i--` and `http://`."""
        if not self._comment or not answer.startswith(self._comment, at):
            return False
        before = answer[at - 1 : at]
        return before != ":" if self._comment == "//" else not before or before in " \t\r\n;}()[],"


def _is_apostrophe(answer: str, at: int) -> bool:
    """True in `don't` and `x'`; false behind the prefix of a string, as in `rb'`."""
    before = answer[max(0, at - 4) : at]
    return answer[at] == "'" and before[-1:].isalnum() and not _PREFIX.search(before)


def _ends_line(answer: str, at: int) -> bool:
    return _REST_OF_LINE.match(answer, at) is not None
