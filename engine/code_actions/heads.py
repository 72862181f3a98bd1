"""The head of a definition: what an answer's head leaves out, and whether it still is the same head."""

import re
from collections import Counter

import tree_sitter

from hearth.engine.code_actions.asked import asks_to_remove
from hearth.engine.code_actions.same_definition import Answered
from hearth.engine.code_actions.signatures import untyped
from hearth.engine.code_actions.syntax_nodes import body_of, leaves, node_of, text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition
from hearth.engine.errors import EditRefused

_DECLARING = frozenset(("function", "func", "fn", "fun"))
_FREE = ("comment", "line_comment", "block_comment", "decorator")


def keeps_head(target: Target, found: Answered) -> bool:
    """Whether the answer's head has nothing that the target's one lacks.

    Then the target's own stays: models leave out annotations, types and modifiers to be brief. Where the problem
    lies on the head, or the user wants something taken away, the answer's head counts.
    """
    if target.definition is None:
        return False
    ours, theirs = _tokens(target.code, target.definition), _tokens(found.parsed, found.definition)
    if target.definition.owner and not _DECLARING & set(ours):
        # A method shown outside of its class is written as a function: `async function save()`.
        theirs = [token for token in theirs if token not in _DECLARING]
    if Counter(theirs) - Counter(ours):
        return False
    if ours == theirs:
        return True
    old, new = node_of(target.code, target.definition), node_of(found.parsed, found.definition)
    if old is None or new is None or untyped(target.code, old) != untyped(found.parsed, new):
        return False  # another parameter, or another default, is a change
    lost = Counter(ours) - Counter(theirs)
    return not _is_about(target, set(lost)) and not asks_to_remove(target.instruction)


def _is_about(target: Target, words: set[str]) -> bool:
    """Whether the problem lies on one of the words."""
    problem = target.problem
    if problem is None:
        return False
    text = target.code.text
    start, end = problem.start, max(problem.start, problem.end)
    while start > 0 and text[start - 1].isidentifier():
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return bool(words & set(re.findall(r"\w+", text[start:end])))


def refuse_other_parameters(target: Target, found: Answered) -> None:
    """For what must leave a signature as it is."""
    ours = node_of(target.code, target.definition) if target.definition else None
    theirs = node_of(found.parsed, found.definition)
    if ours is None or theirs is None:
        return
    if untyped(target.code, ours) != untyped(found.parsed, theirs):
        raise EditRefused(f"the parameters of {target.name} differ in the answer")
    if _is_async(found.parsed, found.definition) != _is_async(target.code, target.definition):
        raise EditRefused(f"{target.name} is not async in both the file and the answer")


def _is_async(code: ParsedText, definition: Definition | None) -> bool:
    return definition is not None and "async" in _tokens(code, definition)


def _tokens(code: ParsedText, definition: Definition) -> list[str]:
    """Of the head, without comments and the comma in front of a closing bracket."""
    node, inner = node_of(code, definition), body_of(code, definition)
    if node is None:
        return []
    end = inner.start_byte if inner is not None else node.end_byte
    found: list[tree_sitter.Node] = [leaf for leaf in leaves(node, without=_FREE) if leaf.end_byte <= end]
    texts = [text_of(code, leaf) for leaf in found]
    return [
        text
        for number, text in enumerate(texts)
        if text.strip() and not (text == "," and texts[number + 1 : number + 2] in ([")"], ["]"], [">"]))
    ]
