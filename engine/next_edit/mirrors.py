"""Something was added to a row of parameters or fields: the places where each of the others has a line of its own.

That they do is seen from two of them: their lines are the same but for the name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hearth.engine.code_actions.edits import Edit
from hearth.engine.code_actions.syntax_nodes import leaves
from hearth.engine.context.parsed import Node, ParsedText
from hearth.engine.next_edit.changes import is_name
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.names import Place, place_at, places, row_of
from hearth.engine.next_edit.reach import callee, class_at
from hearth.engine.next_edit.signatures import is_bound
from hearth.engine.next_edit.situation import File, Proposal, Situation, changed_lines
from hearth.engine.text import end_of_line, lines_of, start_of_line

MAX_LINES = 20_000  # of a file
NEAR = 3  # lines between two that are alike
MAX_LEAVES = 12  # of one item that its name is looked for in
_HOLE = "\0"
_WORDS = re.compile(r"[^\W\d][\w$]*+")
_FIELDS = ("field", "property", "variant", "enum")  # in the types of nodes that declare one
_ARGUMENT = re.compile(r"[ \t]{0,80}+\0=(?!=)")
_ASSIGNED = re.compile(r"[ \t]{0,80}+(?:self|this)\.\0 = \0;?")
# What makes the name in a template no variable of its own: a member, a key, or a text.
_NO_VARIABLE = re.compile(r"(?:\.|->|::)\0|\0(?=\s?[=:](?!=))|[\"']\0[\"']")


@dataclass(frozen=True, slots=True)
class _Added:
    """A new name in a row; `beside` is the one before it, `others` are the rest, `callee` is whose row it is.

    `is_optional`: it has a default, so that nobody has to give it.
    """

    name: str
    beside: str
    others: tuple[str, ...]
    callee: str
    is_optional: bool = False


def mirrors(situation: Situation, edit: UserEdit) -> list[Proposal]:
    """The lines, and the items of lists, that the new name lacks."""
    file = situation.of(edit.uri)
    if file is None or row_of(file.code) is None:
        return []
    added = _added(file, edit)
    if added is None:
        return []
    start, _, new = edit.lines(file.code.text)
    own = (start, start + len(new))
    found: list[Proposal] = []
    for each in (file, *situation.related(file)):
        title = f"Add {added.name}"
        skip = own if each is file else (0, 0)
        edits = {e.start: e for e in (*_lines(each, added, skip), *_items(each, added, skip))}
        found += [Proposal(each.uri, (edits[at],), title, edit.id) for at in sorted(edits)]
    return found


def _added(file: File, edit: UserEdit) -> _Added | None:
    """What the edit has put into a row of parameters or fields, without changing the others."""
    start, change = changed_lines(file, edit)
    if any(change.old(run) for run in change.runs):
        return None
    code = file.code
    for run in change.runs:
        for token in change.after[run.new_first : run.new_last]:
            place = place_at(code, start + token.start, start + token.end) if is_name(token.text) else None
            if place is None or place.kind not in ("parameter", "variable", "definition"):
                continue
            row = _row(code, place)
            if token.text not in row or len(row) < 2:
                continue
            at = row.index(token.text)
            beside = row[at - 1] if at else row[1]
            others = tuple(each for each in row if each not in (token.text, beside))
            is_optional = any(each.text == "=" for each in change.after[run.new_first : run.new_last])
            return _Added(token.text, beside, others, _callee(code, place), is_optional)
    return None


def _callee(code: ParsedText, place: Place) -> str:
    return callee(code, place.scope[0]) if place.kind == "parameter" else class_at(code, place.start)


def _row(code: ParsedText, place: Place) -> list[str]:
    """The names beside this one in its row, itself among them."""
    row = row_of(code)
    if row is None or (place.kind != "parameter" and place.scope_type not in row.classes):
        return []
    if place.kind == "definition" and not any(each in place.holder for each in _FIELDS):
        return []  # a method
    for node, parent in zip(place.around[:6], place.around[1:7], strict=False):
        names = [_name_of(code, child, place) for child in parent.named_children if _is_alike(child, node, place)]
        known = [name for name in names if name not in ("", "self", "this", "cls")]
        if len(known) > 1:
            return known
        if place.kind == "parameter" and parent.type in row.functions:
            return []
    return []


def _is_alike(child: Node, node: Node, place: Place) -> bool:
    return place.kind == "parameter" or child.type == node.type


def _name_of(code: ParsedText, item: Node, like: Place) -> str:
    for _, leaf in zip(range(MAX_LEAVES), leaves(item), strict=False):
        if "identifier" not in leaf.type:
            continue
        start, end = code.offset(leaf.start_byte), code.offset(leaf.end_byte)
        place = place_at(code, start, end)
        if place is not None and place.kind == like.kind and place.scope == like.scope:
            return code.text[start:end]
    return ""


def _lines(file: File, added: _Added, own: tuple[int, int]) -> Iterator[Edit]:
    """Whole lines that the name beside has, and another one has too."""
    text = file.code.text
    lines = lines_of(text)[:MAX_LINES]
    newline = "\r\n" if "\r\n" in text else "\n"
    for index, (offset, raw) in enumerate(lines):
        line = raw.rstrip("\r")
        if added.beside.lower() not in line.lower() or own[0] <= offset <= own[1]:
            continue
        template = _template(line, added.beside)
        near = [each[1].rstrip("\r") for each in lines[max(0, index - NEAR) : index + NEAR + 1]]
        if template.count(_HOLE) < 2 or not _is_proven(template, near, added):
            continue
        if added.is_optional and _ARGUMENT.match(template):
            continue
        new = _filled(template, added.name)
        if any(each.rstrip(",") == new.rstrip(",") for each in near) or not _is_known(
            file, template, added, offset
        ):
            continue
        end = offset + len(line)
        is_last = not line.endswith((",", ";")) and any(
            _template(each, other) == template + "," for each in near for other in added.others
        )
        yield Edit(end, end, f"{',' if is_last else ''}{newline}{new}")


def _is_proven(template: str, near: list[str], added: _Added) -> bool:
    """Whether another name of the row has the same line near by, or the line is of a kind that each has."""
    if not added.others:
        return _ASSIGNED.fullmatch(template) is not None
    bare = template.rstrip(",")
    return any(_template(each, other).rstrip(",") == bare for each in near for other in added.others)


def _items(file: File, added: _Added, own: tuple[int, int]) -> Iterator[Edit]:
    """Items of a list within a line."""
    code, row = file.code, row_of(file.code)
    for place in places(code, added.beside):
        if own[0] <= place.start <= own[1] or place.is_binding or row is None:
            continue
        for item, parent in zip(place.around[:4], place.around[1:5], strict=False):
            listed = parent.named_children
            is_list = any(each.type == "," for each in parent.children)  # `a if b else c` is none
            if not is_list or all(each.id != item.id for each in listed):
                continue
            template = _template(_text(code, item), added.beside)
            alike = [
                other
                for other in added.others
                for each in listed
                if _template(_text(code, each), other) == template
            ]
            if not template or not alike or any(added.name in _text(code, each) for each in listed):
                continue
            start, end = code.offset(parent.start_byte), code.offset(item.end_byte)
            is_arguments = parent.type in row.arguments
            is_one_line = "\n" not in code.text[start:end]
            if not is_one_line or (
                template == _HOLE and not (is_arguments and _called(code, parent) == added.callee)
            ):
                continue
            if _is_known(file, template, added, place.start):
                yield Edit(end, end, f", {_filled(template, added.name)}")
            break


def _is_known(file: File, template: str, added: _Added, offset: int) -> bool:
    """Whether the new name is a variable there, if the template uses it as one."""
    rest = _NO_VARIABLE.sub("", template.replace(_HOLE + "1", _HOLE).replace(_HOLE + "2", _HOLE))
    return _HOLE not in rest or is_bound(file.code, added.name, end_of_line(file.code.text, offset))


def _template(line: str, name: str) -> str:
    """The line with a hole for the name, another where it begins with a small or a large letter; "" without it."""
    forms = _forms(name)
    made = _WORDS.sub(lambda found: forms.get(found[0], found[0]), line)
    return made if _HOLE in made else ""


def _filled(template: str, name: str) -> str:
    for form, hole in sorted(_forms(name).items(), key=lambda each: -len(each[1])):
        template = template.replace(hole, form)
    return template


def _forms(name: str) -> dict[str, str]:
    small, large = name[:1].lower() + name[1:], name[:1].upper() + name[1:]
    return {small: _HOLE + "1", large: _HOLE + "2"} | {name: _HOLE}


def _called(code: ParsedText, arguments: Node) -> str:
    start = code.offset(arguments.start_byte)
    before = code.text[start_of_line(code.text, start) : start]
    found = _WORDS.findall(before)
    return found[-1] if found else ""


def _text(code: ParsedText, node: Node) -> str:
    return code.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
