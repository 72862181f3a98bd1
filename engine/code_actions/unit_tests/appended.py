"""What the languages share whose tests stand at the top of a file of their own."""

from hearth.engine.code_actions.edits import Edit, line_end
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import symbols


def at_the_end(code: ParsedText, body: str, gap: str) -> Edit:
    """The edit that appends to a file."""
    newline = line_end(code.text)
    end = len(code.text.rstrip())
    return Edit(end, len(code.text), f"{gap.replace(chr(10), newline) if end else ''}{body}{newline}")


def tested_names(code: ParsedText) -> frozenset[str]:
    """What a file defines at its top."""
    return frozenset(each.name for each in symbols(code).definitions if not each.owner and each.kind != "field")
