"""Test input is text with a cursor mark: `⟨⟩`."""

from hearth.engine.context import code as codes
from hearth.engine.context.code import Code
from hearth.engine.languages import language_of

MARK = "⟨⟩"


def marked(text: str, language: str = "python") -> tuple[Code, int]:
    """The parsed text without its mark, and the offset where the mark stood."""
    offset = text.index(MARK)
    return codes.parse(text.replace(MARK, ""), language_of(language)), offset
