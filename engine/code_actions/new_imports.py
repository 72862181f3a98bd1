"""Imports that an edit brings along."""

from collections.abc import Iterator

from hearth.engine.code_actions.edits import Edit, line_end
from hearth.engine.code_actions.syntax_nodes import is_docstring
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import symbols
from hearth.engine.text import start_of_line


def new_imports(target: Target, parsed: ParsedText) -> Iterator[Edit]:
    """The imports that the answer needs and the file lacks, behind the file's own (Python only)."""
    language = target.code.language
    if language is None or language.name != "python":
        return
    known = {(each.module, each.names) for each in symbols(target.code).imports}
    lines = [
        parsed.text[each.start : each.end]
        for each in symbols(parsed).imports
        if (each.module, each.names) not in known
        and "\n" not in parsed.text[each.start : each.end]
        and parsed.text[: each.start].rpartition("\n")[2] == ""
    ]
    if lines:
        yield import_edit(target.code, list(dict.fromkeys(lines)))


def import_edit(code: ParsedText, lines: list[str]) -> Edit:
    ours = [each.end for each in symbols(code).imports if start_of_line(code.text, each.start) == each.start]
    newline = line_end(code.text)
    if ours:
        return Edit(max(ours), max(ours), "".join(newline + line for line in lines))
    at = 0
    root = code.tree.root_node if code.tree else None
    if root is not None and root.named_children and is_docstring(root.named_children[0]):
        at = code.offset(root.named_children[0].end_byte)
    joined = newline.join(lines)
    return Edit(at, at, f"{newline}{newline}{joined}" if at else f"{joined}{newline}{newline}")
