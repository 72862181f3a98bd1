"""What the rules need of texts and lines. White space never counts where two texts are compared."""

import re

from hearth.engine.languages import named
from hearth.engine.text import bracket_depth, end_of_previous_line, indent_of, pack, start_of_line
from hearth.engine.types import StopPolicy

SEPARATORS = ";,"
# Shorter lines than this (without white space) also stand in answers by chance: `}`, `else:`, `return x`.
DISTINCTIVE = 10


def needle_of(lines: tuple[str, ...]) -> str:
    """So much of the lines, packed, that finding it is no accident; empty when there is not enough."""
    needle = ""
    for line in lines:
        needle += pack(line)[0]
        if len(needle) >= DISTINCTIVE:
            return needle
    return ""


def find_packed(
    text: str, needle: str, anywhere: bool, first_line: bool = False, column: int | None = None
) -> int | None:
    """The offset in `text` where `needle` begins, white space aside; only at line starts unless `anywhere`.

    The first line counts as one only with `first_line`, and once it is complete. Inside brackets that `text` has
    opened, a line further right than `column` is another one, which happens to read the same.
    """
    if not needle:
        return None
    packed, offsets = pack(text)
    at = packed.find(needle)
    while at >= 0:
        start = offsets[at]
        line_start = start_of_line(text, start)
        if anywhere:
            return start
        if not text[line_start:start].strip():
            is_deeper = column is not None and indent_of(text[line_start : start + 1]) > column
            if line_start > 0:
                if not is_deeper or bracket_depth(text[:line_start]) <= 0:
                    return end_of_previous_line(text, line_start)
            elif first_line and text[offsets[at + len(needle) - 1] + 1 :].lstrip(" \t")[:1] == "\n":
                return 0
        at = packed.find(needle, at + 1)
    return None


def completes_tail(line: str, tail: str, is_first: bool = False) -> int | None:
    """Where `tail`, the user's text right of the cursor, begins in a line of the answer that ends with it.

    A separator behind it does not matter. What is too short, or only closes something, agrees by chance, but not
    on the first line, which is the cursor's.
    """
    wanted = tail.strip().rstrip(SEPARATORS)
    if len(wanted) < 3 and not any(char.isalnum() for char in wanted) and not (is_first and wanted):
        return None
    said = line.rstrip()
    for each in (tail.strip(), wanted):
        for text in (said, said.rstrip(SEPARATORS)):
            if each and text.endswith(each):
                return len(text) - len(each)
    return None


def without_blanks_of(tail: str, text: str, end: int) -> int:
    """`end`, less the blanks before it that `tail` begins with: they stand right of the cursor already."""
    blanks = len(tail) - len(tail.lstrip(" \t"))
    before = len(text[:end]) - len(text[:end].rstrip(" \t"))
    return end - min(blanks, before)


def doubles_blanks(blanks: str, said: str, policy: StopPolicy) -> bool:
    """Whether the blanks in front of what is said stand left of the cursor already: one, or an indentation.

    Not so in strings, in columns, and where a line may have to be indented further.
    """
    head, above = policy.head, "".join(policy.above[:1])
    if not blanks or not head.endswith((" ", "\t")) or said.startswith("\n") or policy.in_string:
        return False
    if policy.comment and said.startswith(policy.comment):
        return False
    if head.strip():
        in_columns = any(re.search(r"\S {2}\s*\S", line) for line in (*policy.above[:2], *policy.below[:2]))
        return blanks == " " and head[-2:-1] not in (" ", "\t") and not in_columns
    if policy.prose:
        return False  # an example, a list
    deeper = indent_of(f"{head}x") - indent_of(above)
    language = named(policy.language)
    opens = language.opens if language else r"[{(\[:]$"
    return bool(above) and (deeper >= 4 or (deeper == 0 and re.search(opens, above.strip()) is None))


def first_indent(text: str, policy: StopPolicy) -> int:
    """The indentation of the line that the answer begins in; on an empty line that is the answer's own."""
    return indent_of(policy.head if policy.head.strip() else policy.head + text.lstrip("\r\n"))


def runs_empty(text: str) -> int | None:
    """Nothing but line ends: three of them are an answer, an empty one."""
    return 0 if text.count("\n") >= 3 else None


def is_jump(line: str) -> bool:
    """Whether what follows this line, indented alike, never runs."""
    is_conditional = re.search(r"\s(if|unless)\s(?!.*\belse\b)", line)  # in Ruby
    jumps = re.match(r"\s*(return|raise|throw|break|continue)\b", line)
    return bool(jumps) and not is_conditional and bracket_depth(line) == 0


def is_before_line(policy: StopPolicy) -> bool:
    """Whether the cursor stands in front of a line, so that the answer is lines of its own."""
    return bool(policy.tail.strip()) and not policy.head.strip()


def line_after(policy: StopPolicy) -> str:
    """The line that follows the answer; "" when there is none."""
    return policy.head + policy.tail if is_before_line(policy) else "".join(policy.below[:1])
