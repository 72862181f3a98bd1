"""Test input is text with a cursor mark: `⟨⟩`."""

from hearth.engine.context import parsed
from hearth.engine.context.parsed import ParsedText
from hearth.engine.languages import language_of

MARK = "⟨⟩"


def marked(text: str, language: str = "python") -> tuple[ParsedText, int]:
    """The parsed text without its mark, and the offset where the mark stood."""
    offset = text.index(MARK)
    return parsed.parse(text.replace(MARK, ""), language_of(language)), offset
