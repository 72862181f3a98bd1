"""The last use of an import is gone, or has become that of another name: the import follows."""

from hearth.engine.code_actions.edits import Edit
from hearth.engine.code_actions.import_names import bound_names, only_names
from hearth.engine.code_actions.new_imports import imports_of
from hearth.engine.context.parsed import ParsedText
from hearth.engine.next_edit.changes import is_name, pairs
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.missing import is_unknown
from hearth.engine.next_edit.names import places, words
from hearth.engine.next_edit.situation import File, Proposal, Situation, changed_lines
from hearth.engine.text import end_of_line, start_of_line

_LANGUAGES = ("python", "javascript", "typescript", "tsx", "rust", "go", "java")
_KEPT = ("noqa", "type: ignore", "eslint-disable", "allow(unused")  # marks of imports that are there on purpose
_REEXPORTS = ("__init__", "index", "mod", "lib")  # files whose imports others may use


def unused(situation: Situation, edit: UserEdit) -> list[Proposal]:
    """The imports that nothing uses since the edit."""
    file = situation.of(edit.uri)
    if file is None or file.code.language is None or file.code.language.name not in _LANGUAGES:
        return []
    if file.stem in _REEXPORTS or not edit.old.strip():
        return []
    # Half of those who remove the last use write another one in a moment: they are still at it.
    has_gone_on = edit.id != next((each.id for each in situation.edits if each.kind != "accepted"), 0)
    _, change = changed_lines(file, edit)
    there_now = {token.text for token in change.after}
    gone = [token.text for run in change.runs for token in change.before[run.first : run.last]]
    became = pairs(change)
    found: list[Proposal] = []
    for name in dict.fromkeys(name for name in gone if is_name(name) and name not in there_now):
        found += _import_of(file, edit, name, became.get(name, ""), has_gone_on)
    return found


def _import_of(file: File, edit: UserEdit, name: str, became: str, may_remove: bool) -> list[Proposal]:
    code, language = file.code, file.code.language.name if file.code.language else ""
    for node in imports_of(code):
        start, end = code.offset(node.start_byte), code.offset(node.end_byte)
        text = code.text[start:end]
        line = code.text[start_of_line(code.text, start) : end_of_line(code.text, end)]
        if name not in (bound_names(text, language) or ()) or any(mark in line for mark in _KEPT):
            continue
        is_touched = start <= edit.end and edit.start <= end
        if is_touched or any(not start <= at < end for at in words(code.text, name, 0, None)):
            return []
        if became and _is_new(file, became) and name[:1].isupper() == became[:1].isupper():
            at = next(words(code.text, name, start, end))
            return [Proposal(file.uri, (Edit(at, at + len(name), became),), f"Import {became}", edit.id)]
        edits = without(code, start, end, name, language) if may_remove else ()
        return [Proposal(file.uri, edits, f"Remove the import of {name}", edit.id)] if edits else []
    return []


def _is_new(file: File, name: str) -> bool:
    """Whether the file uses the name and does not have it."""
    found = places(file.code, name)
    return bool(found) and is_unknown(file, name, found[0].start)


def without(code: ParsedText, start: int, end: int, name: str, language: str) -> tuple[Edit, ...]:
    """The import at `start:end` without one of its names; without names it goes as a whole."""
    text = code.text[start:end]
    rest = [each for each in bound_names(text, language) or [] if each != name]
    first, last = start_of_line(code.text, start), end_of_line(code.text, end)
    if code.text[first:start].strip():
        return ()
    if not rest:
        return (Edit(first, min(last + 1, len(code.text)), ""),) if not code.text[end:last].strip(" \t\r;") else ()
    if "\n" not in text:
        new = only_names(text, rest, language)
        return (Edit(start, end, new),) if new != text else ()
    at = start
    for line in text.split("\n"):
        listed = line.strip().rstrip(",").split()
        is_spec = language == "go" and bound_names(f"import {line.strip()}", "go") == [name]
        if is_spec or (listed and listed[-1] == name and line.strip() != name + ")"):
            begin = start_of_line(code.text, at)
            return (Edit(begin, min(end_of_line(code.text, at) + 1, len(code.text)), ""),)
        at += len(line) + 1
    return ()
