"""A patch with the whole file around its changes -> the changed places, with their secrets hidden."""

from dataclasses import dataclass

from hearth.engine.secrets.hiding import seen_by_model

_AROUND = 2  # lines that are kept above and below a change
_MOST_LINE = 300  # characters of a line that are shown


@dataclass(frozen=True, slots=True)
class Hunk:
    """`lines` begin with `+`, `-` or a blank, as in a patch; `within` is the line that begins the code around."""

    lines: tuple[str, ...]
    within: str = ""

    @property
    def changed(self) -> tuple[str, ...]:
        return tuple(line for line in self.lines if line[:1] in "+-")


def hunks(patch: str) -> tuple[Hunk, ...]:
    """The changed places of one file's patch."""
    lines = _hidden(_body(patch))
    changed = [number for number, line in enumerate(lines) if line[0] in "+-"]
    found: list[Hunk] = []
    begin = 0
    for index, number in enumerate(changed):
        following = changed[index + 1] if index + 1 < len(changed) else None
        if following is not None and following - number <= 2 * _AROUND + 1:
            continue
        first = max(0, changed[begin] - _AROUND)
        shown = tuple(line[:_MOST_LINE] for line in lines[first : number + _AROUND + 1])
        found.append(Hunk(shown, _head_above(lines, first)))
        begin = index + 1
    return tuple(found)


def _body(patch: str) -> list[str]:
    """The lines behind the head, each with its sign."""
    lines: list[str] = []
    is_body = False
    for line in patch.split("\n"):
        if line.startswith(("@@ ", "diff --git ")):
            is_body = line.startswith("@@ ")
        elif is_body and line[:1] in ("+", "-", " "):
            lines.append(line.rstrip("\r"))
    return lines


def _hidden(lines: list[str]) -> list[str]:
    """The lines without their secrets, which are looked for in the old file and in the new one, each whole.

    A stand-in has as many lines as the secret, so each line is found again.
    """
    shown = list(lines)
    for sign in "-+":
        numbers = [number for number, line in enumerate(lines) if line[0] in (" ", sign)]
        text = "\n".join(lines[number][1:] for number in numbers)
        seen = seen_by_model(text)
        for number, line in zip(numbers, seen.split("\n") if numbers else [], strict=True):
            if line != lines[number][1:]:
                shown[number] = lines[number][0] + line
    return shown


def _head_above(lines: list[str], first: int) -> str:
    """The nearest line above that begins in the first column, as git finds what a change is in."""
    for line in reversed(lines[:first]):
        if line[0] != "-" and (line[1:2].isalpha() or line[1:2] in ("_", "$")):
            return line[1:81].strip()
    return ""
