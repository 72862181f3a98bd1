"""The tree's nodes of a definition."""

from collections.abc import Iterator

import tree_sitter

from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition

# Bodies that a grammar has no field for: those of Kotlin, Elixir and PowerShell.
_BODIES = ("function_body", "do_block", "script_block")


def node_of(code: ParsedText, definition: Definition) -> tree_sitter.Node | None:
    """The node that the definition was found as."""
    if code.tree is None:
        return None
    start, end = code.byte(definition.start), code.byte(definition.end)
    node = code.tree.root_node.descendant_for_byte_range(start, end)
    if node is None or (node.start_byte, node.end_byte) != (start, end):
        return None
    while body_field(node) is None and not braces_of(node) and node.parent is not None:
        if (node.parent.start_byte, node.parent.end_byte) != (start, end):
            break
        node = node.parent
    return node


def body_of(code: ParsedText, definition: Definition) -> tree_sitter.Node | None:
    node = node_of(code, definition)
    return body_field(node) if node else None


def body_field(node: tree_sitter.Node) -> tree_sitter.Node | None:
    found = node.child_by_field_name("body")
    if found is None and (value := node.child_by_field_name("value")) is not None:
        found = value.child_by_field_name("body")
    return found or next((child for child in node.children if child.type in _BODIES), None)


def braces_of(node: tree_sitter.Node) -> tuple[tree_sitter.Node, tree_sitter.Node] | None:
    """Braces of its own around the body, which is no node where it is empty: so in PowerShell."""
    braces = [child for child in node.children if child.type in ("{", "}")]
    return (braces[0], braces[1]) if len(braces) == 2 else None


def leaves(node: tree_sitter.Node, without: tuple[str, ...] = ()) -> Iterator[tree_sitter.Node]:
    """The tokens at a node, in order, except for those of nodes of the types `without`."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.type in without:
            continue
        if not each.children:
            yield each
        waiting.extend(reversed(each.children))


def text_of(code: ParsedText, node: tree_sitter.Node) -> str:
    return code.source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def field(node: tree_sitter.Node, name: str) -> tree_sitter.Node | None:
    """The field of a function, also where the function is the value of a variable."""
    found = node.child_by_field_name(name)
    if found is None and (value := node.child_by_field_name("value")) is not None:
        found = value.child_by_field_name(name)
    return found


def is_docstring(node: tree_sitter.Node) -> bool:
    return node.type == "expression_statement" and len(node.children) == 1 and node.children[0].type == "string"
