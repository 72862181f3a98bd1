"""What an edit did, token by token."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

MAX_TOKENS = 600  # of the lines of an edit, before or after

_NEAR = 2  # tokens between a name and its type, or its value

# Strings, names, numbers, and every other character by itself.
TOKEN = re.compile(r"\"[^\"\n\\]{0,300}+\"|'[^'\n\\]{0,300}+'|[^\W\d][\w$]{0,200}+|\d[\w.]{0,60}+|[^\s\w]|\w")
_NAME = re.compile(r"[^\W\d][\w$]*+")
_STRING = re.compile(r"\"[^\"]*+\"|'[^']*+'")


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    start: int  # in the text that it was found in

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens that became others: the old ones are `first:last`, the new ones `new_first:new_last`."""

    first: int
    last: int
    new_first: int
    new_last: int


@dataclass(frozen=True, slots=True)
class Changes:
    before: tuple[Token, ...]
    after: tuple[Token, ...]
    runs: tuple[Run, ...]

    def old(self, run: Run) -> tuple[str, ...]:
        return tuple(token.text for token in self.before[run.first : run.last])

    def new(self, run: Run) -> tuple[str, ...]:
        return tuple(token.text for token in self.after[run.new_first : run.new_last])


def tokens(text: str) -> tuple[Token, ...]:
    return tuple(Token(found[0], found.start()) for found in TOKEN.finditer(text))


@lru_cache(maxsize=64)
def changes(old: str, new: str) -> Changes:
    """Which tokens of `old` became which of `new`; no runs where these are too many."""
    before, after = tokens(old), tokens(new)
    if max(len(before), len(after)) > MAX_TOKENS:
        return Changes(before, after, ())
    matcher = SequenceMatcher(None, [t.text for t in before], [t.text for t in after], autojunk=False)
    runs = [Run(*each[1:]) for each in matcher.get_opcodes() if each[0] != "equal"]
    return Changes(before, after, tuple(runs))


def pairs(found: Changes) -> dict[str, str]:
    """The names that others took the place of, with these; none where one name became two."""
    known: dict[str, str] = {}
    for run in found.runs:
        old, new = found.old(run), found.new(run)
        if len(old) != 1 or len(new) != 1 or not (is_name(old[0]) and is_name(new[0])):
            continue
        if known.setdefault(old[0], new[0]) != new[0]:
            return {}
    return known


def renamed(found: Changes) -> list[tuple[str, str]]:
    """(the old name, the new one) for each name that one took the place of which was not on these lines before."""
    there_before = {token.text for token in found.before}
    return [(before, after) for before, after in pairs(found).items() if after not in there_before]


def is_same_thing(found: Changes, name: str) -> bool:
    """Whether what got another name instead of this one is still the same: its type and its value are.

    A parameter with another name and another type is another parameter.
    """
    runs = list(found.runs)
    for index, run in enumerate(runs):
        if found.old(run) != (name,):
            continue
        follows = runs[index + 1] if index + 1 < len(runs) else None
        if follows is not None and follows.first - run.last <= _NEAR and found.old(follows):
            return False
        behind = found.before[run.last :]
        changed = sum(each.last - each.first for each in runs[index + 1 :])
        return 2 * changed <= len(behind)
    return True


def is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def is_string(text: str) -> bool:
    return _STRING.fullmatch(text) is not None
