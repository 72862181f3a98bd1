"""The parameters of a function were changed: its calls, and the functions that must have the same ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from hearth.engine.code_actions.edits import Edit
from hearth.engine.code_actions.signatures import parameter_names
from hearth.engine.code_actions.syntax_nodes import field, node_of
from hearth.engine.context.parsed import Node, ParsedText, paste
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.next_edit.filling import Hole
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.members import is_distinctive, is_own
from hearth.engine.next_edit.names import called, is_crowded, places, row_of
from hearth.engine.next_edit.reach import brings_in, callee
from hearth.engine.next_edit.situation import File, Proposal, Situation, by_line

_SPLATS = ("list_splat", "dictionary_splat", "spread_element", "variadic_argument", "parameter_pack_expansion")
_MARKS = ("/", "*")  # between the parameters of Python


@dataclass(frozen=True, slots=True)
class _Signature:
    """A function whose parameters were `old` and are `new`; so were, and are, their lists as they are written."""

    definition: Definition
    old: list[str]
    new: list[str]
    old_list: str
    new_list: str


def signatures(situation: Situation, edit: UserEdit) -> list[Proposal]:
    """The same change in functions that had the same parameters, and the calls that must change with it."""
    file = situation.of(edit.uri)
    row = row_of(file.code) if file is not None else None
    changed = _changed(file.code, edit) if file is not None and row is not None else None
    if file is None or changed is None:
        return []
    name = callee(file.code, changed.definition.start)
    found = list(_namesakes(situation, file, changed, edit.id))
    for each in (file, *situation.related(file)) if name else ():
        if each is not file and not brings_in(each, file, name):
            continue
        edits = [
            e
            for call in _calls(each.code, name, changed.definition.owner)
            for e in _of_call(each.code, call, changed)
        ]
        found += by_line(each, edits, f"Call {name} with its new parameters", edit.id)
    return found


def holes(situation: Situation, edit: UserEdit) -> list[Hole]:
    """The calls that lack an argument which has no default, and for which the caller has no variable."""
    file = situation.of(edit.uri)
    row = row_of(file.code) if file is not None else None
    changed = _changed(file.code, edit) if file is not None and row is not None else None
    name = callee(file.code, changed.definition.start) if file is not None and changed is not None else ""
    if file is None or row is None or changed is None or not name:
        return []
    added = [each for each in changed.new if each not in changed.old]
    if not added or _has_default(changed, added[0]) or changed.new.index(added[0]) != len(changed.old):
        return []
    found: list[Hole] = []
    for call in _calls(file.code, name, changed.definition.owner):
        listed = _arguments_of(file.code, call)
        given = [node for node in listed.named_children if "comment" not in node.type] if listed else []
        if listed is None or listed.has_error or any(node.type in _SPLATS for node in given):
            continue
        at = file.code.offset(listed.end_byte) - 1
        if len(given) != len(changed.old) or is_bound(file.code, added[0], at):
            continue
        if given:
            at = file.code.offset(given[-1].end_byte)
        is_named = bool(given) and bool(_name_of(file.code, given[-1]))
        before = f"{', ' if given else ''}{added[0] + row.keyword if is_named else ''}"
        found.append(Hole(file.uri, at, before, f"Give {name} its {added[0]}", edit.id))
    return found


def _has_default(changed: _Signature, name: str) -> bool:
    """Whether the parameter may be left out, as far as its text tells."""
    behind = changed.new_list.rpartition(name)[2]
    return "=" in behind or behind.lstrip().startswith("?")


def _changed(code: ParsedText, edit: UserEdit) -> _Signature | None:
    """The function whose parameter list the edit is in; None where its parameters are the same as before."""
    around = [e for e in symbols(code).definitions if e.start <= edit.start and edit.end <= max(e.body, e.start)]
    if not around:
        return None
    definition = around[-1]
    list_now = _list_of(code, definition)
    before = paste(code, edit.start, edit.end, edit.old)
    same = [e for e in symbols(before).named([definition.name]) if e.start == definition.start]
    list_before = _list_of(before, same[0]) if same else None
    if list_now is None or list_before is None:
        return None
    old, new = parameter_names(before, same[0]), parameter_names(code, definition)
    if len(set(old) ^ set(new)) != 1:
        return None
    return _Signature(definition, old, new, _text(before, list_before), _text(code, list_now))


def _namesakes(situation: Situation, file: File, changed: _Signature, cause: int) -> Iterator[Proposal]:
    """Functions of that name with the parameters that this one had: an interface, and what implements it."""
    name, owner = changed.definition.name, changed.definition.owner
    if not owner or len(changed.old) < 1:
        return
    for each in (file, *situation.related(file)):
        for other in symbols(each.code).named([name]):
            listed = _list_of(each.code, other)
            if not other.owner or listed is None or _text(each.code, listed) != changed.old_list:
                continue
            start = each.code.offset(listed.start_byte)
            edit = Edit(start, start + len(changed.old_list), changed.new_list)
            yield Proposal(each.uri, (edit,), f"Give {name} the same parameters", cause)


def _calls(code: ParsedText, name: str, owner: str) -> list[Node]:
    """The calls of what `owner` defines. `files.open(…)` need not be the method `open` that is meant."""
    if is_crowded(code, name):
        return []
    here = [place for place in places(code, name) if not place.is_binding]
    if not is_distinctive(name) or not owner:
        here = [place for place in here if place.kind != "member" or (owner and is_own(code.text, place))]
    found = [called(code, place) for place in here]
    return [call for call in found if call is not None]


def _of_call(code: ParsedText, call: Node, changed: _Signature) -> list[Edit]:
    row, listed = row_of(code), _arguments_of(code, call)
    if listed is None or row is None:
        return []
    given = [node for node in listed.named_children if "comment" not in node.type]
    if any(node.type in _SPLATS for node in given) or listed.has_error:
        return []
    removed = [name for name in changed.old if name not in changed.new]
    if removed:
        return _without(code, given, changed.old.index(removed[0]), removed[0], len(changed.old))
    added = next(name for name in changed.new if name not in changed.old)
    return _with(code, listed, given, added, changed, row.keyword)


def _arguments_of(code: ParsedText, call: Node) -> Node | None:
    row = row_of(code)
    return next((node for node in call.children if row is not None and node.type in row.arguments), None)


def _without(code: ParsedText, given: list[Node], index: int, name: str, count: int) -> list[Edit]:
    """The argument goes, by its name or, where all are given, by its place."""
    named = [node for node in given if _name_of(code, node) == name]
    if not named and len(given) == count and not any(_name_of(code, node) for node in given):
        named = [given[index]]
    if not named:
        return []
    at = given.index(named[0])
    if at + 1 < len(given):
        return [Edit(code.offset(given[at].start_byte), code.offset(given[at + 1].start_byte), "")]
    start = given[at - 1].end_byte if at else given[at].start_byte
    return [Edit(code.offset(start), code.offset(given[at].end_byte), "")]


def _with(
    code: ParsedText, listed: Node, given: list[Node], name: str, changed: _Signature, keyword: str
) -> list[Edit]:
    """The new argument is passed on where the caller has a variable of its name."""
    index = changed.new.index(name)
    is_given = any(_name_of(code, node) == name for node in given) or len(given) > len(changed.old)
    at = code.offset(listed.end_byte) - 1
    if is_given or not is_bound(code, name, at):
        return []
    if index == len(given) and not any(_name_of(code, node) for node in given):
        text = name if not keyword or keyword.strip() == ":" else f"{name}{keyword}{name}"
    elif keyword and index >= len(given):
        text = f"{name}{keyword}{name}"
    elif index < len(given) == len(changed.old) and not any(_name_of(code, node) for node in given[: index + 1]):
        start = code.offset(given[index].start_byte)
        return [Edit(start, start, f"{name}, ")]
    else:
        return []
    if not given:
        return [Edit(at, at, text)]
    end = code.offset(given[-1].end_byte)
    return [Edit(end, end, f", {text}")]


def is_bound(code: ParsedText, name: str, offset: int) -> bool:
    """Whether a parameter or a variable of that name is known at the offset."""
    return any(
        each.kind in ("parameter", "variable") and each.scope[0] <= offset <= each.scope[1] and each.start < offset
        for each in places(code, name)
    )


def _name_of(code: ParsedText, argument: Node) -> str:
    name = argument.child_by_field_name("name")
    is_named = argument.type in ("keyword_argument", "argument") and name is not None
    return _text(code, name) if is_named and name is not None else ""


def _list_of(code: ParsedText, definition: Definition) -> Node | None:
    node = node_of(code, definition)
    if node is None:
        return None
    found = field(node, "parameters")
    inner = node.child_by_field_name("declarator")
    while found is None and inner is not None:
        found, inner = inner.child_by_field_name("parameters"), inner.child_by_field_name("declarator")
    return found


def _text(code: ParsedText, node: Node) -> str:
    return code.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
