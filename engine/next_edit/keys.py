"""The key of a dictionary was changed where the dictionary is written: it is read by the old key elsewhere.

A text is a key where it stands in a literal, in square brackets, or as what a dictionary is asked for. In
JavaScript the keys of an object are names too.
"""

from dataclasses import dataclass, replace

from hearth.engine.code_actions.edits import Edit
from hearth.engine.context.parsed import Node, ParsedText, nodes_around
from hearth.engine.next_edit.changes import is_name, is_string
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.names import place_at, places
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
_PUT = ("put", "insert", "set", "Add", "emplace")
_ASSIGNMENTS = ("assignment", "assignment_expression", "assignment_statement")
_WRAPPERS = ("argument", "literal_element", "string", "encapsed_string")
_SCRIPT = ("javascript", "typescript", "tsx")
# Keys of so many kinds of objects that they say nothing about one.
_COMMON = frozenset(
    """
    length map filter then push pop keys values get set has size data id name type value key index error message
    status state props target style children default exports
    """.split()
)
# Methods of dictionaries that take a key first.
_ASKED = frozenset(
    """
    get pop setdefault has delete set insert contains_key containsKey ContainsKey contains put remove entry
    getOrDefault at find count TryGetValue GetValueOrDefault Remove Add emplace erase get_mut getString getInt
    """.split()
)


@dataclass(frozen=True, slots=True)
class _Key:
    """A text that is a key. `is_written`: it is put in there, into a literal with the keys `siblings`, or into a
    variable, which stands in `siblings` then.
    """

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
        if len(old) != 1 or len(new) != 1:
            continue
        at = start + change.after[run.new_first].start
        is_text = is_string(old[0]) and is_string(new[0])
        was, now = (old[0][1:-1], new[0][1:-1]) if is_text else (old[0], new[0])
        if len(was) < MIN_KEY or not now or not (is_text or (is_name(was) and is_name(now))):
            continue
        if old[0] in {token.text for token in change.after}:
            continue
        key = _key_at(file.code, at, at + len(new[0])) if is_text else _name_at(file.code, at, at + len(now))
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
        edits = [Edit(other.start, other.end, now) for other in there]
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
                found.append(replace(key, start=key.start + 1, end=key.end - 1))
    return sorted([*found, *_names(code, name)], key=lambda key: key.start)


def _names(code: ParsedText, name: str) -> list[_Key]:
    """Where an object of JavaScript has, or is asked for, a key without quotes."""
    if not is_name(name) or code.language is None or code.language.name not in _SCRIPT or name in _COMMON:
        return []
    found = [place for place in places(code, name) if place.kind in ("member", "keyword")]
    return [key for place in found if (key := _name_at(code, place.start, place.end)) is not None]


def _name_at(code: ParsedText, start: int, end: int) -> _Key | None:
    place = place_at(code, start, end)
    if place is None or place.kind not in ("member", "keyword") or len(place.around) < 3:
        return None
    pair, holder = place.around[1], place.around[2]
    if pair.type != "pair":
        return _Key(start, end, False) if place.kind == "member" else None
    return _Key(start, end, True, _siblings(code, holder))


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
        return _subscript(code, _Key(start, end, False), inner, rest)
    if parent.type == "tuple_expression" and _first_named(parent) == inner.id and len(rest) > 1:
        return _Key(start, end, True, _siblings(code, rest[1], ("tuple_expression",)))
    if parent.type in _ARGUMENTS and len(rest) > 1 and _first_named(parent) == inner.id:
        head = _text(code, rest[1].start_byte, parent.start_byte).replace("->", ".")
        dictionary, _, name = head.rpartition(".")
        if name.strip() in _PUT:
            return _Key(start, end, True, frozenset({dictionary}))
        return _Key(start, end, False) if name.strip() in _ASKED else None
    return None


def _subscript(code: ParsedText, key: _Key, inner: Node, around: list[Node]) -> _Key | None:
    """`around` begins with the node that holds the key in its brackets."""
    bracket = around[0]
    if "list" in bracket.type and len(around) > 1:
        bracket, around = around[1], around[1:]
    if _first_named(bracket) == inner.id:
        return None
    outer = [node for node in around[1:] if node.type != "expression_list"]
    left = outer[0].child_by_field_name("left") if outer and outer[0].type in _ASSIGNMENTS else None
    if left is not None and (left.start_byte, left.end_byte) == (bracket.start_byte, bracket.end_byte):
        return replace(
            key, is_written=True, siblings=frozenset({_text(code, bracket.start_byte, inner.start_byte)})
        )
    return key


def _first_named(node: Node) -> int | None:
    first = node.named_children[0] if node.named_children else None
    return first.id if first is not None else None


def _siblings(code: ParsedText, holder: Node, pairs: tuple[str, ...] = _PAIRS) -> frozenset[str]:
    names: set[str] = set()
    for pair in holder.named_children:
        key = pair.named_children[0] if pair.type in pairs and pair.named_children else None
        if key is not None:
            names.add(_text(code, key.start_byte, key.end_byte).strip("\"'"))
    return frozenset(names)


def _text(code: ParsedText, start: int, end: int) -> str:
    return code.source[start:end].decode("utf-8", "replace")
