"""The tree's nodes of a definition."""

from collections.abc import Iterator

import tree_sitter

from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition

# Bodies that a grammar has no field for: those of Kotlin, Elixir and PowerShell.
_BODIES = ("function_body", "class_body", "enum_class_body", "do_block", "script_block")
# What stands around a definition and belongs to it.
_AROUND = (
    "decorated_definition",
    "export_statement",
    "template_declaration",
    "lexical_declaration",
    "variable_declaration",
    "ambient_declaration",
    "type_declaration",
    "expression_statement",
)
_DECORATIONS = ("decorator", "attribute_item", "attribute_declaration", "annotation", "attribute_list")


def node_of(code: ParsedText, definition: Definition) -> tree_sitter.Node | None:
    """The node that the definition was found as."""
    if code.tree is None:
        return None
    start, end = code.byte(definition.start), code.byte(definition.end)
    node = code.tree.root_node.descendant_for_byte_range(start, end)
    if node is None or (node.start_byte, node.end_byte) != (start, end):
        return None
    while body_field(node) is None and not braces_of(node) and node.parent is not None:
        same = (node.parent.start_byte, node.parent.end_byte) == (start, end)
        if not same or node.parent.parent is None:
            break  # the whole file is no definition, even if nothing else stands in it
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


def outer_node(code: ParsedText, definition: Definition) -> tree_sitter.Node | None:
    """The definition with what stands around it and belongs to it: `export`, `template <…>`, decorators."""
    node = node_of(code, definition)
    while node is not None and node.parent is not None and node.parent.type in _AROUND:
        inside = [child for child in node.parent.named_children if child.type not in _DECORATIONS]
        if len(inside) != 1 and node.parent.type in (
            "lexical_declaration",
            "variable_declaration",
            "type_declaration",
        ):
            break  # it stands in a list
        node = node.parent
    return node


def declared(code: ParsedText, definition: Definition | None) -> tuple[int, int] | None:
    """The offsets of `const f = …;` around a definition that is the only value it declares; None around others."""
    node = node_of(code, definition) if definition is not None else None
    if node is None or node.parent is None or node.type != "variable_declarator":
        return None
    parent = node.parent
    if parent.type not in ("lexical_declaration", "variable_declaration") or len(parent.named_children) != 1:
        return None
    return code.offset(parent.start_byte), code.offset(parent.end_byte)


def decorations(code: ParsedText, definition: Definition) -> list[tree_sitter.Node]:
    """The decorators and attributes in front of a definition that its own node does not contain."""
    node, outer = node_of(code, definition), outer_node(code, definition)
    if node is None or outer is None:
        return []
    found: list[tree_sitter.Node] = []
    before = outer.prev_named_sibling
    while before is not None and (before.type in _DECORATIONS or "comment" in before.type):
        found.insert(0, before)
        before = before.prev_named_sibling
    while found and "comment" in found[0].type:
        found.pop(0)
    found += [
        child
        for child in (outer.named_children if outer.id != node.id else node.named_children)
        if child.type in ("decorator", "attribute_item") and child.start_byte < node.end_byte
    ]
    return [each for each in found if "comment" not in each.type]


def outer_range(code: ParsedText, definition: Definition) -> tuple[int, int]:
    """Offsets of the definition with all that belongs to it, its decorations included."""
    outer = outer_node(code, definition)
    if outer is None:
        return definition.start, definition.end
    start = min([outer.start_byte, *(each.start_byte for each in decorations(code, definition))])
    return code.offset(start), max(code.offset(outer.end_byte), definition.end)


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
