"""What is known of a language: the type of one row."""

from dataclasses import dataclass
from typing import Literal

BlockStyle = Literal["indent", "brace", "end", "tag", "none"]

BRACE_OPENS = r"\{$|^(case\b.*|default\s*):$"


@dataclass(frozen=True, slots=True, eq=False)  # equal to itself only, so that a cache need not hash every field
class Language:
    """One language.

    `grammar` is the module of its tree-sitter grammar; "" where there is none: such a language is read by hand.
    `comment` begins a line comment, `block_comment` begins and ends one of several lines, `quotes` are the
    characters that begin a string, `long_quotes` the ones that begin, and end, a string of several lines, and
    `interpolations` what begins code inside a string (its last character is the bracket that closes it).

    Three regular expressions are for a line without blanks and comment at its ends. `opens` is searched in it, and
    says whether it begins a block; `ends` and `middles` are matched from its start: `ends` for one that closes a
    block with a word (`end`, `fi`, `</ul>`) and `middles` for one that continues such a block (`else`,
    `rescue`), at the indentation of the line that began it. "" matches none.
    """

    name: str
    lsp_ids: tuple[str, ...]
    suffixes: tuple[str, ...]
    grammar: str = ""
    function: str = "language"
    comment: str = "//"
    block_comment: tuple[str, str] | None = ("/*", "*/")
    block: BlockStyle = "brace"
    opens: str = BRACE_OPENS
    ends: str = ""
    middles: str = ""
    quotes: str = "\"'"
    long_quotes: tuple[str, ...] = ()
    interpolations: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
