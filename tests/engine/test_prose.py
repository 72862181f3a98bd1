"""Prose is told from code by its lines; the code of this repository is none."""

from pathlib import Path

import pytest

from hearth.engine.languages import language_of
from hearth.engine.prose import Lines, is_surely_code

ROOT = Path(__file__).parents[2]


def test_the_code_of_this_repository_is_code() -> None:
    lines = wrong = 0
    for folder in ("engine", "lsp_server", "editors"):
        for path in sorted((ROOT / folder).rglob("*")):
            language = language_of("", path.name)
            if language is None or language.name in ("markdown", "json") or "node_modules" in path.parts:
                continue
            found = Lines(language.name)
            for line in path.read_text("utf-8", "replace").splitlines():
                lines += 1
                wrong += found.is_prose(line)
    assert lines > 10_000
    assert wrong < lines / 1000


def test_the_pages_of_this_repository_are_prose() -> None:
    paragraphs = [
        paragraph.split("\n")[0]
        for page in ("README.md", "ARCHITECTURE.md", "SECURITY.md")
        for paragraph in (ROOT / page).read_text("utf-8").split("\n\n")
    ]
    sentences = [line for line in paragraphs if line[:1].isalpha() and len(line.split()) > 4]
    assert len(sentences) > 20
    assert sum(Lines("python").is_prose(line) for line in sentences) > 0.7 * len(sentences)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("sql", "SELECT name FROM users WHERE age IS NOT NULL ORDER BY name"),
        ("python", "**kwargs,"),
        ("javascript", "explanation.from = this.from"),
        ("powershell", "Remove-Item -Path Env:HOME"),
        ("haskell", "data Shape = Circle Double | Square Double"),
        ("swift", "guard let value else { return }"),
        ("html", "The text of a paragraph, which is prose by right."),
    ],
)
def test_what_looks_a_little_like_prose_is_code(language: str, line: str) -> None:
    assert not Lines(language).is_prose(line)


def test_a_line_that_has_begun_as_code_is_code() -> None:
    assert is_surely_code("    return width * area(he")
    assert not is_surely_code("    return")
    assert not is_surely_code("The function `a(b) = c` returns")
    assert not is_surely_code("Here's [a] = b")


def test_long_lines_cost_no_more_than_short_ones() -> None:
    for nasty in (
        "a" * 10**6,
        '"' * 10**6,
        "`" * 10**6,
        "the " * 10**6,
        "** " * 10**6,
        "- A" * 10**6,
        "'a" * 10**6,
    ):
        Lines("python").is_prose(nasty)
