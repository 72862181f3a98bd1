"""The types in a function's signature: what is missing, what an answer gives, and what that needs."""

import builtins
import re
import typing

import tree_sitter

from hearth.engine.code_actions.edits import Edit
from hearth.engine.code_actions.new_imports import import_edit
from hearth.engine.code_actions.syntax_nodes import field, leaves, node_of, text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition
from hearth.engine.errors import EditRefused

_PYTHON_TYPES = {
    "List": "list",
    "Dict": "dict",
    "Tuple": "tuple",
    "Set": "set",
    "FrozenSet": "frozenset",
    "Type": "type",
}
_SCRIPT_TYPES = frozenset(
    """
    Array ReadonlyArray Record Map Set Promise Partial Required Readonly Pick Omit Iterable Iterator Date
    Error RegExp Function Object String Number Boolean Symbol BigInt Uint8Array ArrayBuffer Buffer
    Element HTMLElement Event Node
    """.split()
)


def lacks_types(code: ParsedText, definition: Definition) -> bool:
    """Whether a parameter has no type, or (in Python) the function says not what it returns."""
    node = node_of(code, definition)
    parameters = field(node, "parameters") if node else None
    if node is None or parameters is None:
        return False
    for child in parameters.named_children:
        if text_of(code, child) in ("self", "cls", "/", "*") or "comment" in child.type:
            continue
        typed = any(part.type in ("type", "type_annotation") for part in child.children)
        if not typed:
            return True
    return code.language is not None and code.language.name == "python" and field(node, "return_type") is None


def untyped(code: ParsedText, node: tree_sitter.Node) -> list[str]:
    """The parameters without their types, token by token."""
    parameters = field(node, "parameters")
    if parameters is None:
        return []
    tokens = [text_of(code, leaf) for leaf in leaves(parameters, without=("type", "type_annotation", "comment"))]
    return [token for token in tokens if token not in (":", "?")][1:-1]


def types_written(code: ParsedText, node: tree_sitter.Node) -> str:
    text = text_of(code, node)
    if code.language is None or code.language.name != "python":
        return text
    return re.sub(
        r"\b(?:typing\.)?(List|Dict|Tuple|Set|FrozenSet|Type)\[", lambda found: f"{_PYTHON_TYPES[found[1]]}[", text
    )


def type_names(code: ParsedText, node: tree_sitter.Node) -> set[str]:
    """The names that the types at a node are made of."""
    names: set[str] = set()
    waiting = [(node, node.type == "type" or node.type == "type_annotation")]
    while waiting:
        each, inside = waiting.pop()
        inside = inside or each.type in ("type", "type_annotation")
        if inside and each.type in ("identifier", "type_identifier"):
            names.add(text_of(code, each))
        waiting.extend((child, inside) for child in each.children)
    return (
        {_PYTHON_TYPES.get(name, name) for name in names}
        if code.language and code.language.name == "python"
        else names
    )


def imports_for(target: Target, names: set[str]) -> list[Edit]:
    """What the types need; a type that nobody defines is refused."""
    code = target.code
    unknown = {name for name in names if not re.search(rf"\b{re.escape(name)}\b", _without(code.text, target))}
    if code.language is None or code.language.name != "python":
        strange = sorted(unknown - _SCRIPT_TYPES)
        if strange:
            raise EditRefused(f"the type {strange[0]} is unknown in this file")
        return []
    unknown = {name for name in unknown if not hasattr(builtins, name)}
    from_typing = sorted(unknown & set(typing.__all__))
    strange = sorted(unknown - set(from_typing))
    if strange:
        raise EditRefused(f"the type {strange[0]} is unknown in this file")
    return [import_edit(code, [f"from typing import {', '.join(from_typing)}"])] if from_typing else []


def _without(text: str, target: Target) -> str:
    return text[: target.start] + text[target.end :]
