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
    return len(_encoded(text, encoding)) // _bytes_per_unit(encoding)


def code_points(line: str, units: int, encoding: Encoding) -> int:
    """How many characters of a text its first code units are; one that is cut in two counts."""
    if encoding == PositionEncodingKind.Utf32 or line.isascii():
        return max(0, min(units, len(line)))
    # Counted in bytes, for a line may have millions of characters and a keystroke asks several times.
    beginning = _encoded(line, encoding)[: max(0, units) * _bytes_per_unit(encoding)]
    if encoding == PositionEncodingKind.Utf8:
        return len(beginning.translate(None, _CONTINUATIONS))
    return len(beginning.decode("utf-16-le", "surrogatepass"))


_CONTINUATIONS = bytes(range(0x80, 0xC0))  # the bytes of a character in UTF-8 behind its first


def _encoded(text: str, encoding: Encoding) -> bytes:
    name = "utf-8" if encoding == PositionEncodingKind.Utf8 else "utf-16-le"
    return text.encode(name, "surrogatepass")


def _bytes_per_unit(encoding: Encoding) -> int:
    return 1 if encoding == PositionEncodingKind.Utf8 else 2
