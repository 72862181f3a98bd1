"""Reads code by its brackets, strings and comments only, so that it works for languages without a grammar."""

import re
from dataclasses import dataclass, field

from tests.benchmarks.structure.pairs import Quotes, Rules

CLOSER_OF = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Span:
    """`open` is where an opener begins, `inner` where it ends; `close` and `end` the same of its closer."""

    open: int
    inner: int
    close: int
    end: int


@dataclass
class Scan:
    """`states` has a character for each of the text: "s" in a string, "c" in a comment, " " in code.

    `faults` counts brackets and strings without their other end.
    """

    states: str = ""
    brackets: list[Span] = field(default_factory=list)
    strings: list[Span] = field(default_factory=list)
    interpolations: list[Span] = field(default_factory=list)
    faults: int = 0
    unclosed: list[tuple[int, str]] = field(default_factory=list)  # (where it opens, what would close it)


@dataclass(slots=True)
class _Open:
    at: int
    inner: int
    close: str
    quotes: Quotes | None = None
    is_interpolation: bool = False


def scan(text: str, rules: Rules) -> Scan:
    found = Scan()
    states: list[str] = []
    opened: list[_Open] = []
    at = 0
    while at < len(text):
        top = opened[-1] if opened else None
        if top is not None and top.quotes is not None:
            step = _in_string(text, at, top, opened, found)
            states.append("s" * step)
        else:
            comment = _comment(text, at, rules)
            if comment:
                step = comment
                states.append("c" * step)
            else:
                step = _in_code(text, at, rules, opened, found)
                states.append((" " if (opened and opened[-1].at == at) or step == 1 else "s") * step)
        at += step
    found.faults += len(opened)
    found.unclosed = [(each.at, each.close) for each in opened]
    found.states = "".join(states)[: len(text)]
    return found


def _in_string(text: str, at: int, top: _Open, opened: list[_Open], found: Scan) -> int:
    quotes = top.quotes
    assert quotes is not None
    if "r" not in quotes.flags and text[at] == "\\" and not quotes.interpolation.startswith("\\"):
        return 2
    opener = quotes.interpolation.rpartition(":")[2]
    if opener and text.startswith(opener, at) and _interpolates(text, top, at):
        inner = at + len(opener)
        opened.append(_Open(at, inner, CLOSER_OF[opener[-1]], is_interpolation=True))
        return len(opener)
    if text[at] == "\\" and "r" not in quotes.flags:
        return 2
    if text.startswith(quotes.close, at):
        opened.pop()
        found.strings.append(Span(top.at, top.inner, at, at + len(quotes.close)))
        return len(quotes.close)
    if text[at] == "\n" and "m" not in quotes.flags:
        opened.pop()
        found.faults += 1
    return 1


def _interpolates(text: str, top: _Open, at: int) -> bool:
    """Whether the string has the prefix that it takes, and the opener is not doubled."""
    assert top.quotes is not None
    prefix, needs_one, _ = top.quotes.interpolation.partition(":")
    if not needs_one:
        return True
    doubled = text[at : at + 2] == "{{" or text[at - 1] == "{"
    return prefix in text[max(0, top.at - 2) : top.at].lower() and not doubled


def _comment(text: str, at: int, rules: Rules) -> int:
    """The length of a comment that begins here."""
    if rules.block_comment and text.startswith(rules.block_comment[0], at):
        end = text.find(rules.block_comment[1], at + len(rules.block_comment[0]))
        return (len(text) if end < 0 else end + len(rules.block_comment[1])) - at
    mark = rules.comment
    if not mark or not text.startswith(mark, at) or (at and text[at - 1] in ":\"'"):
        return 0
    if mark == "#" and at and not text[at - 1].isspace():
        return 0
    end = text.find("\n", at)
    return (len(text) if end < 0 else end) - at


def _in_code(text: str, at: int, rules: Rules, opened: list[_Open], found: Scan) -> int:
    for quotes in rules.strings:
        if not text.startswith(quotes.open, at):
            continue
        if "t" in quotes.flags and not re.search(r"[=:\-,\[{] ?$", text[max(0, at - 2) : at]):
            continue
        if "c" in quotes.flags:
            one = re.match(r"'(\\[^\n]{1,9}?|[^\\'\n])'", text[at : at + 13])
            return len(one[0]) if one else 1
        if "m" not in quotes.flags and not _closes_on_line(text, at, quotes):
            continue
        opened.append(_Open(at, at + len(quotes.open), quotes.close, quotes))
        return len(quotes.open)
    char = text[at]
    if char in CLOSER_OF:
        opened.append(_Open(at, at + 1, CLOSER_OF[char]))
    elif char in ")]}":
        _close(at, char, opened, found)
    return 1


def _closes_on_line(text: str, at: int, quotes: Quotes) -> bool:
    end = text.find("\n", at)
    return quotes.close in text[at + len(quotes.open) : len(text) if end < 0 else end]


def _close(at: int, char: str, opened: list[_Open], found: Scan) -> None:
    """A closer without its opener is a fault; so are openers that stand between the two."""
    for depth in range(len(opened) - 1, -1, -1):
        if opened[depth].quotes is not None:
            break
        if opened[depth].close == char:
            found.faults += len(opened) - 1 - depth
            top = opened[depth]
            del opened[depth:]
            spans = found.interpolations if top.is_interpolation else found.brackets
            spans.append(Span(top.at, top.inner, at, at + 1))
            return
        if opened[depth].is_interpolation:
            break
    found.faults += 1
