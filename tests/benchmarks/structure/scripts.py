"""What a model says at a place: right, but more or less of it, or in another layout."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks.structure.places import Place

_LINES_ON = 4  # lines of the text below that an answer runs on into


@dataclass(frozen=True, slots=True)
class Said:
    """`crlf`: the document ends its lines with CRLF too. `loose`: the indentation is the model's own."""

    script: str
    text: str
    crlf: bool = False
    loose: bool = False


def said_at(place: Place, unit: str) -> list[Said]:
    """The answers that are tried at a place, each text once; `unit` is the file's own indentation."""
    found: dict[tuple[str, bool], Said] = {}
    for script, make in SCRIPTS.items():
        text = make(place, unit)
        if text:
            said = Said(script, text, "CRLF" in script, script in LOOSE)
            found.setdefault((text, said.crlf), said)
    return list(found.values())


def pieces(text: str) -> list[str]:
    """Cut as a tokenizer would, roughly."""
    return re.findall(r"\r?\n[ \t]*|[ \t]*\w{1,8}|[ \t]*[^\w\s]{1,3}|[ \t]+|.", text, re.DOTALL)


def _exact(place: Place, unit: str) -> str:
    return place.missing


def _line_end(place: Place, unit: str) -> str:
    return place.missing + "\n" if place.after.startswith("\n") else ""


def _runs_on(place: Place, unit: str) -> str:
    lines = place.after.split("\n")
    following = "\n".join(lines[: _LINES_ON + 1])
    return place.missing + following if following.strip() else ""


def _without_closers(place: Place, unit: str) -> str:
    if place.closing:
        return place.missing.rpartition("\n")[0]
    inside = place.missing[: place.close_at]
    blanks = inside[len(place.content) :]
    is_layout = "\n" in blanks or place.closers.startswith(" ")  # and not the end of a string, for one
    return (place.content if is_layout else inside) if place.closers else ""


def _first_closer(place: Place, unit: str) -> str:
    return place.missing[: place.close_at + 1] if place.closers else ""


def _crlf(place: Place, unit: str) -> str:
    return place.missing.replace("\n", "\r\n")


def _crlf_runs_on(place: Place, unit: str) -> str:
    return _runs_on(place, unit).replace("\n", "\r\n")


def _other_unit(place: Place, unit: str) -> str:
    """Deeper lines are indented by another unit than the file's."""
    other = "    " if place.language == "yaml" else "\t" if unit == "  " else "  "
    lines = place.missing.split("\n")
    base = _blanks(place.before.split("\n")[-1])
    if len(lines) < 2 or not place.missing.startswith("\n"):
        return ""
    return "\n".join([lines[0], *(_with_unit(line, base, unit, other) for line in lines[1:])])


def _with_unit(line: str, base: str, unit: str, other: str) -> str:
    deeper = _blanks(line).removeprefix(base)
    if not deeper or not _blanks(line).startswith(base):
        return line
    return base + deeper.replace(unit, other) + line.lstrip()


def _closer_misplaced(place: Place, unit: str) -> str:
    """The closing line is indented like the last line of the block."""
    head, end, last = place.missing.rpartition("\n")
    if not place.closers or not end or place.close_at < len(head) or not head.strip():
        return ""
    return head + end + _blanks(head.rpartition("\n")[2]) + last.lstrip()


def _blanks(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


SCRIPTS: dict[str, Callable[[Place, str], str]] = {
    "exact": _exact,
    "line end": _line_end,
    "runs on": _runs_on,
    "no closers": _without_closers,
    "first closer": _first_closer,
    "CRLF": _crlf,
    "CRLF, runs on": _crlf_runs_on,
    "other unit": _other_unit,
    "closer misplaced": _closer_misplaced,
}
LOOSE = ("other unit", "closer misplaced")
