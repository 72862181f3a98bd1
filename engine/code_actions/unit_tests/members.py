"""Tests that are methods of a class, as in Java and C#."""

from collections.abc import Callable

import tree_sitter

from hearth.engine.code_actions.edits import Edit, indent_unit, line_end
from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.code_actions.unit_tests.pieces import Kind, Piece, name_of, piece, with_comments
from hearth.engine.code_actions.unit_tests.plan import Style
from hearth.engine.context.parsed import ParsedText
from hearth.engine.errors import EditRefused

_IMPORTS = ("import_declaration", "using_directive")
_CLASSES = ("class_declaration", "record_declaration")
_HOLDERS = ("namespace_declaration", "declaration_list")
_SET_UP = ("Before", "After", "SetUp", "TearDown", "TestInitialize", "Initialize", "Cleanup")


def members(tests: tuple[str, ...]) -> Style:
    """The style of tests that carry one of these annotations."""
    return Style(_pieces_with(tests), _place)


def _pieces_with(tests: tuple[str, ...]) -> Callable[[ParsedText], list[Piece]]:
    def pieces(code: ParsedText) -> list[Piece]:
        found: list[Piece] = []
        waiting = list(with_comments(code.tree.root_node.named_children if code.tree else ()))
        inside = False
        while waiting:
            node, first = waiting.pop(0)
            if node.type in _IMPORTS:
                found.append(piece(code, "import", node, (), first))
            elif node.type in _HOLDERS:
                held = node.child_by_field_name("body") or node
                waiting = with_comments(held.named_children) + waiting
            elif node.type in _CLASSES and not inside and (body := node.child_by_field_name("body")) is not None:
                inside = True
                found += [_member(code, each, begin, tests) for each, begin in with_comments(body.named_children)]
            elif node.type in ("method_declaration", "local_function_statement"):
                found.append(_member(code, node, first, tests))
        return found

    return pieces


def _member(code: ParsedText, node: tree_sitter.Node, first: int, tests: tuple[str, ...]) -> Piece:
    text = text_of(code, node)
    marks = [text_of(code, each).lstrip("@[") for each in _marks(node)]
    kind: Kind = "helper"
    if any(mark.startswith(tests) for mark in marks):
        kind = "test"
    elif any(mark.startswith(_SET_UP) for mark in marks):
        kind = "setup"
    names = [name_of(code, node)]
    if node.type == "field_declaration":
        names = [text_of(code, each) for each in _names_below(node)]
        # A field that a set-up fills, or that each test uses.
        kind = "helper"
    if not text.strip():
        kind = "other"
    return piece(code, kind, node, [name for name in names if name], first)


def _marks(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    found: list[tree_sitter.Node] = []
    for child in node.named_children:
        if child.type in ("marker_annotation", "annotation", "attribute_list"):
            found.append(child)
        elif child.type == "modifiers":
            found += [each for each in child.named_children if "annotation" in each.type]
    return found


def _names_below(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    found: list[tree_sitter.Node] = []
    waiting = list(node.named_children)
    while waiting:
        each = waiting.pop(0)
        if "declarator" in each.type and (name := each.child_by_field_name("name")) is not None:
            found.append(name)
        elif each.type == "variable_declaration":
            waiting += each.named_children
    return found


def _place(code: ParsedText, body: str) -> Edit:
    """At the end of the file's first class."""
    held = _body(code)
    if held is None:
        raise EditRefused("the file of the tests has no class that they could go into")
    newline, unit = line_end(code.text), indent_unit(code.text)
    start, end = code.offset(held.start_byte) + 1, code.offset(held.end_byte) - 1
    line = code.text.rfind("\n", 0, end) + 1
    closing = code.text[line:end] if not code.text[line:end].strip() else ""
    inside = code.text[start:end]
    at = start + len(inside.rstrip())
    lines = body.replace(newline, "\n").split("\n")
    text = "\n".join(closing + unit + each if each.strip() else each for each in lines)
    gap = "\n\n" if inside.strip() else "\n"
    return Edit(at, end, f"{gap}{text}\n{closing}".replace("\n", newline))


def _body(code: ParsedText) -> tree_sitter.Node | None:
    waiting = list(code.tree.root_node.named_children if code.tree else ())
    while waiting:
        node = waiting.pop(0)
        if node.type in _CLASSES:
            return node.child_by_field_name("body")
        if node.type in _HOLDERS:
            waiting += node.named_children
    return None
