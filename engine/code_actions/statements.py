"""The statements of a stretch of code, one after the other, with what each of them speaks of.

A grammar tells a statement by its node's type, or by the block that it stands in. A statement inside another one
counts for itself: of an `if` only the head belongs to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import tree_sitter

from hearth.engine.code_actions.syntax_nodes import is_docstring, text_of
from hearth.engine.context.parsed import ParsedText

# Nodes that hold statements, whatever these are called themselves.
_SEQUENCES = frozenset(
    """
    block statement_block compound_statement body_statement module program source_file translation_unit
    compilation_unit class_body declaration_list field_declaration_list statement_list statements do_block
    switch_block switch_body enum_body interface_body template_body chunk script_block_body constructor_body
    indented_block then else ensure do do_group function_body source_code document stylesheet
    """.split()
)
_SUFFIXES = ("_statement", "_declaration", "_definition", "_item", "_signature", "_spec")
_ALSO = frozenset(
    """
    declaration elif_clause except_clause catch_clause finally_clause switch_case switch_default case_clause
    expression_case type_case default_case communication_case match_arm when_entry pair jsx_element
    jsx_self_closing_element enum_constant enumerator enum_variant enum_variant_list_item command
    variable_assignment rule_set element block_mapping_pair block_sequence_item attribute_item decorator
    annotation marker_annotation attribute_list attribute_declaration
    """.split()
)
DEFINITIONS = ("function", "method", "class", "constructor", "struct", "interface", "trait", "impl", "enum")
_NAMES = frozenset(
    "name variable_name word constant instance_variable class_variable global_variable simple_symbol".split()
)
_TYPES = ("type", "type_annotation")
_CALLS = (
    "call",
    "new",
    "await",
    "yield",
    "macro_invocation",
    "command",
    "object_creation",
    "send",
    "update",
    "delete",
)
_CALLS_END = ("call_expression", "_invocation", "invocation_expression", "function_call", "_call")
_QUIET = frozenset(("{", "}", "(", ")", "[", "]", ";", ",", ":", "=>", "else", "end", "then", "do"))
_BECOMES = frozenset(("=", ":=", "+=", "-=", "*=", "/=", "//=", "%=", "|=", "&=", "^=", "??=", "||=", "&&=", "<-"))
# What goes over many things by itself, so that a loop is needed no more.
ITERATING = frozenset(
    """
    for filter map reduce forEach some every find findIndex flatMap sum any all min max join collect fold count
    sumOf any none filterNotNull mapNotNull associate groupBy Select Where Sum Count Any All First FirstOrDefault
    Aggregate ToList array_sum array_map array_filter array_reduce each inject select reject detect zip stream
    anyMatch allMatch noneMatch mapToInt mapToDouble accumulate transform copy_if count_if any_of all_of
    """.split()
)
_MEMBER = frozenset((".", "->", "?.", "::"))


@dataclass(slots=True, eq=False)
class Statement:
    """`tokens` without those of statements inside it, and without brackets; `start:end` are bytes.

    `names` are identifiers and texts, `assigned` the plain variables that get a value here, `types` the words of
    written types. `around` is the statement that it stands in.
    """

    kind: str
    start: int
    end: int
    around: "Statement | None" = None
    tokens: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    members: list[tuple[str, str]] = field(default_factory=list)  # (a name, what stands in front of its dot)
    assigned: set[str] = field(default_factory=set)
    types: list[str] = field(default_factory=list)
    calls: bool = False
    sets: bool = False  # it gives a value to something, be it a variable or a part of an object
    last: bool = False  # of its block

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(self.tokens)

    @property
    def is_definition(self) -> bool:
        return self.kind.endswith(("_definition", "_declaration", "_item", "_specifier")) and (
            self.kind.startswith(DEFINITIONS) or "decorated" in self.kind
        )

    @property
    def is_loop(self) -> bool:
        loops = ("for", "while", "do_", "enhanced_for", "loop", "repeat", "foreach")
        return self.kind.startswith(loops) or self.tokens[:1] in (["for"], ["while"], ["loop"])

    @property
    def says_nothing(self) -> bool:
        """`pass`, `...`, a text or a name alone: it does not do anything."""
        if self.kind in ("pass_statement", "ellipsis", "empty_statement"):
            return True
        return self.kind in ("expression_statement", "string", "identifier") and not self.calls and not self.sets


@dataclass(frozen=True, slots=True)
class Comment:
    """`alone`: no code stands on its line. `start` is a byte."""

    text: str
    start: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Outline:
    statements: list[Statement]
    comments: list[Comment]


def outline(code: ParsedText, start: int, end: int) -> Outline:
    """What begins in `start:end` (offsets)."""
    found = Outline([], [])
    if code.tree is None:
        return found
    first, last = code.byte(start), code.byte(end)
    leaves: dict[int, list[tree_sitter.Node]] = {}
    types: set[int] = set()
    waiting: list[tuple[tree_sitter.Node, Statement | None, bool]] = [(code.tree.root_node, None, False)]
    while waiting:
        node, around, in_type = waiting.pop()
        if node.end_byte < first or (node.start_byte >= last and node.start_byte > first):
            continue
        if is_comment(node):
            if node.start_byte >= first:
                found.comments.append(_comment(code, node))
            continue
        if node.start_byte >= first and is_statement(node):
            if _is_documentation(node):
                found.comments.append(Comment(_plain(text_of(code, node)), node.start_byte, True))
                continue
            around = Statement(node.type, node.start_byte, node.end_byte, around, last=_is_last(node))
            found.statements.append(around)
            leaves[id(around)] = []
        in_type = in_type or node.type in _TYPES
        if around is not None and (node.type.startswith(_CALLS) or node.type.endswith(_CALLS_END)):
            around.calls = True
        if not node.children or (_is_text(node) and not _has_code(node)):
            if around is not None and node.start_byte >= first:
                leaves[id(around)].append(node)
                if in_type:
                    types.add(node.id)
            continue
        waiting.extend((child, around, in_type) for child in reversed(node.children))
    for statement in found.statements:
        _describe(code, statement, leaves[id(statement)], types)
    found.statements[:] = [each for each in found.statements if each.tokens]
    return found


def is_statement(node: tree_sitter.Node) -> bool:
    kind = node.type
    if (
        not node.is_named
        or kind in _SEQUENCES
        or "parameter" in kind
        or kind in ("else_clause", "empty_statement")
    ):
        return False
    if kind == "variable_declaration" and node.parent is not None and _is_part(node.parent):
        return False
    if kind.endswith(_SUFFIXES) or kind in _ALSO:
        return not (kind == "pair" and _pairs(node) < 2)
    return node.parent is not None and node.parent.type in _SEQUENCES


def _is_part(parent: tree_sitter.Node) -> bool:
    """Whether a declared variable is only a part of what its parent says: of a loop's head, of `var x = 1`."""
    return parent.type.startswith("for_") or parent.type in ("property_declaration", "multi_variable_declaration")


def is_comment(node: tree_sitter.Node) -> bool:
    return "comment" in node.type and "command" not in node.type


def statement_at(code: ParsedText, offset: int) -> tree_sitter.Node | None:
    """The statement of the file, or the member of a class, that an offset lies in."""
    if code.tree is None:
        return None
    byte = code.byte(offset)
    node = code.tree.root_node
    found: tree_sitter.Node | None = None
    while True:
        inside = next(
            (each for each in node.children if each.start_byte <= byte < each.end_byte and not is_comment(each)),
            next((each for each in node.children if each.end_byte == byte and not is_comment(each)), None),
        )
        if inside is None:
            return found
        if node.type in _SEQUENCES and inside.is_named and inside.type not in _SEQUENCES:
            found = inside
        node = inside


def siblings_of(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    parent = node.parent
    for each in parent.named_children if parent is not None else ():
        if each.id != node.id and not is_comment(each):
            yield each


def _describe(code: ParsedText, statement: Statement, leaves: list[tree_sitter.Node], types: set[int]) -> None:
    texts = [_plain(text_of(code, leaf)) for leaf in leaves]
    # What is written about types has brackets of its own.
    becomes = _place_of_assignment(
        statement, ["" if leaf.id in types else text for leaf, text in zip(leaves, texts, strict=True)]
    )
    statement.sets = not _BECOMES.isdisjoint(texts)
    for position, (leaf, text) in enumerate(zip(leaves, texts, strict=True)):
        if not text or text in _QUIET:
            continue
        statement.tokens.append(text)
        if leaf.id in types:
            statement.types.append(text)
        is_name = "identifier" in leaf.type or leaf.type in _NAMES
        if is_name:
            before = texts[position - 2] if position > 1 and texts[position - 1] in _MEMBER else ""
            statement.members.append((text, before))
        if is_name or (_is_text(leaf) and any(map(str.isalpha, text))):
            statement.names.append(text)
        is_variable = is_name and "type" not in leaf.type and leaf.type != "property_identifier"
        in_front = [each for each in texts[max(0, position - 2) : position] if each != "$"]
        if is_variable and (position < becomes or in_front[-1:] == ["as"]):
            statement.assigned.add(text)


def _place_of_assignment(statement: Statement, texts: list[str]) -> int:
    """The position in front of which the plain variables stand that get a value; 0 if there are none."""
    depth = 0
    is_for = statement.kind.startswith(("for", "enhanced_for", "foreach")) or texts[:1] == ["for"]
    for position, text in enumerate(texts):
        if is_for and text in ("in", "of", ":", ":=", "=", "range"):
            return position
        if text in ("(", "[", "{"):
            # `items[0] = x` changes an object; `[a, b] = x` does not.
            if text == "[" and position and (texts[position - 1].isidentifier() or texts[position - 1] in ")]"):
                return 0
            depth += 1
        elif text in (")", "]", "}"):
            depth -= 1
        elif text in _MEMBER and not is_for:
            return 0
        elif text in _BECOMES and depth <= 0:
            return position
    return 0


def _comment(code: ParsedText, node: tree_sitter.Node) -> Comment:
    line = code.source.rfind(b"\n", 0, node.start_byte) + 1
    return Comment(_plain(text_of(code, node)), node.start_byte, not code.source[line : node.start_byte].strip())


def _plain(text: str) -> str:
    return " ".join(text.split())


def _is_documentation(node: tree_sitter.Node) -> bool:
    return (
        is_docstring(node)
        and node.prev_named_sibling is None
        and (node.parent is None or node.parent.type in ("block", "module"))
    )


def _is_last(node: tree_sitter.Node) -> bool:
    following = node.next_named_sibling
    while following is not None and is_comment(following):
        following = following.next_named_sibling
    return following is None


def _is_text(node: tree_sitter.Node) -> bool:
    return "string" in node.type or node.type in ("char_literal", "character_literal", "rune_literal", "regex")


def _has_code(node: tree_sitter.Node) -> bool:
    return any("interpolation" in child.type or "substitution" in child.type for child in node.children)


def _pairs(node: tree_sitter.Node) -> int:
    parent = node.parent
    return sum(child.type == "pair" for child in parent.named_children) if parent is not None else 0
