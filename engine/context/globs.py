"""Rules of ignore files, as git reads them, in time that grows with the rule times the path and no faster.

The libraries make one regular expression of a rule, which goes back over every star: with 25 of them and a file
name of 60 letters it takes years. Here a path is matched name by name, and behind each star the first place where
the rule goes on is the right one, so none is tried twice. (gitignore(5), and wildmatch.c of git.)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


class Unreadable(ValueError):
    """The rule cannot be read; git ignores it, too."""


class Name:
    """What one name on a path must look like: `*.py`, `test_?`, `[a-z]*`. Compiled when that is first needed."""

    def __init__(self, glob: str) -> None:
        pieces = _pieces(glob)
        self.chunks = _chunks(pieces)  # what stands between the stars, in pieces that match one character each
        self.length = sum(len(chunk) for chunk in self.chunks)
        plain = re.split(r"[*?\[\\]", glob)
        # Most rules are decided by these, at no cost.
        self._start = plain[0]
        self._end = plain[-1] if len(plain) > 1 and "[" not in glob and "\\" not in glob else ""

    def matches(self, name: str) -> bool:
        if len(self.chunks) == 1 and self._start and self.length == len(self._start):
            return name == self._start
        if len(name) < self.length or not name.startswith(self._start) or not name.endswith(self._end):
            return False
        return self._pattern.fullmatch(name) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        first, *rest = ["".join(chunk) for chunk in self.chunks]
        if not rest:
            return re.compile(first, re.DOTALL)
        *middle, last = rest
        return re.compile(first + "".join(f"(?>.*?{chunk})" for chunk in middle) + f".*{last}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an ignore file. `names` are matched name by name; None stands for any number of folders."""

    names: tuple[Name | None, ...]
    brings_back: bool
    folders_only: bool

    def matches(self, parts: Sequence[str], is_folder: bool) -> bool:
        """Whether the rule matches this path, which is relative to the rule's folder."""
        if self.folders_only and not is_folder:
            return False
        return _matches(self.names, parts)


def rule(line: str) -> Rule | None:
    """The rule in a line; None where it holds none. Raises `Unreadable`."""
    text = _without_blanks(line)
    if not text or text.startswith("#"):
        return None
    brings_back = text.startswith("!")
    text = text.removeprefix("!")
    folders_only = text.endswith("/")
    text = text.removesuffix("/")
    if not text:
        return None
    if "/" not in text:
        return Rule((None, Name(text)), brings_back, folders_only)
    names: list[Name | None] = []
    for segment in text.removeprefix("/").split("/"):
        if len(segment) < 2 or segment.strip("*"):
            names.append(Name(segment))
        elif not names or names[-1] is not None:
            names.append(None)
    if names[-1] is None:
        names.append(Name("*"))  # everything inside of a folder, not the folder
    return Rule(tuple(names), brings_back, folders_only)


def _matches(names: Sequence[Name | None], parts: Sequence[str]) -> bool:
    if len(names) == 2 and names[0] is None and names[1] is not None:
        return names[1].matches(parts[-1])
    if sum(name is not None for name in names) > len(parts):
        return False
    at = part = 0
    star, resume = -1, 0  # the last "**", and the part behind what it stands for now
    while part < len(parts):
        wanted = names[at] if at < len(names) else None
        if at < len(names) and wanted is None:
            star, resume = at, part
            at += 1
        elif wanted is not None and wanted.matches(parts[part]):
            at, part = at + 1, part + 1
        elif star >= 0:
            resume += 1
            at, part = star + 1, resume
        else:
            return False
    return at == len(names)


def _without_blanks(line: str) -> str:
    """Blanks at the end do not count, except one after a backslash."""
    text = line.removesuffix("\r")
    kept = text.rstrip(" ")
    escaped = (len(kept) - len(kept.rstrip("\\"))) % 2 == 1
    return text[: len(kept) + 1] if escaped else kept


def _pieces(glob: str) -> list[str]:
    """The glob in regular expressions for one character each, and "" for a star."""
    pieces: list[str] = []
    at = 0
    while at < len(glob):
        char = glob[at]
        at += 1
        if char == "*":
            if not pieces or pieces[-1]:
                pieces.append("")
        elif char == "?":
            pieces.append(".")
        elif char == "[":
            piece, at = _bracket(glob, at)
            pieces.append(piece)
        elif char == "\\":
            if at == len(glob):
                raise Unreadable("a backslash with nothing behind it")
            pieces.append(re.escape(glob[at]))
            at += 1
        else:
            pieces.append(re.escape(char))
    return pieces


def _chunks(pieces: list[str]) -> list[list[str]]:
    chunks: list[list[str]] = [[]]
    for piece in pieces:
        if piece:
            chunks[-1].append(piece)
        else:
            chunks.append([])
    return chunks


def _bracket(glob: str, at: int) -> tuple[str, int]:
    """The expression for `[…]`, whose inside begins at `at`, and where it ends. Raises `Unreadable`."""
    negated = glob[at : at + 1] in ("!", "^")
    at += negated
    members: list[str] = []
    begin = at
    while at < len(glob) and (glob[at] != "]" or at == begin):
        if glob.startswith("[:", at) and (end := glob.find(":]", at)) > 0:
            members.append(_CLASSES.get(glob[at + 2 : end], ""))
            at = end + 2
            continue
        low, at = _member(glob, at)
        if glob[at : at + 1] == "-" and glob[at + 1 : at + 2] not in ("", "]"):
            high, at = _member(glob, at + 1)
            # Of a range the wrong way round git takes the first letter.
            members.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else re.escape(low))
        else:
            members.append(re.escape(low))
    if at >= len(glob):
        raise Unreadable("a bracket that is not closed")
    inside = "".join(members)
    if not inside:
        return "." if negated else "(?!.)", at + 1
    return f"[{'^' * negated}{inside}]", at + 1


def _member(glob: str, at: int) -> tuple[str, int]:
    if glob[at] == "\\" and at + 1 < len(glob):
        at += 1
    return glob[at], at + 1
