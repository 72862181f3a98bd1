"""`import` in a file that has `require`, and the other way round."""

import re

import tree_sitter

from hearth.engine.code_actions.edits import Edit, applied
from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.context.parsed import ParsedText, parse
from hearth.engine.languages import Language


def of_kind(answer: str, language: Language | None, require: bool) -> str:
    """The code with all its imports in one kind."""
    code = parse(answer, language)
    edits: list[Edit] = []
    for node in code.tree.root_node.named_children if code.tree else ():
        text = ""
        if require and node.type == "import_statement":
            text = _required(code, node)
        elif not require and node.type in ("lexical_declaration", "variable_declaration"):
            text = _imported(code, node)
        if text:
            edits.append(Edit(code.offset(node.start_byte), code.offset(node.end_byte), text))
    return applied(answer, tuple(edits))


def _required(code: ParsedText, node: tree_sitter.Node) -> str:
    source = node.child_by_field_name("source")
    clause = next((child for child in node.named_children if child.type == "import_clause"), None)
    if source is None:
        return ""
    module = f"require({text_of(code, source)});"
    lines: list[str] = []
    for part in clause.named_children if clause is not None else ():
        if part.type == "named_imports":
            names = [text_of(code, each).replace(" as ", ": ") for each in part.named_children]
            lines.append(f"const {{ {', '.join(names)} }} = {module}")
        else:
            lines.append(f"const {text_of(code, part).split()[-1]} = {module}")
    return "\n".join(lines) or module


def _imported(code: ParsedText, node: tree_sitter.Node) -> str:
    lines: list[str] = []
    for each in node.named_children:
        name, value = each.child_by_field_name("name"), each.child_by_field_name("value")
        called = value.child_by_field_name("function") if value is not None else None
        arguments = value.child_by_field_name("arguments") if value is not None else None
        if name is None or called is None or arguments is None or text_of(code, called) != "require":
            return ""
        names = re.sub(r"(\w)\s*:\s*", r"\1 as ", text_of(code, name))
        lines.append(f"import {names} from {text_of(code, arguments)[1:-1].strip()};")
    return "\n".join(lines)
