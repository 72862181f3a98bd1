"""`pairs.toml` as values: what an editor closes in each language, and how its strings and comments look."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_BEFORE = ";:.,=}])>"  # where a language says nothing of its own


@dataclass(frozen=True, slots=True)
class Pair:
    open: str
    close: str
    not_in: str


@dataclass(frozen=True, slots=True)
class Quotes:
    """A kind of string; `interpolation` opens code inside of it."""

    open: str
    close: str
    flags: str
    interpolation: str


@dataclass(frozen=True, slots=True)
class Rules:
    """One language; see the head of the file for what the fields mean."""

    language: str
    pairs: tuple[Pair, ...]
    strings: tuple[Quotes, ...]
    before: str
    comment: str
    block_comment: tuple[str, str] | None
    ends: tuple[tuple[str, str], ...]
    indented: str
    unit: str
    tags: bool

    def closes(self, text: str, at: int, opener: str, state: str) -> str | None:
        """What the editor adds behind an opener typed at `at`, in a "s"tring, a "c"omment or " " code."""
        follows = text[at : at + 1]
        if follows and not follows.isspace() and follows not in self.before:
            return None
        found = [pair for pair in self.pairs if pair.open == opener and state not in pair.not_in]
        return found[0].close if found else None


@cache
def rules_of(language: str) -> Rules:
    row = _table()[language]
    row = _table()[row["like"]] if "like" in row else row
    comment = row.get("block_comment")
    return Rules(
        language,
        tuple(Pair(*pair) for pair in row["pairs"]),
        tuple(Quotes(*string) for string in row["strings"]),
        row.get("before", _BEFORE),
        row.get("comment", ""),
        (comment[0], comment[1]) if comment else None,
        tuple((opener, closer) for opener, closer in row.get("ends", ())),
        row.get("indented", ""),
        row.get("unit", "    "),
        row.get("tags", False),
    )


def languages() -> list[str]:
    return list(_table())


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("pairs.toml").read_text("utf-8"))
