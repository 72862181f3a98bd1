"""The definition that an answer is about: found by its name, its kind and its place, whatever stands around it."""

from collections.abc import Callable
from dataclasses import dataclass

import tree_sitter

from hearth.engine.code_actions.edits import fitted
from hearth.engine.code_actions.signatures import untyped
from hearth.engine.code_actions.syntax_nodes import body_of, braces_of, is_docstring, node_of, text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText, parse
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.errors import EditRefused
from hearth.engine.text import end_of_line, start_of_line

# A method alone is no program in many languages; what stands around it while it is parsed.
AROUND = (
    ("", ""),
    ("class _ {\n", "\n}"),
    ("<?php\n", ""),
    ("<?php class _ {\n", "\n}"),
    ("", "\n    pass"),
    ("", " {}"),
    ("", "\n}"),
    ("class _ {\n", "\n}\n}"),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A definition of an answer, and what had to be put around the answer to read it."""

    parsed: ParsedText
    definition: Definition
    around: tuple[str, str] = ("", "")

    @property
    def text(self) -> str:
        """The definition as it stands in the answer, with the indentation of its first line."""
        line = self.parsed.text[start_of_line(self.parsed.text, self.definition.start) :]
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        return indent + self.parsed.text[self.definition.start : self.definition.end]


def same_definition(target: Target, code: str) -> Answered | None:
    """The answer's definition of the target's name; of several the one of the same class and parameters."""
    return _found(target, code, lambda found: found.name == target.name)


def renamed_definition(target: Target, code: str) -> Answered | None:
    """The one definition that an instruction gave a new name: the file has none of that name."""
    names = {each.name for each in symbols(target.code).definitions}
    found = _found(target, code, lambda found: found.name not in names and not found.owner.strip("_"))
    if found is None or found.definition.name not in target.instruction:
        return None
    return found


def is_complete(found: Answered, code: str) -> bool:
    """Whether it ends inside of the answer; of what was put behind that, only a last brace may belong to it.

    Where indentation counts, no line below may stand further right: the grammar ends a block at a wrong one.
    """
    text, definition = found.parsed.text, found.definition
    if definition.end > len(found.around[0]) + len(code) and found.around[1].strip() != "}":
        return False
    # `} else {` behind its last brace: the answer lacks what this belongs to.
    if text[definition.end : end_of_line(text, definition.end)].lstrip()[:1].isalpha():
        return False
    if found.parsed.language is None or found.parsed.language.block != "indent":
        return True
    lines = (line for line in text[end_of_line(text, definition.end) :].split("\n") if line.strip())
    below = next((line for line in lines if not line.lstrip().startswith(found.parsed.language.comment)), "")
    return _column(below) <= definition.start - start_of_line(text, definition.start) or below in found.around[1]


def fitted_definition(target: Target, found: Answered) -> Answered:
    """The same definition with the indentation and the line ends of the file."""
    text = fitted(found.text, target.code.language, target.code.text, target.indent)
    # A method that stood in its class is read in another frame once it stands alone.
    for around in (found.around, *AROUND):
        parsed = parse(around[0] + text + around[1], target.code.language)
        same = [each for each in symbols(parsed).definitions if each.name == found.definition.name]
        for each in same:
            if len(around[0]) == each.start and _is_whole(target, parsed, each):
                return Answered(parsed, each, around)
    raise EditRefused("the answer is not valid code here")


def body_range(code: ParsedText, definition: Definition) -> tuple[int, int]:
    """Where the statements stand: behind the head's line or the docstring, or the whole block with its braces."""
    node, inner = node_of(code, definition), body_of(code, definition)
    if node is not None and (braces := braces_of(node)):
        return code.offset(braces[0].start_byte), code.offset(braces[1].end_byte)
    if node is None or inner is None:
        raise EditRefused(f"{definition.name} has no body")
    end = code.offset(inner.end_byte)
    if code.language is None or code.language.block != "indent":
        return code.offset(inner.start_byte), end
    first = inner.named_children[0] if inner.named_children else None
    if first is not None and is_docstring(first):
        return code.offset(first.end_byte), end
    colon = next(
        child for child in reversed(node.children) if child.type == ":" and child.end_byte <= inner.start_byte
    )
    start = code.offset(colon.end_byte)
    # A note behind the head, such as one for a linter, belongs to the head.
    rest = code.text[start : end_of_line(code.text, start)]
    return start + (len(rest.rstrip()) if rest.lstrip().startswith("#") else 0), end


def _column(line: str) -> int:
    return len(line) - len(line.lstrip())


def _found(target: Target, code: str, wanted: Callable[[Definition], bool]) -> Answered | None:
    for around in AROUND:
        parsed = parse(around[0] + code + around[1], target.code.language)
        found = [
            Answered(parsed, each, around)
            for each in symbols(parsed).definitions
            if wanted(each) and _same_kind(target, each) and _is_whole(target, parsed, each)
        ]
        if found:
            best = max(found, key=lambda each: _fits(target, each))
            return best if not _is_another(target, best) else None
    return None


def _same_kind(target: Target, found: Definition) -> bool:
    if target.definition is None:
        return True
    kinds = ("class", "type")
    return (found.kind in kinds) == (target.definition.kind in kinds)


def _is_whole(target: Target, parsed: ParsedText, found: Definition) -> bool:
    node = node_of(parsed, found)
    if node is None:
        return False
    # A macro that a grammar cannot read is an error in the file as well.
    ours = node_of(target.code, target.definition) if target.definition else None
    return not node.has_error or (ours is not None and ours.has_error)


def _fits(target: Target, found: Answered) -> tuple[bool, bool, bool]:
    ours = target.definition
    owner = ours.owner.rpartition(".")[2] if ours else ""
    same_owner = found.definition.owner.rpartition(".")[2] == owner
    same_parameters = ours is not None and _parameters(target.code, ours) == _parameters(
        found.parsed, found.definition
    )
    return same_owner, same_parameters, found.definition.body != found.definition.end


def _is_another(target: Target, found: Answered) -> bool:
    """Whether it is the target's namesake: a function with the same name and other parameters."""
    ours = target.definition
    if ours is None:
        return False
    said = _parameters(found.parsed, found.definition)
    if said == _parameters(target.code, ours):
        return False
    namesakes = [
        each
        for each in symbols(target.code).definitions
        if each.name == ours.name and each.start != ours.start and each.kind == ours.kind
    ]
    return any(_parameters(target.code, each) == said for each in namesakes)


def _parameters(code: ParsedText, definition: Definition) -> list[str]:
    node = node_of(code, definition)
    return untyped(code, node) if node is not None else []


def documented(code: ParsedText, definition: Definition) -> str:
    """The text of the docstring; "" without one."""
    inner = body_of(code, definition)
    first: tree_sitter.Node | None = (
        inner.named_children[0] if inner is not None and inner.named_children else None
    )
    return text_of(code, first) if first is not None and is_docstring(first) else ""
