"""What a name is where it stands: a parameter, a variable, something defined, or a use; read from the tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from hearth.engine.context.parsed import Node, ParsedText, nodes_around
from hearth.engine.next_edit.grammars import NAMES, Names

MAX_PLACES = 400  # of one name in a file

Kind = Literal["parameter", "variable", "definition", "import", "member", "keyword", "shorthand", "use"]
BINDINGS = ("parameter", "variable", "definition", "import")


@dataclass(frozen=True, slots=True)
class Place:
    """A name at `start:end`.

    `scope` are the offsets of what its binding is known in, and `scope_type` is that node's type. `holder` is the
    type of the node that makes the name what it is; `around` are the nodes around it, innermost first.
    """

    kind: Kind
    start: int
    end: int
    scope: tuple[int, int]
    scope_type: str
    holder: str
    around: tuple[Node, ...]

    @property
    def is_binding(self) -> bool:
        return self.kind in BINDINGS


def row_of(code: ParsedText) -> Names | None:
    return NAMES.get(code.language.name) if code.language is not None and code.tree is not None else None


def places(code: ParsedText, name: str, start: int = 0, end: int | None = None) -> list[Place]:
    """Where a name stands in `start:end`, in the order of the text, strings and comments left out."""
    found = [place_at(code, at, at + len(name)) for at in words(code.text, name, start, end)]
    return [place for place in found if place is not None]


def is_crowded(code: ParsedText, name: str) -> bool:
    """Whether the name stands in more places than are looked at."""
    return sum(1 for _ in words(code.text, name, 0, None)) > MAX_PLACES


def place_at(code: ParsedText, start: int, end: int) -> Place | None:
    """The name at `start:end`; None where no name stands there."""
    row = row_of(code)
    if row is None or code.tree is None:
        return None
    first, last = code.byte(start), code.byte(end)
    around = nodes_around(code.tree, first, last)
    if not around or (around[0].start_byte, around[0].end_byte) != (first, last) or around[0].children:
        return None
    if "identifier" not in around[0].type:
        return None
    kind, holder = _kind(row, around)
    if kind == "use" and code.text[max(0, start - 1) : start] == "." and _is_flat(around):
        kind = "member"  # the text of a macro has no structure
    scope = _scope(row, kind, holder, around)
    offsets = (code.offset(scope.start_byte), code.offset(scope.end_byte))
    return Place(kind, start, end, offsets, scope.type, holder.type, tuple(around))


def arguments(code: ParsedText, name: str, function: str) -> list[Place]:
    """The places where an argument of that name is given to a function."""
    row = row_of(code)
    if row is None or not row.keyword:
        return []
    found = [each for each in places(code, name) if each.kind == "keyword"]
    return [each for each in found if _callee(code, row, each) == function]


def _callee(code: ParsedText, row: Names, place: Place) -> str:
    """The last name of what the innermost call around the place calls."""
    types = {each.partition(".")[0] for each in row.calls}
    call = next((node for node in place.around if node.type in types), None)
    if call is None:
        return ""
    head = code.source[call.start_byte : call.end_byte].decode("utf-8", "replace").partition("(")[0]
    return head.replace("::", ".").rpartition(".")[2].removeprefix("new ").strip()


def called(code: ParsedText, place: Place) -> Node | None:
    """The call of which the name is what is called, as in `total(…)` and `shop.total(…)`."""
    row = row_of(code)
    if row is None:
        return None
    for child, parent in pairwise(place.around):
        if is_in(row.calls, parent, child):
            return parent
        if not is_in(row.members, parent, child) and "generic" not in parent.type:
            return None
    return None


def is_in(rows: frozenset[str], parent: Node, child: Node) -> bool:
    """Whether the child stands in the parent at one of these places; a type is at none that does not say so."""
    if parent.type in rows:
        kind = parent.child_by_field_name("type")
        return kind is None or kind.id != child.id
    prefix = parent.type + "."
    fields = [row[len(prefix) :] for row in rows if row.startswith(prefix)]
    return any(child.id == each.id for field in fields for each in parent.children_by_field_name(field))


def _kind(row: Names, around: list[Node]) -> tuple[Kind, Node]:
    """What the innermost node is, and the node that makes it that."""
    leaf = around[0]
    if leaf.type in row.shorthand:
        return "shorthand", leaf
    tables: tuple[tuple[Kind, frozenset[str]], ...] = (
        ("parameter", row.parameters),
        ("variable", row.variables),
        ("definition", row.definitions),
        ("import", row.imports),
        ("member", row.members),
        ("keyword", row.keywords),
        ("shorthand", row.shorthand),
    )
    for child, parent in pairwise(around):
        for kind, table in tables:
            if is_in(table, parent, child):
                return kind, parent
        if not is_in(row.wrappers, parent, child):
            break
    return ("member" if leaf.type in ("property_identifier", "field_identifier") else "use"), leaf


def _scope(row: Names, kind: Kind, holder: Node, around: list[Node]) -> Node:
    outside = False
    for node in around[1:]:
        if node.id == holder.id and kind == "definition":
            outside = True
            continue
        if kind == "definition" and not outside:
            continue
        if kind == "parameter":
            if node.type in row.functions:
                return node
        elif node.type in row.scopes or node.type in row.outer:
            return node
    return holder if kind == "parameter" else around[-1]


def _is_flat(around: list[Node]) -> bool:
    return len(around) > 1 and around[1].type == "token_tree"


def words(text: str, name: str, start: int, end: int | None) -> Iterator[int]:
    """Where the name stands as a whole word."""
    stop = len(text) if end is None else end
    at = text.find(name, start, stop) if name else -1
    count = 0
    while at >= 0 and count <= MAX_PLACES:
        if not _is_word(text, at - 1) and not _is_word(text, at + len(name)):
            count += 1
            yield at
        at = text.find(name, at + len(name), stop)


def _is_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] in "_$")
