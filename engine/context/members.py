"""Names that may stand behind the dot left of a cursor: where one is asked for, and what trees know of it.

Both `from_trees` and `told` read whole texts; they run in a thread.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hearth.engine.context.documents import Document
from hearth.engine.context.heads import bases
from hearth.engine.context.ignore import Disk
from hearth.engine.context.near import near
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.query import judged
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.languages import Language, language_of
from hearth.engine.text import indent_of, start_of_line
from hearth.engine.types import Members

MAX_NAMES = 1_000  # of one list; a longer one is cut, and no longer complete
MAX_NAME = 100  # characters
MAX_CHARS = 200_000  # of a text whose definitions are looked at
_MAX_BASES = 8  # classes that one class is looked up in
_AROUND = 20_000  # characters on both sides of the cursor in which other uses are looked for
_DOTS = {
    **dict.fromkeys(
        ("javascript", "typescript", "tsx", "python", "go", "csharp", "swift", "scala", "lua"), (".",)
    ),
    **dict.fromkeys(("elixir", "dart"), (".",)),
    **dict.fromkeys(("rust", "java", "kotlin", "ruby"), (".", "::")),
    "c": (".", "->"),
    "cpp": (".", "->", "::"),
    "php": ("->", "::"),
}
# Languages in which a type has the members that its declaration says, and no others. In the others a list is only
# a hint: members are made at run time, by an index signature or by an extension that is not imported yet.
_FIXED = ("c", "cpp", "go", "java", "rust")
_READ = ("python", "javascript", "typescript", "tsx", "java", "csharp", "cpp")  # whose trees show all members
_OWN = ("self", "this", "cls")
# Words of these languages that may stand behind a dot and are no members.
_WORDS = ("await", "class", "new", "operator", "self", "super", "template", "this", "type")
_NOT_A_MEMBER = (15, 16, 17, 18, 19)  # kinds of entries: snippet, color, file, reference, folder
_PLAIN_TEXT = 1  # a word of the text, from an editor that knows nothing better
_NAME = re.compile(r"[^\W\d][\w$]*+|\$[\w$]++")
_ASSIGNED = re.compile(r"\b(?:self|this|cls)(?:\.|->)([A-Za-z_$][\w$]*)")
_PARAMETER = re.compile(r"\b(?:private|public|protected|readonly)\s+([A-Za-z_$][\w$]*)")
_IN_INTERFACE = re.compile(r"(?<![\w$])([A-Za-z_$][\w$]*+)\??[:(<]")


@dataclass(frozen=True, slots=True)
class Access:
    """A member that is being written: its name begins at `start`, and `typed` of it stands there.

    `receiver` is the name in front of the dot, "" where that is no name.
    """

    start: int
    typed: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A name that an editor knows, and its kind as the LSP counts kinds; None where it does not say."""

    name: str
    kind: int | None = None


def access_at(text: str, offset: int, language: Language | None) -> Access | None:
    """The member access that ends at `offset`; None where there is none, or the rest of a name follows."""
    start = _name_start(text, offset)
    dots = _DOTS.get(language.name, ()) if language is not None else ()
    dot = next((dot for dot in dots if text.endswith(dot, 0, start)), None)
    if start is None or dot is None or text[start:offset][:1].isdigit() or _is_in_name(text[offset : offset + 1]):
        return None
    end = start - len(dot)
    if text[max(0, end - 1) : end] in (".", ":"):
        return None  # `..` and `:::` are something else
    end -= text[max(0, end - 1) : end] in ("?", "!")
    begin = _name_start(text, end)
    receiver = text[begin:end] if begin is not None else ""
    if receiver[:1].isdigit():
        return None  # a number
    return Access(start, text[start:offset], receiver)


def narrowed(members: Members, typed: str) -> Members | None:
    """The names that begin with what was typed; None where that is none of them, and nothing is known."""
    names = tuple(name for name in members.names if name.startswith(typed))
    return Members(names, members.complete, typed) if names else None


def told(entries: Sequence[Entry], complete: bool, document: Document, access: Access) -> Members | None:
    """What an editor's entries say; None where they say nothing.

    What the document itself uses behind the same name is on every list. If an editor's list lacks some of that, it
    is not complete, whatever the editor thinks.
    """
    language = language_of(document.language, document.path)
    members = [entry.name for entry in entries if entry.kind not in (*_NOT_A_MEMBER, _PLAIN_TEXT)]
    found = [match[0] for name in members if (match := _NAME.search(name[:MAX_NAME]))]
    if not found or language is None:
        return None
    used = _used(document.text, access)
    has_words = any(entry.kind == _PLAIN_TEXT for entry in entries)
    is_whole = complete and not has_words and language.name in _FIXED and set(used) <= set(found)
    # A constructor is called as its class: `Shape::Shape(`.
    return _members((*used, *found, *((access.receiver, *_WORDS) if is_whole else ())), is_whole)


def from_trees(
    document: Document, others: Sequence[Document], access: Access, roots: tuple[str, ...] = ()
) -> Members | None:
    """What the open documents say of the class of what stands in front of the dot; None where that is not known.

    A class whose bases are elsewhere is not known: what it inherits would be missing. Of the `others` only those
    count that may be context.
    """
    code = document.code
    if code.language is None or code.language.name not in _READ or len(code.text) > MAX_CHARS:
        return None
    disk, texts = Disk(), [code]
    for other in others:
        if other is not document and len(other.text) <= MAX_CHARS:
            seen, verdict = judged(other, roots, disk)
            texts += [seen] if seen is not None and verdict.allowed and seen.language is code.language else []
    if access.receiver in _OWN:
        around = _class_around(code, access.start)
        classes = [(code, around)] if around else []
    else:
        types = near(code, access.start).types
        classes = [found for name in types for found in _classes(texts, name)]
        if {each.name for _, each in classes} != set(types):
            return None
    if len(classes) == 1 and _is_enum(*classes[0]) and classes[0][1].name == access.receiver:
        return _members(_NAME.findall(_body(*classes[0])), complete=True)
    names = list(_used(document.text, access))
    for each in classes:
        if (inherited := _with_bases(texts, *each, access)) is None:
            return None
        names += inherited
    return _members(names, complete=False) if classes else None


def _class_around(code: ParsedText, offset: int) -> Definition | None:
    """The innermost class. While it is being written one may end too early, but never above its indentation."""
    above = [each for each in symbols(code).definitions if each.kind == "class" and each.start <= offset]
    around = [each for each in above if offset <= each.end]
    if around or not above:
        return around[-1] if around else None
    depth = indent_of(code.text[start_of_line(code.text, above[-1].start) : above[-1].end])
    between = code.text[above[-1].end : offset].split("\n")[1:]
    is_deeper = all(indent_of(line) > depth for line in between if line.strip())
    return above[-1] if is_deeper else None


def _with_bases(
    texts: Sequence[ParsedText], code: ParsedText, definition: Definition, access: Access
) -> list[str] | None:
    """The members of a class and of its bases; None where one of them is unknown."""
    names: list[str] = []
    waiting, seen = [(code, definition)], {definition.name}
    while waiting:
        if len(seen) > _MAX_BASES:
            return None
        code, definition = waiting.pop()
        names += _own(code, definition, access.start if code is texts[0] else -1)
        language = code.language.name if code.language else ""
        for base in bases(definition.signature, language):
            if base not in seen:
                found = list(_classes(texts, base))
                if not found:
                    return None
                seen.add(base)
                waiting.append(found[0])
    return names


def _classes(texts: Sequence[ParsedText], name: str) -> Iterator[tuple[ParsedText, Definition]]:
    for code in texts:
        for definition in symbols(code).named([name]):
            is_interface = definition.kind == "type" and "interface " in definition.signature
            if definition.kind == "class" or is_interface or _is_enum(code, definition):
                yield code, definition


def _own(code: ParsedText, definition: Definition, written: int) -> Iterator[str]:
    """Rather too many names than one too few, but not the one that is being `written` at that offset."""
    for member in symbols(code).definitions:
        if (
            definition.start <= member.start < definition.end
            and member.owner.rpartition(".")[2] == definition.name
        ):
            yield member.name
            if member.kind == "field":
                yield from _NAME.findall(member.signature)
    text = code.text[definition.start : definition.end]
    yield from (found[1] for found in _ASSIGNED.finditer(text) if definition.start + found.start(1) != written)
    yield from _PARAMETER.findall(text)
    if definition.kind == "type":
        yield from _IN_INTERFACE.findall(text)


def _is_enum(code: ParsedText, definition: Definition) -> bool:
    """Whether its text names all that it has."""
    language = code.language.name if code.language else ""
    words = definition.signature.partition("{")[0].split()
    if language == "cpp":
        return words[:2] in (["enum", "class"], ["enum", "struct"])
    return language in ("typescript", "tsx") and "enum" in words[:-1]


def _body(code: ParsedText, definition: Definition) -> str:
    return code.text[definition.start : definition.end].partition("{")[2]


def _used(text: str, access: Access) -> tuple[str, ...]:
    """The members that the text uses elsewhere behind the same name."""
    if not access.receiver:
        return ()
    use = re.compile(rf"(?<![\w$]){re.escape(access.receiver)}[?!]?(?:\.|->|::)([A-Za-z_$][\w$]*)")
    start, end = max(0, access.start - _AROUND), access.start + _AROUND
    return tuple(found[1] for found in use.finditer(text, start, end) if found.start(1) != access.start)


def _members(names: Iterable[str], complete: bool) -> Members | None:
    said = dict.fromkeys(
        name
        for name in names
        if name and len(name) <= MAX_NAME and not name.startswith("__") and name != "constructor"
    )
    kept = tuple(said)[:MAX_NAMES]
    return Members(kept, complete and len(kept) == len(said)) if kept else None


def _name_start(text: str, end: int) -> int | None:
    """Where the name begins that ends there; None where it is too long to be one."""
    start = end
    while start > 0 and end - start <= MAX_NAME and _is_in_name(text[start - 1]):
        start -= 1
    return start if end - start <= MAX_NAME else None


def _is_in_name(char: str) -> bool:
    return char.isalnum() or char in ("_", "$")
