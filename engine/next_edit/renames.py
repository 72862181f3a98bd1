"""A name was changed where it is declared: its uses still have the old one.

What belongs to the declaration is decided by scopes. Where the old name may mean something else too, nothing is
offered.
"""

from collections.abc import Iterable, Iterator

from hearth.engine.code_actions.edits import Edit
from hearth.engine.next_edit import members
from hearth.engine.next_edit.changes import is_same_thing, renamed
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.names import Place, arguments, is_crowded, places, row_of
from hearth.engine.next_edit.reach import brings_in, callee
from hearth.engine.next_edit.renaming import Renaming
from hearth.engine.next_edit.situation import File, Proposal, Situation, by_line, changed_lines


def renames(situation: Situation, edit: UserEdit) -> list[Proposal]:
    """The uses of a name that the edit has changed where it is declared, line by line."""
    file = situation.of(edit.uri)
    if file is None or row_of(file.code) is None:
        return []
    start, change = changed_lines(file, edit)
    end = start + len(edit.lines(file.code.text)[2])
    for old, new in renamed(change):
        if is_crowded(file.code, old) or is_crowded(file.code, new):
            continue
        here = places(file.code, new, start, end)
        declared = next((each for each in here if each.is_binding), None) or members.assigned(file.code, here)
        if declared is None or declared.holder in _OTHER_MODULES or not is_same_thing(change, old):
            continue
        renaming = Renaming(situation, file, edit, old, new, declared)
        found = [
            proposal
            for each, edits in _edits(renaming)
            for proposal in by_line(each, edits, f"Rename {old} to {new}", edit.id)
        ]
        if found:
            return found
    return []


_OTHER_MODULES = ("import_statement", "import_clause", "namespace_import")  # `import a` that became `import b`
_PLAIN = ("parameter", "variable", "definition", "import", "use", "shorthand")


def _edits(renaming: Renaming) -> Iterator[tuple[File, list[Edit]]]:
    row = row_of(renaming.file.code)
    if row is None:
        return
    scope = renaming.declared.scope_type
    if scope in row.classes:
        yield from members.edits(renaming)
    elif scope in row.files:
        yield from _of_file(renaming)
    else:
        yield from _of_function(renaming)


def _of_function(renaming: Renaming) -> Iterator[tuple[File, list[Edit]]]:
    """A parameter or a variable: its uses, and the arguments that name the parameter."""
    uses = _local_uses(renaming)
    if uses is None:
        return
    file, declared = renaming.file, renaming.declared
    function = callee(file.code, declared.scope[0]) if declared.kind == "parameter" else ""
    named = arguments(file.code, renaming.old, function) if function else []
    yield file, _renamed(renaming, sorted({*uses, *named}, key=lambda place: place.start))
    for other in renaming.situation.related(file) if function else ():
        if brings_in(other, file, function):
            yield other, _renamed(renaming, arguments(other.code, renaming.old, function))


def _local_uses(renaming: Renaming) -> list[Place] | None:
    code, declared = renaming.file.code, renaming.declared
    first, last = declared.scope
    if renaming.is_taken(renaming.file, _PLAIN, declared.scope):
        return None
    old = places(code, renaming.old, first, last)
    inner = [each for each in old if each.is_binding and each.scope != declared.scope]
    hidden = [each.scope for each in inner if first <= each.scope[0] and each.scope[1] <= last]
    again = [each for each in old if each.is_binding and each.scope == declared.scope]
    if any(each.start < declared.start for each in again):
        return None
    kinds = ["use", "shorthand"]
    if declared.kind == "parameter" and code.language is not None and code.language.name == "python":
        again, kinds = [], [*kinds, "variable"]  # to assign to its name changes the parameter itself
    # What a later declaration of the old name uses itself is still ours; what follows is its own.
    limit = min((_end_of_line(code.text, each.end) for each in again), default=last)
    return [
        each
        for each in old
        if each.kind in kinds
        and each.start < limit
        and not any(start <= each.start < end for start, end in hidden)
    ]


def _of_file(renaming: Renaming) -> Iterator[tuple[File, list[Edit]]]:
    """Something that the file defines, or brings in."""
    file, code = renaming.file, renaming.file.code
    old = places(code, renaming.old)
    if any(each.is_binding for each in old) or renaming.is_taken(file, _PLAIN):
        return
    yield file, _renamed(renaming, [each for each in old if each.kind in ("use", "shorthand")])
    for other in renaming.situation.related(file) if renaming.declared.kind != "import" else ():
        if not brings_in(other, file, renaming.old) or is_crowded(other.code, renaming.old):
            continue
        found = places(other.code, renaming.old)
        is_clear = not any(each.kind in ("parameter", "variable", "definition") for each in found)
        if is_clear and not renaming.is_taken(other, _PLAIN):
            yield other, _renamed(renaming, [e for e in found if e.kind in ("use", "import", "shorthand")])


def _renamed(renaming: Renaming, found: Iterable[Place]) -> list[Edit]:
    """A name that is a key and its value at once keeps the key."""
    old, new = renaming.old, renaming.new
    return [Edit(e.start, e.end, f"{old}: {new}" if e.kind == "shorthand" else new) for e in found]


def _end_of_line(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end
