"""Where keys and passwords stand in a text."""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from hearth.engine.secrets import named
from hearth.engine.secrets.judging import is_mixed
from hearth.engine.secrets.kinds import BLOCKS, HALF, SIGN, Kind, kinds_of
from hearth.engine.text import common_end, common_start

_NAMED = "a password or token"
_BLOCK = "a private key"
# Every issued key is such a run; most words of a program are shorter.
_RUN = re.compile(r"[\w~./+=:$%@-]{12,}+", re.ASCII)
_TELLING = 4  # characters of a sign that say enough about half a key
_MOST_BLOCK = 40_000  # characters
_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|Private-Lines: \d{1,4}", re.MULTILINE)
_END = "-----END"
_HEADER_LINE = re.compile(r"[A-Z][A-Za-z-]{2,24}: .{0,200}")
_MOST_HEADERS = 8
_KEY_LINE = re.compile(r"[A-Za-z0-9+/=]{4,}+")
_LINE_ESCAPE = re.compile(r"\\{1,4}[nr]")
_AROUND_KEY_LINE = " \t\r\n\"'`,;:.()[]{}#*>|\\"
_MARGIN = 8  # lines around a change that are looked at again
_MOST_STEPS = 40  # so many times as many, where one secret stands below the other


class Span(NamedTuple):
    """A secret. `issued`: it has the form of a kind; else only its name says what it is."""

    start: int
    end: int
    kind: str
    issued: bool

    def moved(self, by: int) -> "Span":
        return self._replace(start=self.start + by, end=self.end + by)


def find(text: str, halves: bool = False) -> tuple[Span, ...]:
    """All secrets of a text, in order; they do not overlap. With `halves` also whatever begins like a key."""
    return _ordered([*blocks(text), *in_lines(text), *(_halves(text) if halves else ())])


def find_again(text: str, old_text: str, old: tuple[Span, ...]) -> tuple[Span, ...]:
    """The same as `find`, by looking only at where the text differs from an older one."""
    same = common_start(old_text, text)
    same_end = common_end(old_text, text, min(len(text), len(old_text)) - same)
    shift = len(text) - len(old_text)
    start, end = _lines_around(text, same, len(text) - same_end)
    kept = [span for span in old if span.kind != _BLOCK]
    start = _above_names(text, start, kept)
    before = [span for span in kept if span.end <= start]
    behind = [span.moved(shift) for span in kept if span.start + shift >= end]
    return _ordered([*blocks(text), *before, *(span.moved(start) for span in in_lines(text[start:end])), *behind])


def in_lines(text: str) -> Iterator[Span]:
    """The secrets that stand on one line; a name may stand on the line above its value."""
    yield from _issued(text)
    for start, end in named.values(text):
        yield Span(start, end, _NAMED, False)


def has_block(text: str) -> bool:
    """Whether there may be a private key, which goes over many lines."""
    return any(sign in text for sign in BLOCKS)


def blocks(text: str) -> Iterator[Span]:
    """The lines of private keys, without the lines that announce them."""
    if not has_block(text):
        return
    begins = list(_BEGIN.finditer(text))
    for begin, following in zip_longest(begins, begins[1:]):
        limit = following.start() if following else len(text)
        yield from _key_lines(text, begin.end(), min(limit, begin.end() + _MOST_BLOCK))


def _key_lines(text: str, start: int, limit: int) -> Iterator[Span]:
    """The lines of one key, as far as they look like a key's: it may be cut short, and code may mention one."""
    inside, headers = False, 0
    while start < limit:
        end = text.find("\n", start, limit)
        end = end if end >= 0 else limit
        line, is_end, _ = text[start:end].partition(_END)
        for begin, part in _written_lines(line, start):
            if _HEADER_LINE.fullmatch(part) and headers < _MOST_HEADERS and not inside:
                headers += 1
            elif not _KEY_LINE.fullmatch(part) or not (inside or _begins_key(part)):
                return
            else:
                inside = True
                yield Span(begin, begin + len(part), _BLOCK, True)
        if is_end:
            return
        start = end + 1


def _written_lines(line: str, start: int) -> Iterator[tuple[int, str]]:
    """(offset, text) of the lines that a line of a program spells, without quotes and signs around them."""
    done = 0
    for end, following in (*(each.span() for each in _LINE_ESCAPE.finditer(line)), (len(line), len(line))):
        part = line[done:end].strip(_AROUND_KEY_LINE)
        if part:
            yield start + line.index(part, done), part
        done = following


def _begins_key(line: str) -> bool:
    """Whether the line may be the first of a key's: it is more than words of a program in lower case."""
    return line.lower() != line


def _issued(text: str) -> Iterator[Span]:
    for run in _RUN.finditer(text):
        at = run.start()
        while (sign := SIGN.search(text, at, run.end())) is not None:
            found = _at_sign(text, sign)
            if found is not None:
                yield found
            at = found.end if found and found.end > at else sign.start() + 1


def _at_sign(text: str, sign: re.Match[str]) -> Span | None:
    for kind in kinds_of(sign[0]):
        row = kind.row
        if row.back:
            match = kind.exact.search(text, max(0, sign.start() - row.back), sign.end() + 400)
        else:
            match = kind.exact.match(text, sign.start())
        if match is not None and (not row.mixed or is_mixed(match[0].removeprefix(sign[0]))):
            start, end = match.span(1 if match.lastindex else 0)
            return Span(start, end, kind.name, True)
    return next((cut for kind in kinds_of(sign[0]) if (cut := _cut(text, sign, kind)) is not None), None)


def _halves(text: str) -> Iterator[Span]:
    for sign in SIGN.finditer(text):
        for kind in kinds_of(sign[0]):
            match = kind.half.match(text, sign.start())
            if match is not None and len(sign[0]) > 2 and (not kind.row.mixed or is_mixed(match[1])):
                yield Span(match.start(), match.end(), kind.name, False)
                break


def _cut(text: str, sign: re.Match[str], kind: Kind) -> Span | None:
    """A key of which only a part stands there; found only where it can be nothing else."""
    if kind.row.shape or kind.row.mixed or len(sign[0]) < _TELLING:
        return None
    match = kind.half.match(text, sign.start())
    if match is None or len(match[1]) < HALF or not is_mixed(match[1]):
        return None
    return Span(match.start(), match.end(), kind.name, False)


def _ordered(spans: list[Span]) -> tuple[Span, ...]:
    """The spans in order; of two that overlap the wider one, marked as issued if either is."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, not span.issued)):
        if found and span.start < found[-1].end:
            last = found[-1]
            issued = last if last.issued else span
            found[-1] = Span(last.start, max(last.end, span.end), issued.kind, issued.issued)
        else:
            found.append(span)
    return tuple(found)


def _above_names(text: str, start: int, old: tuple[Span, ...] | list[Span]) -> int:
    """The start moved up until no secret stands so near below it that its name may stand above."""
    for _ in range(_MOST_STEPS):
        near = start
        for _ in range(_MARGIN):
            near = text.find("\n", near) + 1 or len(text)
        if start == 0 or not any(start <= span.start < near for span in old):
            break
        start, _ = _lines_around(text, start - 1, start)
    return start


def _lines_around(text: str, start: int, end: int) -> tuple[int, int]:
    for _ in range(_MARGIN):
        start = text.rfind("\n", 0, max(0, start)) if start > 0 else -1
        if start < 0:
            break
    for _ in range(_MARGIN):
        end = text.find("\n", end + 1) if end < len(text) else -1
        if end < 0:
            end = len(text)
            break
    return start + 1, end
