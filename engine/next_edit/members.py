"""Members of classes and structs that have a new name. Whose member a name is, a tree does not tell.

So only those are offered that are certain: of the object itself, in a literal of the class, or with a name that
is unlikely to belong to anything else.
"""

from collections.abc import Iterator
from dataclasses import replace

from hearth.engine.code_actions.edits import Edit
from hearth.engine.context.parsed import Node, ParsedText
from hearth.engine.next_edit.changes import tokens
from hearth.engine.next_edit.names import Place, arguments, is_crowded, places, row_of
from hearth.engine.next_edit.reach import brings_in, class_at
from hearth.engine.next_edit.renaming import Renaming
from hearth.engine.next_edit.situation import File

MAX_DECLARATION = 400  # characters of a variable's declaration
DISTINCTIVE = 7  # characters from which on a name is taken to mean one thing
_OWN = ("self.", "this.", "cls.", "Self::", "this->", "super().")
_WITHOUT_OBJECT = ("java", "csharp", "cpp")  # languages in which a member is also used by its name alone
_LITERALS = ("composite_literal", "struct_expression", "struct_pattern", "object_creation_expression")
_ASSIGNMENTS = ("assignment", "assignment_expression")


def assigned(code: ParsedText, here: list[Place]) -> Place | None:
    """A member that these places declare by assigning to it, as in `self.total = 0`."""
    row = row_of(code)
    for place in here:
        parent = place.around[2] if len(place.around) > 2 else None
        if row is None or place.kind != "member" or parent is None or parent.type not in _ASSIGNMENTS:
            continue
        left = parent.child_by_field_name("left")
        holder = next((node for node in place.around if node.type in row.classes), None)
        if left is None or left.id != place.around[1].id or holder is None or not is_own(code.text, place):
            continue
        scope = (code.offset(holder.start_byte), code.offset(holder.end_byte))
        return replace(place, kind="definition", scope=scope, scope_type=holder.type)
    return None


def edits(renaming: Renaming) -> Iterator[tuple[File, list[Edit]]]:
    """The places where the member is used."""
    file, code, old, new = renaming.file, renaming.file.code, renaming.old, renaming.new
    owner, row = class_at(code, renaming.declared.start), row_of(code)
    if row is None or not owner or renaming.is_taken(file, ("definition", "member"), renaming.declared.scope):
        return
    found = places(code, old)
    if any(each.is_binding and each.scope_type in row.classes for each in found):
        return  # another class has a member of that name
    if any(each.is_binding for each in found) and _is_used_alone(code):
        found = [each for each in found if each.kind == "member"]
    ours = [each for each in found if _is_meant(code, each, renaming.declared.scope, old, owner)]
    named = arguments(code, old, owner) if renaming.declared.kind == "variable" else []
    places_of = sorted({*ours, *named}, key=lambda place: place.start)
    yield file, _renamed(places_of, old, new)
    for other in renaming.situation.related(file):
        if not brings_in(other, file, owner) or is_crowded(other.code, old) or not is_distinctive(old):
            continue
        found = places(other.code, old)
        if not any(each.kind == "definition" for each in found) and not renaming.is_taken(
            other, ("definition", "member")
        ):
            yield other, _renamed([each for each in found if each.kind in ("member", "keyword")], old, new)


def is_distinctive(name: str) -> bool:
    return len(name) >= DISTINCTIVE or "_" in name.strip("_") or name[1:] != name[1:].lower()


def _is_meant(code: ParsedText, place: Place, scope: tuple[int, int], old: str, owner: str) -> bool:
    if place.kind == "use":
        return _is_used_alone(code) and scope[0] <= place.start < scope[1]
    if place.kind in ("keyword", "shorthand"):
        return _literal(code, place) == owner
    if place.kind != "member":
        return False
    is_inside = scope[0] <= place.start < scope[1] or code.language is None or code.language.name in ("rust", "go")
    is_ours = (is_inside and is_own(code.text, place)) or _is_of_receiver(code, place, owner)
    return is_distinctive(old) or is_ours or _is_of_typed(code, place, owner)


def is_own(text: str, place: Place) -> bool:
    return text.endswith(_OWN, 0, place.start)


def _is_of_receiver(code: ParsedText, place: Place, owner: str) -> bool:
    """Whether it is a member of the object that a method of Go is called on."""
    method = next((node for node in place.around if node.type == "method_declaration"), None)
    receiver = method.child_by_field_name("receiver") if method is not None else None
    if receiver is None:
        return False
    said = code.source[receiver.start_byte : receiver.end_byte].decode("utf-8", "replace").strip("() ")
    name, _, kind = said.partition(" ")
    return kind.strip("* ").split("[")[0] == owner and _object(code.text, place) == name


def _is_of_typed(code: ParsedText, place: Place, owner: str) -> bool:
    """Whether it is a member of a variable that is declared to be of the class."""
    name = _object(code.text, place)
    if not name.isidentifier():
        return False
    known = [e for e in places(code, name) if e.kind in ("parameter", "variable") and _covers(e, place)]
    return bool(known) and all(owner in _words(code, node) for e in known for node in e.around[1:2])


def _covers(binding: Place, place: Place) -> bool:
    return binding.scope[0] <= place.start < binding.scope[1]


def _words(code: ParsedText, node: Node) -> set[str]:
    text = code.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
    return {token.text for token in tokens(text[:MAX_DECLARATION])}


def _object(text: str, place: Place) -> str:
    """The name in front of the last dot before the place."""
    before = text[max(0, place.start - 100) : place.start].removesuffix(".")
    start = len(before)
    while start and (before[start - 1].isalnum() or before[start - 1] in "_."):
        start -= 1
    return before[start:]


def _literal(code: ParsedText, place: Place) -> str:
    """The class whose fields a literal lists, where the place is one of its keys."""
    node = next((each for each in place.around if each.type in _LITERALS), None)
    if node is None:
        return ""
    head = code.source[node.start_byte : node.end_byte].decode("utf-8", "replace").split("{")[0]
    return head.replace("::", ".").strip().removeprefix("new ").rpartition(".")[2].strip("&* ")


def _is_used_alone(code: ParsedText) -> bool:
    return code.language is not None and code.language.name in _WITHOUT_OBJECT


def _renamed(found: list[Place], old: str, new: str) -> list[Edit]:
    """A name that is a key and its value at once keeps the value."""
    return [Edit(e.start, e.end, f"{new}: {old}" if e.kind == "shorthand" else new) for e in found]
