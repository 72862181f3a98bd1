"""What is taken off a finished answer: the answer -> how much of it to keep."""

import re
from collections.abc import Callable

from hearth.engine.stopping.lines import DISTINCTIVE, completes_tail, is_jump, line_after, without_blanks_of
from hearth.engine.text import BLANKS, CLOSERS, end_of_previous_line, indent_of, lines_of, pack
from hearth.engine.types import StopPolicy


def lines_below(text: str, policy: StopPolicy) -> int:
    """Keep what comes before last lines that are the next lines below, indentation included."""
    if policy.tail.strip():
        return len(text)
    lines = [(start, line) for start, line in lines_of(text) if line.strip()]
    if lines and lines[0][0] == 0:
        # On a line that says nothing yet the first one is a line as the others are.
        lines = lines[1:] if policy.head.strip() else [(0, policy.head + lines[0][1]), *lines[1:]]
    for size in range(min(len(lines), len(policy.below)), 0, -1):
        said = [(indent_of(line), line.strip()) for _, line in lines[-size:]]
        if said == [(indent_of(line), line.strip()) for line in policy.below[:size]]:
            return end_of_previous_line(text, lines[-size][0])
    return len(text)


def overlap_with_below(text: str, policy: StopPolicy) -> int:
    """Keep what comes before the longest end of the answer that the text right of the cursor begins with.

    Closing brackets are left alone: whether they are doubled depends on what the answer opens, and the ones
    that the editor typed are replaced when the answer is inserted.
    """
    target = pack("\n".join((policy.tail, *policy.below)))[0]
    packed, offsets = pack(text)
    tail = pack(policy.tail)[0]
    for size in range(min(len(packed), len(target)), 0, -1):
        if not packed.endswith(target[:size]):
            continue
        # A few characters agree by chance, unless they are all that is left of the cursor's line.
        if size < DISTINCTIVE and (size != len(tail) or not tail.strip(CLOSERS + "\"'`;,")):
            return len(text)
        if not tail and text[: offsets[-size]].rpartition("\n")[2].strip():
            return len(text)  # with nothing right of the cursor only whole lines can be a repetition
        return without_blanks_of(policy.tail, text, offsets[-size])
    return len(text)


def tail_again(text: str, policy: StopPolicy) -> int:
    """Keep what comes before the user's text right of the cursor, where the last line says it and a separator."""
    start, line = lines_of(text)[-1]
    at = completes_tail(line, policy.tail) if policy.tail.strip() else None
    return len(text) if at is None else without_blanks_of(policy.tail, text, start + at)


def jump_before_code(text: str, policy: StopPolicy) -> int:
    """Keep what comes before a last line that would keep the code below from ever running.

    A first line stays: it is all there is to show.
    """
    lines = [(start, line) for start, line in lines_of(text) if line.strip()]
    if len(lines) < 2 or not policy.comment:
        return len(text)
    start, last = lines[-1]
    below = line_after(policy)
    if not is_jump(last) or indent_of(below) != indent_of(last) or not _is_statement(below):
        return len(text)
    return start if policy.tail.strip() else end_of_previous_line(text, start)


def trailing_space(text: str, policy: StopPolicy) -> int:
    """Keep blanks at the end only in front of text on the same line, and in a string that ends there.

    A line end does so only where the answer has others too, or is a line of its own.
    """
    if policy.tail.strip():
        said = text.rstrip(BLANKS)
        is_torn = policy.head.strip() and said and "\n" not in said and "\n" in text
        return len(said) if is_torn else len(text)
    return len(text.rstrip("\r\n" if policy.in_string and policy.closers.strip() else BLANKS))


Trim = Callable[[str, StopPolicy], int]
TRIMS: tuple[Trim, ...] = (
    trailing_space,
    lines_below,
    overlap_with_below,
    tail_again,
    jump_before_code,
    trailing_space,
)


def _is_statement(line: str) -> bool:
    """False for what can be reached from elsewhere: another branch, a label, a definition, the end of a block."""
    others = r"(case|default|else|elif|except|finally|rescue|ensure|when|end|fi|done|def|class|function|fn|func)\b"
    return not re.match(rf"\W|{others}|\w+:(\s|$)|$", line.strip())
