"""The languages that Hearth can read: one row each, and `<name>.scm` beside this file.

A query file captures, with any of these names, what the rest of the engine asks for:
`@definition.<kind>` the node that defines something, with its `@name`, and `@body` where the part behind the
head begins (without `@body` the whole node is the head) and `@doc` (the text of a docstring);
`@reference` an identifier that uses something;
`@import` a statement that brings in other code, with `@import.module` and `@import.name`.
Where two patterns match the same node, the one that stands first in the file wins.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path, PurePath
from typing import Literal

import tree_sitter

BlockStyle = Literal["indent", "brace", "end", "tag", "none"]


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    `grammar` is the module of its tree-sitter grammar; "" where there is none: such a language is read by hand.
    `comment` begins a line comment, `block_comment` begins and ends one of several lines, `quotes` are the
    characters that begin a string, `long_quotes` the ones that begin a string of several lines, and
    `interpolations` what begins code inside a string (its last character is the bracket that closes it).

    Three regular expressions are for a line without blanks and comment at its ends: `opens` for one that begins a
    block; `ends` for one that closes a block with a word (`end`, `fi`, `</ul>`) and `middles` for one with which
    such a block goes on (`else`, `rescue`), at the indentation of the line that began it. "" matches none.
    """

    name: str
    lsp_ids: tuple[str, ...]
    suffixes: tuple[str, ...]
    grammar: str = ""
    function: str = "language"
    comment: str = "//"
    block_comment: tuple[str, str] | None = None
    block: BlockStyle = "brace"
    opens: str = r"\{$|^(case\b.*|default)\s*:$"
    ends: str = ""
    middles: str = ""
    quotes: str = "\"'"
    long_quotes: tuple[str, ...] = ()
    interpolations: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()


_PYTHON_OPENS = (
    r"^(async\s+)?(def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b.*:$"
    r"|^\).*:$"
)
_RUBY_OPENS = (
    r"^(def|class|module|if|elsif|else|unless|while|until|case|when|for|begin|rescue|ensure)\b(?!.*\bend$)"
    r"|\bdo(\s*\|[^|]*\|)?$|\{(\s*\|[^|]*\|)?$"
)
_HTML_OPENS = (
    r"<(?!(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)[A-Za-z][\w-]*[^<>]*(?<!/)>$"
)

LANGUAGES: tuple[Language, ...] = (
    Language(
        "python",
        ("python",),
        (".py", ".pyi", ".pyw"),
        "tree_sitter_python",
        comment="#",
        block="indent",
        opens=_PYTHON_OPENS,
    ),
    Language(
        "javascript",
        ("javascript", "javascriptreact"),
        (".js", ".jsx", ".mjs", ".cjs"),
        "tree_sitter_javascript",
        quotes="\"'`",
    ),
    Language(
        "typescript",
        ("typescript",),
        (".ts", ".mts", ".cts"),
        "tree_sitter_typescript",
        "language_typescript",
        quotes="\"'`",
    ),
    Language("tsx", ("typescriptreact",), (".tsx",), "tree_sitter_typescript", "language_tsx", quotes="\"'`"),
    Language("go", ("go",), (".go",), "tree_sitter_go", quotes="\"'`"),
    Language("rust", ("rust",), (".rs",), "tree_sitter_rust", quotes='"'),
    Language("java", ("java",), (".java",), "tree_sitter_java"),
    Language("c", ("c",), (".c", ".h"), "tree_sitter_c"),
    Language("cpp", ("cpp",), (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx"), "tree_sitter_cpp"),
    Language("csharp", ("csharp",), (".cs",), "tree_sitter_c_sharp"),
    Language(
        "ruby",
        ("ruby",),
        (".rb", ".rake", ".gemspec"),
        "tree_sitter_ruby",
        comment="#",
        block="end",
        opens=_RUBY_OPENS,
        file_names=("Rakefile", "Gemfile"),
    ),
    Language("php", ("php",), (".php",), "tree_sitter_php", "language_php"),
    Language(
        "bash",
        ("shellscript", "bash", "sh"),
        (".sh", ".bash"),
        "tree_sitter_bash",
        comment="#",
        block="end",
        opens=r"\b(then|do|else)$|\{$|^case\b.*\bin$|^[^()]+\)$",
    ),
    Language(
        "lua",
        ("lua",),
        (".lua",),
        "tree_sitter_lua",
        comment="--",
        block="end",
        opens=r"\b(then|do|else|repeat)$|\bfunction\b[^()]*\([^()]*\)$|\{$",
    ),
    Language(
        "html",
        ("html",),
        (".html", ".htm"),
        "tree_sitter_html",
        comment="",
        block="tag",
        opens=_HTML_OPENS,
        quotes="",
    ),
    Language("css", ("css",), (".css",), "tree_sitter_css", comment=""),
    Language("json", ("json", "jsonc"), (".json", ".jsonc"), "tree_sitter_json", quotes='"'),
    Language("yaml", ("yaml",), (".yaml", ".yml"), "tree_sitter_yaml", comment="#", block="none", opens=":$"),
    Language("toml", ("toml",), (".toml",), "tree_sitter_toml", comment="#", block="none", opens="$^"),
    Language(
        "markdown",
        ("markdown",),
        (".md", ".markdown"),
        "tree_sitter_markdown",
        comment="",
        block="none",
        opens="$^",
        quotes="",
    ),
)


def language_of(lsp_id: str, path: str | None = None) -> Language | None:
    """The language of a document: by its LSP language id, else by its file's name."""
    by_id, by_suffix, by_name = _tables()
    if lsp_id in by_id:
        return by_id[lsp_id]
    if path is None:
        return None
    file = PurePath(path)
    return by_name.get(file.name) or by_suffix.get(file.suffix.lower())


@cache
def grammar(language: Language) -> tree_sitter.Language | None:
    """The language's grammar, loaded at first use; None when it has none, or its package is not installed."""
    if not language.grammar:
        return None
    try:
        module = import_module(language.grammar)
    except ImportError:
        return None
    return tree_sitter.Language(getattr(module, language.function)())


@cache
def query(language: Language, part: Literal["symbols", "references"]) -> tree_sitter.Query | None:
    """The compiled query file of the language: its `@reference` patterns, or all the others."""
    loaded = grammar(language)
    if loaded is None:
        return None
    source = Path(__file__).with_name(f"{language.name}.scm").read_bytes()
    compiled = tree_sitter.Query(loaded, source.decode())
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
