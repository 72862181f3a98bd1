"""Arithmetic on text: lines, indentation, brackets, what two texts have in common. Offsets count characters."""

import math

CLOSERS = ")]}"
OPENERS = "([{"
BLANKS = " \t\r\n"
MAX_LINE = 2_000  # characters of a line that are looked at, on each side of the cursor
CHARS_PER_TOKEN = 3.3  # of code, measured with Qwen2.5-Coder's vocabulary; only an estimate is needed


def estimate_tokens(text: str) -> int:
    """Roughly how many tokens the text has, rounded up."""
    return math.ceil(len(text) / CHARS_PER_TOKEN)


def start_of_line(text: str, offset: int) -> int:
    """The offset at which the line of `offset` begins."""
    return text.rfind("\n", 0, offset) + 1


def end_of_line(text: str, offset: int) -> int:
    """The offset of the line feed that ends the line of `offset`; the end of the text where there is none."""
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def shortened(line: str) -> str:
    """The indentation and the end of a long line."""
    if len(line) <= MAX_LINE:
        return line
    return line[: min(MAX_LINE, len(line) - len(line.lstrip(" \t")))] + line[-MAX_LINE:].lstrip(" \t")


def bracket_depth(text: str) -> int:
    """Open brackets minus closed ones; including those in strings and comments."""
    return sum(text.count(char) for char in OPENERS) - sum(text.count(char) for char in CLOSERS)


def pack(text: str) -> tuple[str, list[int]]:
    """The text without white space, and the offset of each remaining character."""
    offsets = [index for index, char in enumerate(text) if not char.isspace()]
    return "".join(text[index] for index in offsets), offsets


def lines_of(text: str) -> list[tuple[int, str]]:
    """(offset, line without its end) of every line; the last one may still be growing."""
    lines: list[tuple[int, str]] = []
    start = 0
    for line in text.split("\n"):
        lines.append((start, line))
        start += len(line) + 1
    return lines


def end_of_previous_line(text: str, line_start: int) -> int:
    return len(text[:line_start].rstrip("\r\n"))


def indent_of(line: str) -> int:
    """The width of a line's indentation; a tab goes to the next multiple of four."""
    blanks = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blanks.expandtabs(4))


def common_start(left: str, right: str) -> int:
    """How many characters two texts have in common at their beginning."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def common_end(left: str, right: str, most: int) -> int:
    """How many characters, at most `most`, two texts have in common at their end."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if left[len(left) - middle : len(left) - low] == right[len(right) - middle : len(right) - low]:
            low = middle
        else:
            high = middle - 1
    return low
