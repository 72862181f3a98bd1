"""The key of a dictionary was changed where the dictionary is written: it is read by the old key elsewhere.

A text is a key where it stands in a literal, in square brackets, or as what a dictionary is asked for.
"""

from dataclasses import dataclass

from hearth.engine.code_actions.edits import Edit
from hearth.engine.context.parsed import Node, ParsedText, nodes_around
from hearth.engine.next_edit.changes import is_string
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.situation import File, Proposal, Situation, by_line, changed_lines

MIN_KEY = 2  # characters; shorter ones mean too many things
MAX_PLACES = 200  # of one key in a file
_PAIRS = ("pair", "keyed_element", "element_initializer")
_SUBSCRIPTS = (
    "subscript",
    "subscript_expression",
    "index_expression",
    "element_access_expression",
    "array_access",
    "bracketed_argument_list",
    "subscript_argument_list",
)
_ARGUMENTS = ("argument_list", "arguments")
_WRAPPERS = ("argument", "literal_element", "string", "encapsed_string")
# Methods of dictionaries that take a key first.
_ASKED = frozenset(
    """
    get pop setdefault has delete set insert contains_key containsKey ContainsKey contains put remove entry
    getOrDefault at find count TryGetValue GetValueOrDefault Remove Add emplace erase get_mut getString getInt
    """.split()
)


@dataclass(frozen=True, slots=True)
class _Key:
    """A text that is a key. `is_written`: in a literal, which has the keys `siblings`."""

    start: int
    end: int
    is_written: bool
    siblings: frozenset[str] = frozenset()


def keys(situation: Situation, edit: UserEdit) -> list[Proposal]:
    """The places where a key that the edit has changed is still the old one."""
    file = situation.of(edit.uri)
    if file is None:
        return []
    start, change = changed_lines(file, edit)
    for run in change.runs:
        old, new = change.old(run), change.new(run)
        if len(old) != 1 or len(new) != 1 or not (is_string(old[0]) and is_string(new[0])):
            continue
        was, now = old[0][1:-1], new[0][1:-1]
        if len(was) < MIN_KEY or not now or was in {token.text[1:-1] for token in change.after}:
            continue
        at = start + change.after[run.new_first].start
        key = _key_at(file.code, at, at + len(new[0]))
        if key is not None and key.is_written:
            return _places(situation, file, edit, key, was, now)
    return []


def _places(situation: Situation, file: File, edit: UserEdit, key: _Key, was: str, now: str) -> list[Proposal]:
    found: list[Proposal] = []
    title = f"Change the key {was} to {now}"
    siblings = key.siblings - {now}
    for each in (file, *situation.related(file)):
        there = _keys(each.code, was)
        if any(other.is_written and other.siblings - {was} != siblings for other in there):
            return found  # another kind of dictionary has such a key too
        if each is not file and (not there or not _shares(each, siblings)):
            continue
        edits = [Edit(other.start + 1, other.end - 1, now) for other in there]
        found += by_line(each, edits, title, edit.id)
    return found


def _shares(file: File, siblings: frozenset[str]) -> bool:
    """Whether another file knows another key of the dictionary too."""
    return any(_keys(file.code, name) for name in siblings)


def _keys(code: ParsedText, name: str) -> list[_Key]:
    found: list[_Key] = []
    for quote in "\"'":
        text, at = f"{quote}{name}{quote}", -1
        for _ in range(MAX_PLACES):
            at = code.text.find(text, at + 1)
            if at < 0:
                break
            key = _key_at(code, at, at + len(text))
            if key is not None:
                found.append(key)
    return sorted(found, key=lambda key: key.start)


def _key_at(code: ParsedText, start: int, end: int) -> _Key | None:
    """The key that is written there with its quotes; None where the text is anything else."""
    if code.tree is None:
        return None
    first, last = code.byte(start), code.byte(end)
    around = [node for node in nodes_around(code.tree, first, last) if "content" not in node.type]
    if not around or (around[0].start_byte, around[0].end_byte) != (first, last):
        return None
    inner, *rest = around
    while rest and rest[0].type in _WRAPPERS:
        inner, rest = rest[0], rest[1:]
    if not rest:
        return None
    parent = rest[0]
    if parent.type in _PAIRS:
        if _first_named(parent) != inner.id:
            return None
        holder = rest[1] if len(rest) > 1 else parent
        return _Key(start, end, True, _siblings(code, holder))
    if parent.type in _SUBSCRIPTS:
        return _Key(start, end, False) if _first_named(parent) != inner.id or "list" in parent.type else None
    if parent.type in _ARGUMENTS and len(rest) > 1 and _first_named(parent) == inner.id:
        return _Key(start, end, False) if _called_name(code, rest[1], parent) in _ASKED else None
    return None


def _first_named(node: Node) -> int | None:
    first = node.named_children[0] if node.named_children else None
    return first.id if first is not None else None


def _siblings(code: ParsedText, holder: Node) -> frozenset[str]:
    names: set[str] = set()
    for pair in holder.named_children:
        key = pair.named_children[0] if pair.type in _PAIRS and pair.named_children else None
        if key is not None:
            names.add(code.source[key.start_byte : key.end_byte].decode("utf-8", "replace").strip("\"'"))
    return frozenset(names)


def _called_name(code: ParsedText, call: Node, arguments: Node) -> str:
    head = code.source[call.start_byte : arguments.start_byte].decode("utf-8", "replace")
    return head.replace("->", ".").rpartition(".")[2].strip()
