"""A definition was cut from one file and pasted into another: the imports that go with it."""

from collections.abc import Iterator

from hearth.engine.code_actions.edits import Edit
from hearth.engine.code_actions.import_names import bound_names, only_names
from hearth.engine.context.symbols import symbols
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.missing import brought_in, imports, used_names
from hearth.engine.next_edit.modules import statement
from hearth.engine.next_edit.names import places
from hearth.engine.next_edit.reach import is_of
from hearth.engine.next_edit.situation import File, Proposal, Situation

MIN_CHARS = 20  # of what is moved


def moves(situation: Situation, edit: UserEdit) -> list[Proposal]:
    """What follows where a definition is now, where it was, and where it is used."""
    pair = _pair(situation, edit)
    if pair is None:
        return []
    cut, pasted = pair
    source, target = situation.of(cut.uri), situation.of(pasted.uri)
    if source is None or target is None:
        return []
    found = list(_needed(source, target, pasted, edit.id))
    for name in _names(target, pasted):
        found += _still_used(situation, source, target, name, edit.id)
        for other in situation.related(source):
            if other.uri != target.uri:
                found += _elsewhere(situation, other, source, target, name, edit.id)
    return found


def _pair(situation: Situation, edit: UserEdit) -> tuple[UserEdit, UserEdit] | None:
    """(what was cut, what was pasted), where the edit is one of them and another file's edit the other."""
    for other in situation.edits:
        for cut, pasted in ((edit, other), (other, edit)):
            text = cut.old.strip()
            is_moved = not cut.new.strip() and text == pasted.new.strip() and not pasted.old.strip()
            if cut.uri != pasted.uri and is_moved and len(text) >= MIN_CHARS:
                return cut, pasted
    return None


def _names(target: File, pasted: UserEdit) -> list[str]:
    """What the pasted text defines."""
    inside = [e for e in symbols(target.code).definitions if pasted.start <= e.start and e.end <= pasted.end]
    return [each.name for each in inside if not each.owner]


def _needed(source: File, target: File, pasted: UserEdit, cause: int) -> Iterator[Proposal]:
    """What the moved code uses, and the file that it comes from brings in."""
    for name in used_names(target, pasted.start, pasted.end):
        ways = brought_in(source, name, target)
        if len(ways) == 1:
            yield from imports(target, ways, name, cause)


def _still_used(situation: Situation, source: File, target: File, name: str, cause: int) -> list[Proposal]:
    found = places(source.code, name)
    if not any(each.kind == "use" for each in found) or any(each.is_binding for each in found):
        return []
    way = statement(source, target, name, situation.related(source))
    return imports(source, [way], name, cause) if way is not None else []


def _elsewhere(
    situation: Situation, other: File, source: File, target: File, name: str, cause: int
) -> Iterator[Proposal]:
    """The import of another file, which still names the old place."""
    language = other.code.language.name if other.code.language else ""
    way = statement(other, target, name, situation.related(other))
    for found in symbols(other.code).imports:
        text = other.code.text[found.start : found.end]
        is_named = name in found.names or found.module.endswith(f"::{name}")
        if way is None or not is_named or not is_of(found.module, source, name):
            continue
        names = bound_names(text, language) or []
        if name not in names:
            continue
        way = way.replace('"', "'") if "'" in text and '"' not in text else way
        way = way if text.endswith(";") else way.removesuffix(";")
        rest = [each for each in names if each != name]
        newline = "\r\n" if "\r\n" in other.code.text else "\n"
        new = f"{only_names(text, rest, language)}{newline}{way}" if rest else way
        yield Proposal(
            other.uri, (Edit(found.start, found.end, new),), f"Import {name} from where it is now", cause
        )
        return
