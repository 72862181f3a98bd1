"""Whether what is shown ends where a person would stop, or is torn: told by the tree, not by what Hearth goes by.

Torn is what leaves a bracket open that it opened, ends in a string, or ends with an operator, a comma or a keyword
that wants more behind it. The colon of a block's first line is no tear, nor is a comma at the end of a line in
brackets that were open before; an opening brace is.
"""

import tree_sitter

from hearth.engine.context import parsed
from hearth.engine.languages import language_of

_PAIRS = {")": "(", "]": "[", "}": "{"}
_ALONE = frozenset(
    ("pass", "break", "continue", "return", "this", "self", "super", "null", "true", "false", "None", "nil")
)
_AT_END = frozenset(")]};") | {"++", "--", "?", "!", ">", "*/", '"', "'", "`", '"""', "'''"}


def is_torn(language: str, above: str, ghost: str, below: str) -> bool:
    """Whether the ghost text between `above` and `below` ends within something."""
    text = ghost.rstrip()
    code = parsed.parse(above + text + ghost[len(text) :] + below, language_of(language))
    if code.tree is None or not text.strip():
        return False
    start, end = code.byte(len(above)), code.byte(len(above) + len(text))
    leaves = _leaves(code.tree.root_node, start, end)
    if any("comment" in _types(leaf) and leaf.end_byte >= end for leaf in leaves[-1:]):
        return False
    open: list[str] = []
    for leaf in leaves:
        if leaf.type in _PAIRS.values() or leaf.type == "${":
            open.append(leaf.type[-1])
        elif leaf.type in _PAIRS and open:
            open.pop()
    if open or not leaves:
        return bool(open)
    last = leaves[-1]
    if last.end_byte > end:  # in a string or a word
        return True
    at_line_end = (ghost[len(text) :] + below).lstrip(" \t\r")[:1] in ("\n", "")
    if last.is_named or last.type in _AT_END or last.type in _ALONE:
        return False
    return not (at_line_end and last.type in (":", ","))


def _leaves(node: tree_sitter.Node, start: int, end: int) -> list[tree_sitter.Node]:
    """Those that have a part in `start:end`, in order."""
    if node.end_byte <= start or node.start_byte >= end:
        return []
    if not node.children:
        return [] if node.is_missing or node.start_byte == node.end_byte else [node]
    return [leaf for child in node.children for leaf in _leaves(child, start, end)]


def _types(node: tree_sitter.Node) -> str:
    parent = node.parent
    return f"{node.type} {parent.type if parent else ''}"
