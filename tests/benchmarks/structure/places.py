"""Places in real files at which something is missing, with the closers that an editor leaves right of the cursor.

Each kind is a function from a file to its places; the table `KINDS` names them. What is right is the file itself.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from tests.benchmarks.structure.pairs import Rules, rules_of
from tests.benchmarks.structure.scan import Scan, Span, scan

MARK = "‸"
MAX_LINES = 14  # of what is missing; a few more than a suggestion may have
_AFTER_CLOSER = re.compile(r"[)\]}>;,'\"`]*$")


@dataclass(frozen=True)
class Place:
    """A document with a cursor, and how it should read.

    `truth` begins with what is left of the cursor and ends with what is right of it, `closers` aside: those are
    what the editor closed by itself, and stand somewhere behind the cursor in `truth` too. `closing`: the missing
    text ends with the line that closes its block, as no editor does by itself.
    """

    language: str
    source: str
    kind: str
    text: str
    offset: int
    truth: str
    closers: str = ""
    closing: bool = False

    @property
    def before(self) -> str:
        return self.text[: self.offset]

    @property
    def after(self) -> str:
        """The user's own text right of the cursor."""
        return self.text[self.offset + len(self.closers) :]

    @cached_property
    def missing(self) -> str:
        """What stands between the two in the right text, closers included."""
        return self.truth[self.offset : len(self.truth) - len(self.after)]

    @cached_property
    def content(self) -> str:
        """The missing text in front of the closers, and without the blanks there."""
        return self.missing[: self.close_at].rstrip()

    @cached_property
    def close_at(self) -> int:
        """Where in `missing` the closers begin."""
        return self.closers_at[0]

    @cached_property
    def closers_at(self) -> tuple[int, ...]:
        """Where in `missing` each of the closers stands, blanks not counted, and its end."""
        around = _closers_around(self.language, self.truth, self.offset)
        found: list[int] = []
        for char in "".join(self.closers.split()):
            least = self.offset + found[-1] + 1 if found else self.offset
            closer = next((at for at in around if at >= least and self.truth[at] == char), None)
            # What nobody opened is a `;` or the like behind them.
            found.append((self.truth.index(char, least) if closer is None else closer) - self.offset)
        return (*found, len(self.missing))

    @property
    def marked(self) -> str:
        return f"{self.before}{MARK}{self.text[self.offset :]}"


def _closers_around(language: str, text: str, offset: int) -> list[int]:
    """Where what is open at the offset is closed, the innermost first; each character of a triple quote counts."""
    found = _scanned(language, text)
    spans = [*found.brackets, *found.strings, *found.interpolations]
    around = [span for span in spans if span.inner <= offset <= span.close]
    return sorted(at for span in around for at in range(span.close, span.end))


@lru_cache(maxsize=8)
def _scanned(language: str, text: str) -> Scan:
    return scan(text, rules_of(language))


@dataclass(frozen=True)
class File:
    language: str
    name: str
    text: str
    rules: Rules

    @cached_property
    def scan(self) -> Scan:
        return scan(self.text, self.rules)

    @cached_property
    def lines(self) -> list[tuple[int, str]]:
        """(offset, line without its end)."""
        starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        return [(start, line) for start, line in zip(starts, self.text.split("\n"), strict=True)]

    def line_end(self, offset: int) -> int:
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end

    def is_code(self, offset: int) -> bool:
        return self.scan.states[offset : offset + 1] in ("", " ", "\n")


def places(file: File, kind: str, chance: random.Random) -> list[Place]:
    """All places of a kind in a file; `chance` decides what is as likely one way as the other."""
    return list(KINDS[kind](file, chance))


def _hole(
    file: File,
    kind: str,
    start: int,
    end: int,
    closers: int = 0,
    left: str = "",
    *,
    keep: str = "",
    closing: bool = False,
) -> Place:
    """The file without `start:end`; behind that follow so many characters that the editor has closed."""
    text = file.text[:start] + left + file.text[end:]
    behind = file.text[end : end + closers] + keep
    return Place(file.language, file.name, kind, text, start + len(left), file.text, behind, closing)


def _closed_run(file: File, close: int) -> int:
    """How many closers stand from `close` to the end of its line; 0 where other text stands there."""
    rest = file.text[close : file.line_end(close)].rstrip()
    return (
        len(rest) if _AFTER_CLOSER.match(rest) and file.scan.states[close : close + len(rest)].find("c") < 0 else 0
    )


def _auto_closed(
    file: File, kind: str, start: int, end: int, close: int, chance: random.Random
) -> Iterator[Place]:
    """The text in front of the closer at `close` is missing; a `;` or `,` at the end may not be typed yet."""
    run = _closed_run(file, close)
    if not run:
        return
    ended = file.text[close : close + run]
    typed = ended.rstrip(";,") if ended[-1] in ";," and chance.random() < 0.5 else ended
    blanks = file.text[end:close]
    cut = close + run
    text = file.text[:start] + blanks + typed + file.text[cut:]
    yield Place(file.language, file.name, kind, text, start, file.text, blanks + typed)


def _blocks(file: File, chance: random.Random) -> Iterator[Place]:
    """`{‸}`: the body of a block behind its opener."""
    for span in file.scan.brackets:
        if _spans_lines(file, span):
            yield from _auto_closed(file, "block", span.inner, span.close, span.close, chance)


def _bare_blocks(file: File, chance: random.Random) -> Iterator[Place]:
    """The same with an editor that closes nothing: the closing line is missing as well."""
    for span in file.scan.brackets:
        if _spans_lines(file, span) and _closed_run(file, span.close):
            end = file.line_end(span.close)
            yield _hole(file, "bare block", span.inner, end, closing=True)


def _spans_lines(file: File, span: Span) -> bool:
    """Whether a bracket opens at the end of a line, and closes at the beginning of a later one."""
    if file.text[span.inner : file.line_end(span.inner)].strip():
        return False
    inside = file.text[span.inner : span.close]
    if not inside.strip() or inside.strip().count("\n") >= MAX_LINES:
        return False
    closing_line = file.text.rfind("\n", 0, span.close) + 1
    return not file.text[closing_line : span.close].strip() and closing_line > span.inner


def _word_blocks(file: File, chance: random.Random) -> Iterator[Place]:
    """`do … end`, `then … fi`, `<ul> … </ul>`: blocks whose last line no editor closes."""
    tag = r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|script|style)\b)([A-Za-z][\w-]*)[^<>/]*>"
    for index, (start, line) in enumerate(file.lines):
        said = line.strip()
        closer = next((closer for opener, closer in file.rules.ends if re.fullmatch(opener, said)), None)
        if closer is None and file.rules.tags and (found := re.fullmatch(tag, said)):
            closer = f"</{re.escape(found[1])}>"
        last = _closing_line(file, index, closer) if closer and file.is_code(start + _indent(line)) else None
        if last is not None:
            begin, end = start + len(line.rstrip()), file.line_end(file.lines[last][0])
            yield _hole(file, "word block", begin, end, closing=True)


def _closing_line(file: File, index: int, closer: str) -> int | None:
    """The line that closes the block that the line at `index` opens: the next one that is indented like it."""
    level = _indent(file.lines[index][1])
    for later in range(index + 1, min(len(file.lines), index + MAX_LINES)):
        line = file.lines[later][1]
        if line.strip() and _indent(line) <= level:
            return (
                later
                if _indent(line) == level and re.fullmatch(closer, line.strip()) and later > index + 1
                else None
            )
    return None


def _indented_blocks(file: File, chance: random.Random) -> Iterator[Place]:
    """`def f():‸`: a block that ends with its indentation."""
    for index, (start, line) in enumerate(file.lines):
        if (
            not file.rules.indented
            or not re.fullmatch(file.rules.indented, line.strip())
            or not file.is_code(start)
        ):
            continue
        level, last = _indent(line), index
        for later in range(index + 1, len(file.lines)):
            below = file.lines[later][1]
            if below.strip() and _indent(below) <= level:
                break
            last = later if below.strip() else last
        if index < last < index + MAX_LINES:
            end = file.line_end(file.lines[last][0])
            yield _hole(file, "indented block", start + len(line.rstrip()), end)


def _calls(file: File, chance: random.Random) -> Iterator[Place]:
    """`f(‸)`: what stands in brackets on one line."""
    for span in file.scan.brackets:
        inside = file.text[span.inner : span.close]
        is_call = bool(re.search(r"[\w>\])]$", file.text[max(0, span.open - 1) : span.open]))
        if is_call and inside.strip() and "\n" not in inside and inside == inside.strip():
            yield from _auto_closed(file, "call", span.inner, span.close, span.close, chance)


def _blanks(file: File, chance: random.Random) -> Iterator[Place]:
    """`{ ‸ }`: the same with blanks inside of the brackets."""
    for span in file.scan.brackets:
        inside = file.text[span.inner : span.close]
        if inside.strip() and "\n" not in inside and inside[0] == inside[-1] == " ":
            yield from _auto_closed(file, "blank", span.inner + 1, span.close - 1, span.close, chance)


def _strings(file: File, chance: random.Random) -> Iterator[Place]:
    """`"‸"`: what stands in quotes on one line."""
    for span in file.scan.strings:
        inside = file.text[span.inner : span.close]
        if len(inside) >= 2 and "\n" not in inside and span.end - span.close == 1 and _is_closed_here(file, span):
            yield from _auto_closed(file, "string", span.inner, span.close, span.close, chance)


def _is_closed_here(file: File, span: Span) -> bool:
    quote = file.text[span.close : span.end]
    return any(pair.open == quote and pair.close == quote for pair in file.rules.pairs)


def _interpolations(file: File, chance: random.Random) -> Iterator[Place]:
    """`f"{‸}"`: code in brackets inside a string, and all that follows to the end of it."""
    for span in file.scan.interpolations:
        around = [each for each in file.scan.strings if each.inner <= span.open and span.end <= each.close]
        inside = file.text[span.inner : span.close]
        if not around or "\n" in inside or not inside.strip():
            continue
        string = min(around, key=lambda each: each.end - each.open)
        if "\n" in file.text[span.open : string.end] or not (run := _closed_run(file, string.close)):
            continue
        closers = file.text[span.close : span.end] + file.text[string.close : string.close + run]
        cut = string.close + run
        text = file.text[: span.inner] + closers + file.text[cut:]
        yield Place(file.language, file.name, "interpolation", text, span.inner, file.text, closers)


def _triple(file: File, chance: random.Random) -> Iterator[Place]:
    """`\"\"\"‸\"\"\"`: a docstring, of one line or of several."""
    for span in file.scan.strings:
        inside = file.text[span.inner : span.close]
        if span.end - span.close == 3 and inside.strip() and inside.strip().count("\n") < MAX_LINES:
            yield from _auto_closed(file, "triple quotes", span.inner, span.close, span.close, chance)


def _whole_lines(file: File, chance: random.Random) -> Iterator[Place]:
    """An empty line with its indentation, where a line of code was."""
    for start, line in file.lines:
        if line.strip() and file.is_code(start + _indent(line)) and re.search(r"\w", line):
            yield _hole(file, "line", start + _indent(line), start + len(line))


def _rests(file: File, chance: random.Random) -> Iterator[Place]:
    """The rest of a line, from a border between two words on."""
    for start, line in file.lines:
        borders = _borders(file, start, line)
        if borders:
            yield _hole(file, "rest of line", chance.choice(borders), start + len(line.rstrip()))


def _middles(file: File, chance: random.Random) -> Iterator[Place]:
    """A few words in the middle of a line; more than closers follow."""
    for start, line in file.lines:
        borders = _borders(file, start, line)
        if len(borders) < 3:
            continue
        first = chance.randrange(len(borders) - 2)
        begin, end = borders[first], chance.choice(borders[first + 1 :])
        if re.search(r"\w", file.text[end : start + len(line)]):
            yield _hole(file, "middle of line", begin, end)


def _borders(file: File, start: int, line: str) -> list[int]:
    """Offsets in the line behind a blank or in front of one, in code."""
    found = [start + match.end() for match in re.finditer(r"(?<=\S) (?=\S)", line)]
    return [at for at in found if file.is_code(at) and file.is_code(at - 1)]


def _in_front(file: File, chance: random.Random) -> Iterator[Place]:
    """The cursor stands in front of a line, and the line before that is missing."""
    for (start, line), (below, next_line) in zip(file.lines, file.lines[1:], strict=False):
        level = _indent(line)
        says = re.search(r"\w", line) and re.match(r"\w", next_line.strip())
        if says and level == _indent(next_line) and file.is_code(start + level):
            yield _hole(file, "in front", start + level, below + level)


def _above_closers(file: File, chance: random.Random) -> Iterator[Place]:
    """An empty line; below stands only the line that closes the block."""
    closing = re.compile(r"[)\]}]+[;,]?|" + "|".join(["(?!)", *(closer for _, closer in file.rules.ends)]))
    for (start, line), (_, below) in zip(file.lines, file.lines[1:], strict=False):
        is_closing = closing.fullmatch(below.strip()) or (
            file.rules.tags and re.fullmatch(r"</[\w-]+>", below.strip())
        )
        if line.strip() and is_closing and _indent(line) > _indent(below) and file.is_code(start + _indent(line)):
            yield _hole(file, "above closer", start + _indent(line), start + len(line))


def _in_indentation(file: File, chance: random.Random) -> Iterator[Place]:
    """Only a part of the line's indentation stands there; the cursor is behind that."""
    for start, line in file.lines:
        level = _indent(line)
        if level >= 2 and re.search(r"\w", line) and file.is_code(start + level):
            yield _hole(file, "indentation", start + chance.randrange(level), start + len(line))


def _comments(file: File, chance: random.Random) -> Iterator[Place]:
    """A comment of several lines goes on."""
    is_comment = [_is_comment(file, start, line) for start, line in file.lines]
    for index, (start, line) in enumerate(file.lines[1:], 1):
        if not is_comment[index] or not is_comment[index - 1]:
            continue
        last = index
        while last + 1 < min(len(file.lines), index + 1 + chance.randrange(3)) and is_comment[last + 1]:
            last += 1
        yield _hole(file, "comment", start + _indent(line), file.line_end(file.lines[last][0]))


def _is_comment(file: File, start: int, line: str) -> bool:
    """Whether the line is one of a comment, and says something."""
    said = line.strip()
    return (
        file.scan.states[start + _indent(line) :][:1] == "c" and bool(re.search(r"\w", said)) and "*/" not in said
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


KINDS: dict[str, Callable[[File, random.Random], Iterator[Place]]] = {
    "block": _blocks,
    "bare block": _bare_blocks,
    "word block": _word_blocks,
    "indented block": _indented_blocks,
    "call": _calls,
    "blank": _blanks,
    "string": _strings,
    "interpolation": _interpolations,
    "triple quotes": _triple,
    "line": _whole_lines,
    "rest of line": _rests,
    "middle of line": _middles,
    "in front": _in_front,
    "above closer": _above_closers,
    "indentation": _in_indentation,
    "comment": _comments,
}
