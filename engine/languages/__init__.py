"""The languages that Hearth knows: one row each, in the table of its kind of blocks.

The tables are `braces`, `words`, `tags` and `lines`. A language with a grammar has `<name>.scm` beside this file.

A query file captures, with any of these names, what the rest of the engine asks for:
`@definition.<kind>` the node that defines something, with its `@name`, and `@body` where the part behind the
head begins (without `@body` the whole node is the head) and `@doc` (the text of a docstring);
`@reference` an identifier that uses something;
`@import` a statement that brings in other code, with `@import.module`, `@import.name`, and `@import.pair` for a
node that has the fields `name` and `alias`.
Where two patterns match the same node, the one that stands first in the file wins.
"""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from hearth.engine.files import SOURCE, read_bytes
from hearth.engine.languages.braces import BRACES
from hearth.engine.languages.language import Language
from hearth.engine.languages.lines import LINES
from hearth.engine.languages.tags import TAGS
from hearth.engine.languages.words import WORDS

if TYPE_CHECKING:
    import tree_sitter

__all__ = ["LANGUAGES", "Language", "grammar", "language_of", "query"]

log = logging.getLogger("hearth.languages")
LANGUAGES: tuple[Language, ...] = (*BRACES, *WORDS, *TAGS, *LINES)


def language_of(lsp_id: str, path: str | None = None) -> Language | None:
    """The language of a document: by its LSP language id, else by its file's name."""
    by_id, by_suffix, by_name = _tables()
    if lsp_id in by_id:
        return by_id[lsp_id]
    if path is None:
        return None
    file = PurePath(path)
    return by_name.get(file.name) or by_suffix.get(file.suffix.lower())


def named(name: str) -> Language | None:
    """The row with that name."""
    return next((row for row in LANGUAGES if row.name == name), None)


@cache
def grammar(language: Language) -> tree_sitter.Language | None:
    """The language's grammar, loaded at first use; None when it has none, or its package is not one that fits."""
    if not language.grammar:
        return None
    import tree_sitter  # not at the top: prompts need comment marks in the host, where nothing is parsed

    try:
        return tree_sitter.Language(getattr(import_module(language.grammar), language.function)())
    except (ImportError, AttributeError, ValueError) as error:  # not there, other functions, too old or too new
        log.warning("%s is read without its grammar: %s", language.name, error)
        return None


@cache
def query(language: Language, part: Literal["symbols", "references"]) -> tree_sitter.Query | None:
    """The compiled query file of the language: its `@reference` patterns, or all the others.

    None where there is no grammar, or one of another version, with other names of nodes.
    """
    loaded = grammar(language)
    if loaded is None:
        return None
    import tree_sitter

    source = read_bytes(Path(__file__).with_name(f"{language.name}.scm"), SOURCE)
    try:
        compiled = tree_sitter.Query(loaded, source.decode())
    except tree_sitter.QueryError as error:
        log.warning("the queries of %s do not fit its grammar: %s", language.name, error)
        return None
    for index in range(compiled.pattern_count):
        pattern = source[compiled.start_byte_for_pattern(index) : compiled.end_byte_for_pattern(index)]
        # References are many and wanted for a few lines, the others are few and wanted for a whole file.
        if (b"@reference" in pattern) != (part == "references"):
            compiled.disable_pattern(index)
    return compiled


@cache
def _tables() -> tuple[dict[str, Language], dict[str, Language], dict[str, Language]]:
    by_id = {lsp_id: row for row in LANGUAGES for lsp_id in row.lsp_ids}
    by_suffix = {suffix: row for row in LANGUAGES for suffix in row.suffixes}
    by_name = {name: row for row in LANGUAGES for name in row.file_names}
    return by_id, by_suffix, by_name
