"""Names that belong to one function, and can be changed without looking any further (Python)."""

import tree_sitter

from hearth.engine.code_actions.edits import Edit
from hearth.engine.code_actions.syntax_nodes import leaves, text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText, nodes_around
from hearth.engine.context.symbols import symbols
from hearth.engine.errors import EditRefused

MAX_USES = 1_000  # of one name in a file


def local_name(code: ParsedText, start: int, end: int) -> Target | None:
    """The name at the cursor, when it is a variable of one function and nothing else in the file has the name."""
    if code.tree is None or code.language is None or code.language.name != "python":
        return None
    node = code.tree.root_node.descendant_for_byte_range(code.byte(start), code.byte(max(start, end)))
    if node is None or node.type != "identifier":
        return None
    name = text_of(code, node)
    found_uses = uses(code, name)
    if len(found_uses) > MAX_USES:
        return None
    functions = {_function_around(code, use) for use in found_uses}
    around = _function_around(code, node)
    if around is None or functions != {around} or not any(_is_assigned(use) for use in found_uses):
        return None
    if any(_is_parameter(use) or _is_member(use) for use in found_uses):
        return None
    found = next((each for each in symbols(code).definitions if code.byte(each.start) == around), None)
    return Target(code, found.start, found.end, name) if found else None


def uses(code: ParsedText, name: str) -> list[tree_sitter.Node]:
    if code.tree is None:
        return []
    return [
        leaf for leaf in leaves(code.tree.root_node) if leaf.type == "identifier" and text_of(code, leaf) == name
    ]


def renamed_uses(target: Target, name: str) -> tuple[Edit, ...]:
    """The other places of the file where a definition is used, once it has a new name.

    Raises `EditRefused` when its name belongs to something else too.
    """
    code, definition = target.code, target.definition
    if definition is None or code.tree is None:
        return ()
    others = [
        each for each in symbols(code).definitions if each.name == target.name and each.start != target.start
    ]
    found = [
        leaf
        for leaf in leaves(code.tree.root_node)
        if "identifier" in leaf.type and text_of(code, leaf) == target.name
    ]
    if others or len(found) > MAX_USES:
        raise EditRefused(f"{target.name} is the name of something else too")
    outside = [leaf for leaf in found if not target.start <= code.offset(leaf.start_byte) < target.end]
    return tuple(Edit(code.offset(leaf.start_byte), code.offset(leaf.end_byte), name) for leaf in outside)


def _function_around(code: ParsedText, node: tree_sitter.Node) -> int | None:
    """The first byte of the function that a node is in."""
    around = nodes_around(code.tree, node.start_byte, node.end_byte)[1:] if code.tree else []
    return next((each.start_byte for each in around if each.type == "function_definition"), None)


def _is_assigned(node: tree_sitter.Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    if parent.type in ("assignment", "for_statement", "for_in_clause", "augmented_assignment"):
        return parent.child_by_field_name("left") == node
    return parent.type in (
        "pattern_list",
        "as_pattern_target",
        "tuple_pattern",
    )


def _is_parameter(node: tree_sitter.Node) -> bool:
    parent = node.parent
    return parent is not None and (
        "parameter" in parent.type or parent.type in ("global_statement", "nonlocal_statement")
    )


def _is_member(node: tree_sitter.Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    return parent.child_by_field_name("attribute") == node or (
        parent.type == "keyword_argument" and parent.child_by_field_name("name") == node
    )
