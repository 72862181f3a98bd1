"""What a file defines, brings in and uses."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar
from weakref import WeakKeyDictionary

import tree_sitter

from hearth.engine import languages
from hearth.engine.context.changes import Change
from hearth.engine.context.parsed import ParsedText, nodes_around
from hearth.engine.text import start_of_line

MAX_SYMBOLS_CHARS = 200_000  # of a document that is read as a whole; longer ones change too often to be read again
MAX_HEAD_LINES = 12  # of a definition whose whole text is its head, such as a struct
MAX_HEAD_CHARS = 600
MAX_PREFIX_CHARS = 60  # before a definition on its line
MAX_DOC_CHARS = 100
MAX_COMMENT_LINES = 200  # looked at above a definition
MAX_COMMENT_CHARS = 10_000  # of a comment in one block
MAX_OWNERS = 20  # whose names are given
MAX_NAMELESS = 4_000  # tokens in a row
MAX_MATCHES_AT_ONCE = 1_000  # that a query has begun and not ended; beyond, the oldest are given up
LINES_BELOW = 40  # of a change whose definitions may be described by a comment in it
_WORD = re.compile(r"[^\W\d][\w$]*")
_DECORATION = ("@", "#[", "#!")
_STAR = re.compile(rb"\*(?!\s*as\b)")  # `import * as x` brings in one name
# What a fixture of pytest hands over: `return Basket(…)`, or `basket = Basket(…)` and later `yield basket`.
_HANDED_OVER = re.compile(r"\b(?:return|yield)\s+(?:\w+\.)*([A-Za-z_]\w*)(\()?")
MAX_FIXTURE_CHARS = 2_000

# One match of the query, by what was captured.
Captures = dict[str, list[tree_sitter.Node]]


@dataclass(frozen=True, slots=True)
class Definition:
    """Something with a name. `signature` is its head, indented as in the file, and `doc` one sentence about it.

    `start:end` are offsets of the whole definition, `body` is where the part behind the head begins (`end` when
    there is none), `owner` the names of the definitions around it ("Outer.Inner"), and `makes` the class of what a
    fixture hands to a test, where its head does not say so.
    """

    name: str
    kind: str
    signature: str
    doc: str
    start: int
    body: int
    end: int
    owner: str = ""
    makes: str = ""

    def moved(self, shift: int) -> "Definition":
        if not shift:
            return self
        return replace(self, start=self.start + shift, body=self.body + shift, end=self.end + shift)


@dataclass(frozen=True, slots=True)
class Import:
    """One statement that brings in other code; `names` are those it brings in one by one.

    `aliases` are the names that stand for others here, each with the other one. `whole`: it brings in everything
    without a name in front of it (`*`, `#include`).
    """

    module: str
    names: tuple[str, ...]
    start: int
    end: int
    aliases: tuple[tuple[str, str], ...] = ()
    whole: bool = False

    def bound(self) -> dict[str, str]:
        """The names by which this file calls the others, each with what it is called where it is defined."""
        renamed = {name for _, name in self.aliases}
        return {**{name: name for name in self.names if name not in renamed}, **dict(self.aliases)}

    def moved(self, shift: int) -> "Import":
        return replace(self, start=self.start + shift, end=self.end + shift) if shift else self


T = TypeVar("T", Definition, Import)


@dataclass(frozen=True, slots=True)
class Symbols:
    """In the order of the text."""

    definitions: tuple[Definition, ...] = ()
    imports: tuple[Import, ...] = ()
    _by_name: dict[str, list[Definition]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for definition in self.definitions:
            self._by_name.setdefault(definition.name, []).append(definition)

    def names(self) -> Iterable[str]:
        return self._by_name

    def named(self, names: Iterable[str]) -> list[Definition]:
        """The definitions with one of these names."""
        return [definition for name in names for definition in self._by_name.get(name, ())]


_of_code: WeakKeyDictionary[ParsedText, Symbols] = WeakKeyDictionary()
_searchable: WeakKeyDictionary[ParsedText, bool] = WeakKeyDictionary()
_changes: WeakKeyDictionary[ParsedText, Change[Symbols]] = WeakKeyDictionary()


def symbols(code: ParsedText) -> Symbols:
    """The definitions and imports of a text; found once for each `ParsedText`, and forgotten with it.

    Where those of an earlier text are known (see `expect`), only what changed since is looked at.
    """
    found = _of_code.get(code)
    if found is None:
        change = _changes.pop(code, None)
        found = _of_code[code] = _find(code) if change is None else _updated(code, change)
    return found


def known_symbols(code: ParsedText) -> Symbols | None:
    """The same, if somebody has asked for them already."""
    return _of_code.get(code)


def expect(code: ParsedText, change: Change[Symbols]) -> None:
    """Tell how the text came about, should its symbols be asked for."""
    _changes[code] = change


def imports_in(code: ParsedText, start: int, end: int) -> tuple[Import, ...]:
    """The imports in `start:end`; fast however long the text is."""
    return _find(code, code.byte(start), code.byte(end)).imports


def definitions_around(code: ParsedText, start: int, end: int) -> tuple[Definition, ...]:
    """The definitions that have to do with `start:end`, outermost first; fast however long the text is."""
    found = _find(code, code.byte(start), code.byte(end) + 1).definitions
    return tuple(definition for definition in found if definition.start <= end and start <= definition.end)


def references(code: ParsedText, start: int, end: int) -> tuple[str, ...]:
    """The identifiers used in `start:end`, nearest to `end` first, each once; without a tree, all words."""
    if code.tree is None and code.language is not None:
        return tuple(dict.fromkeys(reversed(_WORD.findall(code.text, start, end))))
    first, last = code.byte(start), code.byte(end)
    nodes = [
        node
        for _, captures in _matches(code, "references", first, last)
        for node in captures["reference"]
        if first <= node.start_byte < last
    ]
    nodes.sort(key=lambda node: node.start_byte, reverse=True)
    return tuple(dict.fromkeys(_text(code, node) for node in nodes))


def _find(code: ParsedText, start: int = 0, end: int | None = None) -> Symbols:
    definitions: dict[int, tuple[int, str, Captures]] = {}
    imports: dict[int, Captures] = {}
    for pattern, captures in _matches(code, "symbols", start, end):
        for label, nodes in captures.items():
            if label.startswith("definition.") and "name" in captures:
                # Two patterns may match one node; the one that stands first in the query file wins.
                known = definitions.get(nodes[0].id)
                if known is None or pattern < known[0]:
                    definitions[nodes[0].id] = (pattern, label, captures)
            elif label == "import":
                merged = imports.setdefault(nodes[0].id, {"import": nodes})
                for part in ("import.module", "import.name", "import.pair"):
                    merged.setdefault(part, []).extend(captures.get(part, ()))
    offsets = code.offsets(_positions(definitions, imports))
    found = [_definition(code, offsets, label, captures) for _, label, captures in definitions.values()]
    found.sort(key=lambda definition: (definition.start, -definition.end))
    return Symbols(tuple(_owned(found)), tuple(_imports(code, offsets, imports)))


def _updated(code: ParsedText, change: Change[Symbols]) -> Symbols:
    start = start_of_line(code.text, change.start)
    end = change.end
    for _ in range(LINES_BELOW):
        end = code.text.find("\n", end + 1)
        if end < 0:
            end = len(code.text)
            break
    old_end = end - change.shift
    found = _touching(code, start, end)
    # What reached into the stretch may now end above it.
    reaching = {each.start for each in change.known.definitions if each.start < start <= each.end}
    reaching |= {each.start for each in change.known.imports if each.start < start <= each.end}
    known_places = {each.start for each in found.definitions} | {each.start for each in found.imports}
    for place in reaching - known_places:
        also = _touching(code, place, place)
        found = Symbols((*found.definitions, *also.definitions), (*found.imports, *also.imports))
    definitions = _merged(change.known.definitions, found.definitions, start, old_end, change.shift)
    imports = _merged(change.known.imports, found.imports, start, old_end, change.shift)
    definitions.sort(key=lambda definition: (definition.start, -definition.end))
    imports.sort(key=lambda statement: statement.start)
    return Symbols(tuple(_owned(definitions)), tuple(imports))


def _touching(code: ParsedText, start: int, end: int) -> Symbols:
    """The symbols that touch `start:end`; a query of a range also finds captures outside of it."""
    found = _find(code, code.byte(start), code.byte(end) + 1)
    return Symbols(
        tuple(each for each in found.definitions if each.start <= end and start <= each.end),
        tuple(each for each in found.imports if each.start <= end and start <= each.end),
    )


def _merged(known: Sequence[T], found: Sequence[T], start: int, old_end: int, shift: int) -> list[T]:
    """What was known outside of the stretch, moved where it is now, and what was found in and around it."""
    places = {each.start for each in found}
    above = [each for each in known if each.end < start]
    below = [each.moved(shift) for each in known if each.start > old_end]
    unique: list[T] = list(dict.fromkeys(found))
    return [each for each in above + below if each.start not in places] + unique


def _matches(
    code: ParsedText, part: Literal["symbols", "references"], start: int = 0, end: int | None = None
) -> list[tuple[int, Captures]]:
    query = languages.query(code.language, part) if code.language else None
    if code.tree is None or query is None:
        return []
    if not _is_searchable(code):
        return []
    if end is not None and not all(nodes_around(code.tree, byte, byte) for byte in (start, end)):
        return []
    # Never with a progress callback: the bindings (0.26.1) crash in it as soon as there is a match.
    cursor = tree_sitter.QueryCursor(query, match_limit=MAX_MATCHES_AT_ONCE)
    if end is not None:
        cursor.set_byte_range(start, end)
    return cursor.matches(code.tree.root_node)


def _is_searchable(code: ParsedText) -> bool:
    """Whether a query is linear in the tree; it is not in a long row of tokens without a name in one error."""
    if code.tree is None or len(code.source) < MAX_NAMELESS:
        return True
    found = _searchable.get(code)
    if found is None:
        found = _searchable[code] = _longest_nameless(code.tree) < MAX_NAMELESS
    return found


def _longest_nameless(tree: tree_sitter.Tree) -> int:
    longest, waiting = 0, [tree.root_node]
    while waiting and longest < MAX_NAMELESS:
        node = waiting.pop()
        if not node.has_error:
            continue
        row = 0
        for child in node.children:
            row = 0 if child.is_named else row + 1
            longest = max(longest, row)
            if child.has_error:
                waiting.append(child)
    return longest


def _positions(definitions: dict[int, tuple[int, str, Captures]], imports: dict[int, Captures]) -> Iterator[int]:
    for _, label, captures in definitions.values():
        yield from captures[label][0].byte_range
        if "body" in captures:
            yield captures["body"][0].start_byte
    for captures in imports.values():
        yield from captures["import"][0].byte_range


def _definition(code: ParsedText, offsets: dict[int, int], label: str, captures: Captures) -> Definition:
    node = captures[label][0]
    start, end = offsets[node.start_byte], offsets[node.end_byte]
    body = offsets[captures["body"][0].start_byte] if "body" in captures else end
    if "doc" in captures:
        doc = _first_line(_text(code, captures["doc"][0]))
    else:
        doc = _comment_above(code, start)
    name, kind = _text(code, captures["name"][0]).strip(), label.removeprefix("definition.")
    return Definition(
        name=name.rpartition("::")[2] if kind == "class" and "<" not in name else name,  # `class Outer::Inner {`
        kind=kind,
        signature=_head(code.text, start, body),
        doc=doc,
        start=start,
        body=body,
        end=end,
        makes=_made(code, start, body, end),
    )


def _made(code: ParsedText, start: int, body: int, end: int) -> str:
    if (
        code.language is None
        or code.language.name != "python"
        or "fixture" not in code.text[max(0, start - 200) : start]
    ):
        return ""
    text = code.text[body : min(end, body + MAX_FIXTURE_CHARS)]
    handed = _HANDED_OVER.search(text)
    if handed is None or handed[2]:
        return handed[1] if handed else ""
    name = re.escape(handed[1])
    assigned = rf"\b{name}\s{{0,40}}+(?::[^=\n]{{0,200}}+)?=\s{{0,40}}+(?:\w{{1,200}}+\.){{0,10}}+(\w{{1,200}}+)\("
    entered = rf"(?<!\w)(\w{{1,200}}+)\([^\n]{{0,200}}\)\s{{1,40}}+as\s{{1,40}}+{name}\b"
    made = re.search(rf"{assigned}|{entered}", text)
    return (made[1] or made[2]) if made else ""


def _imports(code: ParsedText, offsets: dict[int, int], imports: dict[int, Captures]) -> Iterator[Import]:
    for captures in sorted(imports.values(), key=lambda captures: captures["import"][0].start_byte):
        start, end = captures["import"][0].byte_range
        names = tuple(dict.fromkeys(_text(code, node) for node in captures["import.name"]))
        aliases = tuple(dict.fromkeys(pair for node in captures["import.pair"] if (pair := _pair(code, node))))
        statement = code.source[start : min(end, start + MAX_HEAD_CHARS)]
        whole = statement.startswith((b"#", b".")) or _STAR.search(statement) is not None
        # `import a, b` is one statement that brings in two modules.
        for module in dict.fromkeys(_text(code, node) for node in captures["import.module"]):
            yield Import(module, names, offsets[start], offsets[end], aliases, whole)


def _pair(code: ParsedText, node: tree_sitter.Node) -> tuple[str, str] | None:
    """The alias in `name as alias`, and the name."""
    alias = node.child_by_field_name("alias")
    name = node.child_by_field_name("name")
    if alias is None:
        return None
    # The grammars do not take `default` for a name.
    return _text(code, alias), _text(code, name) if name is not None else "default"


def _owned(definitions: list[Definition]) -> Iterator[Definition]:
    around: list[Definition] = []
    for definition in definitions:
        while around and around[-1].end <= definition.start:
            around.pop()
        owner = ".".join(outer.name for outer in around[-MAX_OWNERS:])
        around.append(definition if definition.owner == owner else replace(definition, owner=owner))
        yield around[-1]


def _head(text: str, start: int, body: int) -> str:
    """The head with what stands before it on its line: its indentation, `export const`, and the like."""
    line = start_of_line(text, start)
    if start - line <= MAX_PREFIX_CHARS and not any(char in text[line:start] for char in ";{}()"):
        start = line
    lines = text[start : min(body, start + MAX_HEAD_CHARS)].rstrip().splitlines()
    return "\n".join(lines[:MAX_HEAD_LINES])


def _comment_above(code: ParsedText, start: int) -> str:
    """The first line of the comment that ends right above, past decorators and attributes."""
    lines: list[str] = []
    end = code.text.rfind("\n", 0, start)
    while end >= 0 and len(lines) < MAX_COMMENT_LINES:
        begin = start_of_line(code.text, end)
        line = code.text[begin:end].strip()
        if line.endswith("*/"):
            opened = code.text.rfind("/*", max(0, end - MAX_COMMENT_CHARS), end)
            lines = code.text[opened:end].splitlines()[::-1] if opened >= 0 else []
            break
        end = begin - 1
        if _is_line_comment(line, code):
            lines.append(line)
        elif not line.startswith(_DECORATION):
            break
    for line in reversed(lines):
        words = line.strip().strip("/*#-! \t")
        if words and not words.startswith("@"):  # a tag is no sentence about it
            return _sentence(words)
    return ""


def _is_line_comment(line: str, code: ParsedText) -> bool:
    comment = code.language.comment if code.language else ""
    return bool(comment) and line.startswith(comment) and not line.startswith(_DECORATION)


def _first_line(doc: str) -> str:
    return _sentence(next((line.strip() for line in doc.splitlines() if line.strip()), ""))


def _sentence(line: str) -> str:
    """The line's first sentence: every word of it costs the model time."""
    return re.split(r"(?<=[.!?])\s", line, maxsplit=1)[0][:MAX_DOC_CHARS]


def _text(code: ParsedText, node: tree_sitter.Node) -> str:
    return code.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
