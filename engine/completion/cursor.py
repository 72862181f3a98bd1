"""A cursor and what was parsed around it, and how an answer is set there."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from hearth.engine.completion.tail import Tail, closers_at, tail_at
from hearth.engine.context import parsed
from hearth.engine.context.documents import Document
from hearth.engine.context.lexical import in_comment, in_string
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.syntax import UNKNOWN, errors, errors_after, opens_block
from hearth.engine.stopping.pairs import Closers

_ENDS = {"bash": ("\n:\nfi", "\n:\ndone", "\nesac")}  # of blocks, where that is not "end"


@dataclass(frozen=True)
class Cursor:
    """A cursor at `offset` of a text, and `code`, the part of it that was parsed and begins at `code_start`."""

    text: str
    offset: int
    code: ParsedText
    code_start: int

    @property
    def offset_in_code(self) -> int:
        return self.offset - self.code_start

    @cached_property
    def tail(self) -> Tail:
        return tail_at(self.text, self.offset)

    @cached_property
    def closers(self) -> Closers:
        return closers_at(self.code, self.offset_in_code)

    @cached_property
    def is_text(self) -> bool:
        """Whether it is in a comment or in a string."""
        return in_comment(self.code, self.offset_in_code) or in_string(self.code, self.offset_in_code)

    @property
    def is_prose(self) -> bool:
        """Whether what stands there is no code: a Markdown fence would be text."""
        language = self.code.language
        return (language is not None and language.name == "markdown") or self.is_text

    @property
    def line_end(self) -> str:
        """That of the text."""
        return "\r\n" if "\r\n" in self.code.text else "\n"

    def behind(self, inserted: str, end: int) -> "Cursor":
        """The cursor behind `inserted`, once that has replaced the text from this cursor up to `end`; parses."""
        text = self.text[: self.offset] + inserted + self.text[end:]
        code = parsed.paste(self.code, self.offset_in_code, end - self.code_start, inserted)
        return Cursor(text, self.offset + len(inserted), code, self.code_start)


def cursor_at(document: Document, offset: int) -> Cursor:
    """A cursor in a document as it is now."""
    return Cursor(document.text, offset, *document.code_near(offset))


@dataclass(frozen=True, slots=True)
class Fit:
    """Insert `text` in the place of the `replaced` characters right of the cursor."""

    text: str
    replaced: int = 0


def errors_with(cursor: Cursor, fit: Fit, closing: str = "") -> int:
    """How many errors the tree has with the answer; `closing` is set behind it only to look at it.

    `UNKNOWN` where there is no time to look: then no other answer is better, and the one at hand not wrong.
    """
    start = cursor.offset_in_code
    end = min(start + fit.replaced, len(cursor.code.text))
    return errors_after(cursor.code, start, end, fit.text + closing)


def breaks(cursor: Cursor, count: int) -> bool:
    """Whether so many errors are more than the tree has without the answer, as far as that is known."""
    return errors(cursor.code) < count < UNKNOWN


def closings(cursor: Cursor, text: str, open: str, operands: tuple[str, ...] = ()) -> Iterator[str]:
    """How what an answer began may end: `open` brackets, a statement, a block; also behind one of `operands`."""
    language = cursor.code.language
    has_semicolons = language is not None and language.block == "brace" and language.comment == "//"
    for operand in ("", *operands):
        yield f"{operand}{open}"
        if has_semicolons:
            yield f"{operand}{open};"
            yield f"{operand}{open} {{}}"
    line = f"{cursor.tail.head}{text}".rpartition("\n")[2]
    if language is not None and opens_block(cursor.code, line):
        deeper = f"\n{indent(line) or indent(cursor.tail.head)}    "
        yield from {"indent": (f"{deeper}pass",), "end": _ENDS.get(language.name, ("\nend",))}.get(
            language.block, ()
        )


def indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
