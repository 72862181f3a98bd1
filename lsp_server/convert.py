"""Between the protocol's positions and the engine's offsets.

LSP columns count code units of the negotiated encoding (utf-8, utf-16 or utf-32); offsets count code points.
Whatever lies outside the text is moved to the nearest place inside, as the protocol asks for.
"""

from bisect import bisect_right
from typing import Protocol

from lsprotocol.types import Position, PositionEncodingKind, Range

Encoding = PositionEncodingKind | str


class Lines(Protocol):
    """A text and the offset of each line's first character."""

    @property
    def text(self) -> str: ...
    @property
    def line_starts(self) -> list[int]: ...


def offset_at(document: Lines, position: Position, encoding: Encoding) -> int:
    starts = document.line_starts
    if position.line < 0:
        return 0
    if position.line >= len(starts):
        return len(document.text)
    start = starts[position.line]
    return start + code_points(_line_at(document, position.line), position.character, encoding)


def position_at(document: Lines, offset: int, encoding: Encoding) -> Position:
    line = _line_number(document.line_starts, offset)
    return Position(line, _code_units(document.text[document.line_starts[line] : offset], encoding))


def range_at(document: Lines, start: int, end: int, encoding: Encoding) -> Range:
    return Range(position_at(document, start, encoding), position_at(document, end, encoding))


def lengths(text: str) -> set[int]:
    """How long clients may take this text to be: in any of the encodings."""
    return {_code_units(text, encoding) for encoding in PositionEncodingKind}


def _line_at(document: Lines, line: int) -> str:
    """The line without its end."""
    starts = document.line_starts
    end = starts[line + 1] if line + 1 < len(starts) else len(document.text)
    return document.text[starts[line] : end].rstrip("\r\n")


def _line_number(starts: list[int], offset: int) -> int:
    return max(0, bisect_right(starts, offset) - 1)


def _code_units(text: str, encoding: Encoding) -> int:
    if encoding == PositionEncodingKind.Utf32 or text.isascii():
        return len(text)
    return sum(_width(char, encoding) for char in text)


def code_points(line: str, units: int, encoding: Encoding) -> int:
    """How many characters of a text its first code units are."""
    if encoding == PositionEncodingKind.Utf32 or line.isascii():
        return max(0, min(units, len(line)))
    for index, char in enumerate(line):
        if units <= 0:
            return index
        units -= _width(char, encoding)
    return len(line)


def _width(char: str, encoding: Encoding) -> int:
    if encoding == PositionEncodingKind.Utf8:
        return len(char.encode("utf-8", "surrogatepass"))
    return 2 if ord(char) > 0xFFFF else 1
