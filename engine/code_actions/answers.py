"""How a model's answer becomes edits: one function for each way, all of `(target, answer) -> edits`.

As little as possible is taken from an answer, so that as little as possible can go wrong: only the body, the
signature, or the sentences that were asked for. All of them raise `EditRefused`, with a reason for the user.
"""

import keyword
import re

import tree_sitter

from hearth.engine.characters import one_line
from hearth.engine.code_actions.edits import (
    Edit,
    Unchanged,
    code_in,
    fitted,
    indent_unit,
    leaves_out,
    line_end,
    minimal,
    refuse_errors,
)
from hearth.engine.code_actions.local_names import uses
from hearth.engine.code_actions.new_imports import new_imports
from hearth.engine.code_actions.signatures import imports_for, type_names, types_written, untyped
from hearth.engine.code_actions.syntax_nodes import body_of, braces_of, field, is_docstring, node_of, text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText, parse
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.errors import EditRefused
from hearth.engine.languages import Language
from hearth.engine.text import start_of_line

MARK = "HERE"  # what the model is shown behind the line of a problem
# A method alone is no program in many languages; what stands around it while it is parsed.
_AROUND = (
    ("", ""),
    ("class _ {\n", "\n}"),
    ("<?php\n", ""),
    ("<?php class _ {\n", "\n}"),
    ("", "\n    pass"),
    ("", " {}"),
    ("", "}"),
    ("class _ {\n", "}\n}"),
)
_WRAPPERS = ("statement_list", "statements", "block", "script_block_body")  # one node that holds all statements


def none(target: Target, answer: str) -> tuple[Edit, ...]:
    """For actions whose answer is read, not applied."""
    return ()


def never(target: Target, answer: str) -> bool:
    """The answer is complete when the model says so."""
    return False


def whole(target: Target, answer: str) -> tuple[Edit, ...]:
    """The target is replaced by the same definition of the answer, or by all its code."""
    code = without_mark(code_in(answer, target.code.language), target.code.language)
    if target.definition is None:
        return _checked(target, _replaced(target, target.start, target.end, code))
    found = _same_definition(target, code)
    if found is None and target.problem is not None and "\n" not in code:
        return _checked(target, _line_replaced(target, target.problem.start, code))
    if found is None:
        raise EditRefused(f"{target.name} is missing from the answer")
    parsed, definition = found
    edits = _replaced(target, target.start, target.end, _with_docstring(target, parsed, definition))
    return _checked(target, edits, parsed)


def body(target: Target, answer: str) -> tuple[Edit, ...]:
    """Only the body is taken; the target's signature and documentation stay as they are."""
    found = _same_definition(target, code_in(answer, target.code.language))
    if found is None or target.definition is None:
        raise EditRefused(f"{target.name} is missing from the answer")
    parsed, definition = found
    if not statements(parsed, definition) or statements(parsed, definition) == statements(
        target.code, target.definition
    ):
        raise EditRefused("the answer has no implementation")
    start, end = body_range(target.code, target.definition)
    new_start, new_end = body_range(parsed, definition)
    edits = _replaced(target, start, end, _as_body(target, parsed, definition, new_start, new_end), in_place=True)
    return _checked(target, edits, parsed)


def simpler(target: Target, answer: str) -> tuple[Edit, ...]:
    """The whole definition; its signature must stay, and it must not grow."""
    code = code_in(answer, target.code.language)
    found = _same_definition(target, code)
    if found is not None and target.definition is not None:
        ours, theirs = node_of(target.code, target.definition), node_of(*found)
        if ours is not None and theirs is not None and untyped(target.code, ours) != untyped(found[0], theirs):
            raise EditRefused(f"the parameters of {target.name} differ in the answer")
        definition = found[1]
        if definition.end - definition.start > 1.05 * (target.definition.end - target.definition.start):
            raise EditRefused("the answer is longer, not simpler")
    return whole(target, answer)


def head(target: Target, answer: str) -> tuple[Edit, ...]:
    """Only the types are taken: of the parameters, which must be the same, and of the return value."""
    answered = code_in(answer if "```" in answer else answer.strip().strip("`"), target.code.language)
    found = _same_definition(target, answered[: _end_of_head(target.name, answered)])
    ours = node_of(target.code, target.definition) if target.definition else None
    theirs = node_of(*found) if found else None
    if found is None or ours is None or theirs is None:
        raise EditRefused(f"the signature of {target.name} is missing from the answer")
    if untyped(target.code, ours) != untyped(found[0], theirs):
        raise EditRefused(f"the parameters of {target.name} differ in the answer")
    old, new = field(ours, "parameters"), field(theirs, "parameters")
    if old is None or new is None:
        raise EditRefused(f"{target.name} has no parameter list")
    code = target.code
    edits = list(
        minimal(code.text, code.offset(old.start_byte), code.offset(old.end_byte), types_written(found[0], new))
    )
    returned, known = field(theirs, "return_type"), field(ours, "return_type")
    if returned is not None and known is None:
        arrow = " -> " if code.language and code.language.name == "python" else ""
        end = code.offset(old.end_byte)
        edits.append(Edit(end, end, arrow + types_written(found[0], returned)))
    names = type_names(found[0], new) | (type_names(found[0], returned) if returned else set())
    return _checked(target, (*edits, *imports_for(target, names)))


def head_is_complete(target: Target, answer: str) -> bool:
    """Whether the model may be stopped: the signature is there, and a line of the body has begun."""
    end = _end_of_head(target.name, answer)
    rest = answer[end:].lstrip() if end is not None else ""
    return bool(rest) and "\n" in answer[end : len(answer) - len(rest)]


def _end_of_head(name: str, answer: str) -> int | None:
    """Where the signature of that name ends: behind the colon or brace that ends a line of it."""
    opened = re.search(rf"\b{re.escape(name)}\s*+(?:<[^\n]{{0,200}}>)?\(", answer)
    if opened is None:
        return None
    start = opened.end()
    for line in answer[start:].split("\n"):
        said = line.rstrip(" \t\r")
        if said.endswith((":", "{", "=>")) and ")" in said[:-1]:
            return start + len(said)
        start += len(line) + 1
    return None


def renamed(target: Target, answer: str) -> tuple[Edit, ...]:
    """Every use of a local name gets the name that the answer proposes."""
    words = re.findall(r"[A-Za-z_]\w*", answer.strip().split("\n")[-1])
    name = words[-1] if words else ""
    code = target.code
    if not name or name == target.name or keyword.iskeyword(name):
        raise EditRefused("the answer does not propose a new name")
    if re.search(rf"\b{name}\b", code.text):
        raise EditRefused(f"the name {name} is already used in this file")
    edits = tuple(
        Edit(code.offset(node.start_byte), code.offset(node.end_byte), name) for node in uses(code, target.name)
    )
    return _checked(target, edits)


def statements(code: ParsedText, definition: Definition) -> list[str]:
    """What a definition does, without comments and documentation; one line each."""
    node = body_of(code, definition)
    if node is None:
        return []
    if not node.type.endswith(("block", "body", "list", "compound_statement")):
        return [" ".join(text_of(code, node).split())]
    children = [child for child in node.named_children if "comment" not in child.type]
    while len(children) == 1 and children[0].type in _WRAPPERS:
        children = [child for child in children[0].named_children if "comment" not in child.type]
    if children and is_docstring(children[0]):
        children = children[1:]
    return [" ".join(text_of(code, child).split()) for child in children]


def without_mark(code: str, language: Language | None) -> str:
    """The code without the mark that the model was shown behind a line (`hearth.engine.code_actions.rewrite`)."""
    begins, ends = {"#", "//", "--", "/*"}, {"*/"}
    if language is not None and language.comment:
        begins.add(language.comment)
    if language is not None and language.block_comment:
        begins.add(language.block_comment[0])
        ends.add(language.block_comment[1])
    return re.sub(rf"(?<![ \t])[ \t]*+(?:{_any_of(begins)})[ \t]*+{MARK}\b[ \t]*+(?:{_any_of(ends)})?", "", code)


def _any_of(texts: set[str]) -> str:
    return "|".join(map(re.escape, texts))


def _checked(target: Target, edits: tuple[Edit, ...], parsed: ParsedText | None = None) -> tuple[Edit, ...]:
    imports = tuple(new_imports(target, parsed)) if parsed is not None else ()
    # A problem may be solved by an import alone; without a problem one is no change worth making.
    if not edits and not (imports and target.problem):
        raise Unchanged("the answer changes nothing")
    for edit in edits:
        if line := leaves_out(edit.text, target.text):
            raise EditRefused(f"the model omitted code: {one_line(line)}")
    edits = (*imports, *edits)
    refuse_errors(target.code, edits)
    return edits


def _replaced(target: Target, start: int, end: int, code: str, in_place: bool = False) -> tuple[Edit, ...]:
    text = target.code.text
    new = code if in_place else fitted(code, target.code.language, text, target.indent)
    return minimal(text, start, end, new)


def _with_docstring(target: Target, parsed: ParsedText, definition: Definition) -> str:
    """The answer's definition; models leave a docstring out to be brief, and it must not be lost by that."""
    text = parsed.text[definition.start : definition.end]
    ours = body_of(target.code, target.definition) if target.definition else None
    theirs = body_of(parsed, definition)
    if ours is None or theirs is None or not _documented(ours) or _documented(theirs):
        return text
    if "\n" not in parsed.text[definition.start : parsed.offset(theirs.start_byte)]:
        return text  # all on one line
    at = parsed.offset(theirs.start_byte)
    line_start = start_of_line(parsed.text, at)
    docstring = text_of(target.code, ours.named_children[0]).replace("\r\n", "\n")
    kept = parsed.text[line_start:at] + docstring + "\n"
    return parsed.text[definition.start : line_start] + kept + parsed.text[line_start : definition.end]


def _documented(body: tree_sitter.Node) -> bool:
    return bool(body.named_children) and is_docstring(body.named_children[0])


def _line_replaced(target: Target, offset: int, code: str) -> tuple[Edit, ...]:
    """The answer is the one line that was wrong."""
    text = target.code.text
    start = start_of_line(text, offset)
    end = start + len(text[start:].split("\n", 1)[0].rstrip())
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return minimal(text, start, end, code.strip())


def _same_definition(target: Target, code: str) -> tuple[ParsedText, Definition] | None:
    """The answer's definition of that name, with what had to be put around it to read it."""
    for before, after in _AROUND:
        parsed = parse(before + code + after, target.code.language)
        for found in symbols(parsed).definitions:
            same_kind = target.definition is None or (found.kind in ("class", "type")) == (
                target.definition.kind in ("class", "type")
            )
            node = node_of(parsed, found) if found.name == target.name and same_kind else None
            if node is not None and not node.has_error:
                return parsed, found
    return None


def body_range(code: ParsedText, definition: Definition) -> tuple[int, int]:
    """Where the statements stand: behind the head's colon or the docstring, or the whole block with its braces."""
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
    return code.offset(colon.end_byte), end


def _as_body(target: Target, parsed: ParsedText, definition: Definition, start: int, end: int) -> str:
    """The answer's body, indented for the target; in Python on lines of its own."""
    line_start = start_of_line(parsed.text, definition.start)
    line = parsed.text[line_start:]
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    text = target.code.text
    # The definition is fitted as a whole, and what comes in front of the body is taken off again.
    definition_text = parsed.text[definition.start : end]
    before = parsed.text[definition.start : start]
    shifted = fitted(indent + definition_text, target.code.language, text, target.indent)
    inside = shifted[len(fitted(indent + before, target.code.language, text, target.indent)) :]
    if target.code.language and target.code.language.block == "indent":
        if "\n" not in inside.strip():
            inside = target.indent + indent_unit(text) + inside.strip()
        return line_end(text) + inside.lstrip("\r\n")
    return inside.lstrip()
