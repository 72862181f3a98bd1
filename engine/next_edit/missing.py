"""A name that is used now and that the file does not bring in: the import of it, if only one is possible."""

import builtins
from collections.abc import Iterable

from hearth.engine.code_actions.import_names import bound_names, only_names
from hearth.engine.code_actions.new_imports import import_edits, imports_of
from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import symbols
from hearth.engine.context.workspace import code_of_text
from hearth.engine.files import SOURCE, decoded, read_bytes
from hearth.engine.languages import language_of
from hearth.engine.next_edit.changes import is_name, pairs, tokens
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.import_places import placed
from hearth.engine.next_edit.importing import Ways, definers, importers, is_exported
from hearth.engine.next_edit.modules import may_copy, statement
from hearth.engine.next_edit.names import place_at, places
from hearth.engine.next_edit.situation import File, Proposal, Situation, changed_lines
from hearth.engine.next_edit.standard import SCRIPT_GLOBALS, standard

MAX_NAMES = 40  # of one edit that are looked up
_LANGUAGES = ("python", "javascript", "typescript", "tsx", "rust", "go", "java")
_SCRIPT = ("javascript", "typescript", "tsx")


def missing(situation: Situation, edit: UserEdit) -> list[Proposal]:
    """The imports of names that the edit has brought into the file."""
    file = situation.of(edit.uri)
    if file is None or file.code.language is None or file.code.language.name not in _LANGUAGES:
        return []
    start, change = changed_lines(file, edit)
    known = {token.text for token in change.before}
    new = [token for run in change.runs for token in change.after[run.new_first : run.new_last]]
    # What took the place of the last use of another import is a matter of that one: see `unused`.
    swapped = {new for old, new in pairs(change).items() if _is_only_imported(file, old)}
    found: list[Proposal] = []
    for name in dict.fromkeys(token.text for token in new if is_name(token.text) and token.text not in known):
        at = next(token.start for token in new if token.text == name)
        if is_unknown(file, name, start + at):
            way = _only_way(situation, file, name, start + at, name in swapped)
            found += imports(file, [way], name, edit.id) if way is not None else []
    return found


def used_names(file: File, start: int, end: int) -> list[str]:
    """The names that a part of a file uses and the file does not have."""
    known: dict[str, bool] = {}
    for token in tokens(file.code.text[start:end]):
        if is_name(token.text) and token.text not in known and len(known) < MAX_NAMES * 10:
            known[token.text] = is_unknown(file, token.text, start + token.start)
    return [name for name, unknown in known.items() if unknown][:MAX_NAMES]


def is_unknown(file: File, name: str, offset: int) -> bool:
    """Whether a name stands there that neither the file nor the language has."""
    code = file.code
    place = place_at(code, offset, offset + len(name))
    if place is None or place.kind != "use" or code.language is None:
        return False
    if code.language.name == "python" and hasattr(builtins, name):
        return False
    if code.language.name in _SCRIPT and name in SCRIPT_GLOBALS:
        return False
    texts = [text_of(code, node) for node in imports_of(code)]
    if code.language.name == "python" and any("*" in text for text in texts):
        return False
    if any(name in (bound_names(text, code.language.name) or ()) for text in texts):
        return False
    return not any(each.is_binding for each in places(code, name)) and not symbols(code).named([name])


def imports(file: File, ways: Iterable[str], name: str, cause: int) -> list[Proposal]:
    """The proposal to add imports, as they are placed in the file."""
    listed = list(ways)
    edits = placed(file.code, listed[0], name) if len(listed) == 1 else ()
    edits = edits or import_edits(file.code, listed, {name})
    return [Proposal(file.uri, edits, f"Import {name}", cause)] if edits else []


def brought_in(file: File, name: str, target: File) -> list[str]:
    """The statements by which a file brings a name in, as far as another file may copy them."""
    language = file.code.language.name if file.code.language else ""
    texts = [text_of(file.code, node) for node in imports_of(file.code)]
    if language == "go":
        return [spec for text in texts for spec in _go_specs(text, name)]
    found = [text for text in texts if name in (bound_names(text, language) or ())]
    return [only_names(text, [name], language) for text in found if may_copy(text, file, target)]


def _only_way(situation: Situation, file: File, name: str, at: int, is_swapped: bool) -> str | None:
    """The import of a name that (nearly) all files go which have it; that of the standard library without any."""
    behind = file.code.text[at + len(name) : at + len(name) + 1]
    is_module = behind == "."
    is_told = behind == "(" or not name.islower()  # by how it stands there, that it is no variable
    related = situation.related(file)
    language = file.code.language.name if file.code.language else ""
    ways = Ways()
    for each in related:
        for text in brought_in(each, name, file):
            ways.add(text, each.path or each.uri, language)
        if _defines(each, name) and (made := statement(file, each, name, related)) is not None:
            ways.add(made, each.path or each.uri, language)
    is_open = {each.path for each in (file, *related)}
    for text, path in importers(situation.entries, name, file):
        if path not in is_open:
            ways.add(text, path, language)
    defining = definers(situation.entries, name, file)
    if len(defining) > max(1, ways.files):
        return None  # many things have that name
    if not ways and is_told:
        for path in defining:
            made = _from_definition(file, path, name, related)
            if path not in is_open and made is not None:
                ways.add(made, path, language)
    if not ways and language == "python" and not is_swapped:
        return standard(name, is_module)
    return ways.only()


def _is_only_imported(file: File, name: str) -> bool:
    found = places(file.code, name)
    return bool(found) and all(each.kind == "import" for each in found)


def _from_definition(file: File, path: str, name: str, related: tuple[File, ...]) -> str | None:
    """The import from a file that is not open, and has to be read for what it exports."""
    language = file.code.language
    if language is None:
        return None
    try:
        code = code_of_text(decoded(read_bytes(path, SOURCE)), language_of("", path) or language, path)
    except OSError:
        return None
    other = File("", code, path) if isinstance(code, ParsedText) else None
    return statement(file, other, name, related) if other is not None and _defines(other, name) else None


def _defines(file: File, name: str) -> bool:
    """Whether others can import the name from that file."""
    found = [each for each in symbols(file.code).named([name]) if not each.owner]
    if not found or file.code.language is None:
        return False
    language = file.code.language.name
    if language in _SCRIPT:
        return any("export " in each.signature for each in found) or is_exported(file.code.text, name)
    return language == "python" or (language == "rust" and any("pub" in each.signature for each in found))


def _go_specs(text: str, name: str) -> list[str]:
    lines = [line.strip() for line in text.removeprefix("import").strip("() \n").split("\n")]
    return [f"import {line}" for line in lines if line and bound_names(f"import {line}", "go") == [name]]
