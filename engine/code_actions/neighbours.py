"""Lines around the selected ones that an answer repeats: models show the file, or a part of it, and not the lines.

Where both are possible, the tree decides: an answer that is whole without its last brace keeps it.
"""

import re
from itertools import product

from hearth.engine.code_actions.edits import Edit, after_edits, fitted
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.syntax import errors
from hearth.engine.text import end_of_line, start_of_line


def without_neighbours(target: Target, code: str) -> str:
    """The part of the code that is new text for the target's lines."""
    text = target.code.text
    lines = code.split("\n")
    plain = [line.strip() for line in lines]
    above = _plain(text[: start_of_line(text, target.start)])
    below = _plain(text[end_of_line(text, target.end) + 1 :])
    top = _common(above[::-1], plain, from_end=False)
    bottom = _common(below, plain[top:], from_end=True)
    if not top and not bottom:
        return code
    before = errors(target.code)
    for first, last in product(dict.fromkeys((top, 0)), dict.fromkeys((bottom, 0))):
        kept = "\n".join(lines[first : len(lines) - last]).strip("\n")
        new = fitted(kept, target.code.language, text, target.indent)
        if kept.strip() and errors(after_edits(target.code, (Edit(target.start, target.end, new),))) <= before:
            return kept
    return code


def _plain(text: str) -> list[str]:
    return [line.strip() for line in re.split(r"\r?\n", text.rstrip("\r\n"))] if text.strip() else []


def _common(nearest: list[str], answer: list[str], from_end: bool) -> int:
    """How many lines at one end of the answer stand right beside the target; `nearest` begins there."""
    for count in range(min(len(nearest), len(answer) - 1), 0, -1):
        said = answer[len(answer) - count :] if from_end else answer[:count][::-1]
        if said == nearest[:count] and any(said):
            return count
    return 0
