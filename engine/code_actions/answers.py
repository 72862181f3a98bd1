"""How a model's answer becomes edits: one function for each way, all of `(target, answer) -> edits`.

As little as possible is taken from an answer, so that as little as possible can go wrong: only the body, the
signature, or the sentences that were asked for. All of them raise `EditRefused`, with a reason for the user.
Whether an edit loses anything is not decided here: see `judge`.
"""

import keyword
import re

from hearth.engine.code_actions.answered import code_in, codes_in, is_prose, prose_in
from hearth.engine.code_actions.asked import speaks_of_comments
from hearth.engine.code_actions.brought import brought, imports_for_answer
from hearth.engine.code_actions.edits import (
    Edit,
    Unchanged,
    fitted,
    indent_unit,
    line_end,
    minimal,
    refuse_errors,
)
from hearth.engine.code_actions.heads import keeps_head, refuse_other_parameters
from hearth.engine.code_actions.kept_comments import with_comments
from hearth.engine.code_actions.local_names import renamed_uses, uses
from hearth.engine.code_actions.neighbours import without_neighbours
from hearth.engine.code_actions.one_statement import statement_replaced
from hearth.engine.code_actions.same_definition import (
    Answered,
    body_range,
    documented,
    fitted_definition,
    is_complete,
    renamed_definition,
    same_definition,
)
from hearth.engine.code_actions.signatures import imports_for, signature, type_names
from hearth.engine.code_actions.syntax_nodes import body_of, declared, is_docstring, node_of, text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition
from hearth.engine.errors import EditRefused
from hearth.engine.languages import Language
from hearth.engine.text import end_of_line, start_of_line

MARK = "HERE"  # what the model is shown behind the line of a problem
_WRAPPERS = ("statement_list", "statements", "block", "script_block_body")  # one node that holds all statements


def none(target: Target, answer: str) -> tuple[Edit, ...]:
    """For actions whose answer is read, not applied."""
    return ()


def never(target: Target, answer: str) -> bool:
    """The answer is complete when the model says so."""
    return False


def whole(target: Target, answer: str) -> tuple[Edit, ...]:
    """The target is replaced by the same definition of the answer, or by all its code."""
    language = target.code.language
    if is_prose(language) and (language is not None or "```" not in answer or "```" in target.text):
        new = fitted(
            prose_in(without_mark(answer, language), target.text, language),
            language,
            target.code.text,
            target.indent,
        )
        return _checked(target, minimal(target.code.text, target.start, target.end, new))
    codes = [without_mark(code, language) for code in codes_in(answer, language)]
    if target.definition is None:
        return _lines(target, codes)
    found = _of_target(target, codes)
    if found is None and target.problem is not None:
        line = without_neighbours(_line_of(target, target.problem.start), codes[0])
        if "\n" not in line:
            return _checked(target, _line_replaced(target, target.problem.start, line))
    if found is None:
        raise EditRefused(f"{target.name} is missing from the answer")
    return _checked(target, _definition_edits(target, *found))


def body(target: Target, answer: str) -> tuple[Edit, ...]:
    """Only the body is taken; the target's signature and documentation stay as they are."""
    found = _of_target(target, codes_in(answer, target.code.language))
    if found is None or target.definition is None:
        raise EditRefused(f"{target.name} is missing from the answer")
    answered, code = found
    said = statements(answered.parsed, answered.definition)
    if not said or said == statements(target.code, target.definition):
        raise EditRefused("the answer has no implementation")
    edits = _body_edits(target, fitted_definition(target, answered))
    return _checked(target, (*brought(target, code, answered, with_decorators=False), *edits))


def simpler(target: Target, answer: str) -> tuple[Edit, ...]:
    """The body only; the signature must be the same, and the code must not grow."""
    found = _of_target(target, codes_in(answer, target.code.language))
    if found is None or target.definition is None:
        raise EditRefused(f"{target.name} is missing from the answer")
    answered, code = found
    refuse_other_parameters(target, answered)
    definition = answered.definition
    if definition.end - definition.start > 1.05 * (target.definition.end - target.definition.start):
        raise EditRefused("the answer is longer, not simpler")
    edits = _body_edits(target, fitted_definition(target, answered))
    return _checked(target, (*brought(target, code, answered, with_decorators=False), *edits))


def head(target: Target, answer: str) -> tuple[Edit, ...]:
    """Only the types are taken: of the parameters, which must be the same, and of the return value."""
    answered = code_in(answer if "```" in answer else answer.strip().strip("`"), target.code.language)
    found = same_definition(target, answered[: _end_of_head(target.name, answered)])
    ours = node_of(target.code, target.definition) if target.definition else None
    theirs = node_of(found.parsed, found.definition) if found else None
    if found is None or ours is None or theirs is None:
        raise EditRefused(f"the signature of {target.name} is missing from the answer")
    refuse_other_parameters(target, found)
    names = type_names(found.parsed, theirs)
    imports, quoted = imports_for(target, names, answered)
    return _checked(target, (*signature(target.code, ours, found.parsed, theirs, quoted), *imports))


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


def _of_target(target: Target, codes: list[str]) -> tuple[Answered, str] | None:
    """The answer's definition of the target, and the code that it was found in."""
    shown = [
        (found, code)
        for code in codes
        if (found := same_definition(target, code)) is not None and is_complete(found, code)
    ]
    # Of "before" and "after" the one that is not the code as it is.
    changed = [each for each in shown if each[0].text.split() != target.text.split()]
    for found, code in (changed or shown)[:1]:
        return found, "\n".join([code, *(each for each in codes if each is not code)])
    if target.instruction and target.definition is not None:
        for code in codes:
            if (found := renamed_definition(target, code)) is not None:
                return found, code
    return None


def _definition_edits(target: Target, answered: Answered, code: str) -> tuple[Edit, ...]:
    """The definition of the answer in place of the target, with all that it needs."""
    found = fitted_definition(target, answered)
    ours, theirs = declared(target.code, target.definition), declared(answered.parsed, answered.definition)
    if (ours is None) != (theirs is None) and target.instruction:
        edits = _redeclared(target, answered, ours, theirs)
    elif _is_body_only(target, found):
        edits = _body_edits(target, found)
    else:
        new = found.parsed.text[found.definition.start : found.definition.end]
        new = _commented(target, target.start, target.end, _with_docstring(target, found, new))
        edits = minimal(target.code.text, target.start, target.end, new)
    if answered.definition.name != target.name:
        edits = (*edits, *renamed_uses(target, answered.definition.name))
    return (*brought(target, code, answered, with_decorators=True), *edits)


def _redeclared(
    target: Target, answered: Answered, ours: tuple[int, int] | None, theirs: tuple[int, int] | None
) -> tuple[Edit, ...]:
    """A function becomes the value of a variable, or the other way round: `const` and semicolon belong to it."""
    start, end = ours or (target.start, target.end)
    new_start, new_end = theirs or (answered.definition.start, answered.definition.end)
    parsed = answered.parsed
    indent = parsed.text[start_of_line(parsed.text, new_start) : new_start]
    new = (indent if not indent.strip() else "") + parsed.text[new_start:new_end]
    text = target.code.text
    new = _commented(target, start, end, fitted(new, target.code.language, text, target.indent))
    return minimal(text, start, end, new)


def _is_body_only(target: Target, found: Answered) -> bool:
    """Whether the target keeps its head: the answer's one is the same, or merely leaves something out."""
    if target.definition is None or found.definition.name != target.name:
        return False
    if body_of(target.code, target.definition) is None or body_of(found.parsed, found.definition) is None:
        return False
    said = documented(found.parsed, found.definition)
    if target.instruction and said and said != documented(target.code, target.definition):
        return False
    return keeps_head(target, found)


def _body_edits(target: Target, found: Answered) -> tuple[Edit, ...]:
    if target.definition is None:
        raise EditRefused("the answer contains no code")
    start, end = body_range(target.code, target.definition)
    new_start, new_end = body_range(found.parsed, found.definition)
    new = found.parsed.text[new_start:new_end]
    text = target.code.text
    if target.code.language and target.code.language.block == "indent":
        if "\n" not in new.strip() and "\n" not in found.parsed.text[found.definition.start : new_end]:
            new = target.indent + indent_unit(text) + new.strip()
        new = line_end(text) + new.lstrip("\r\n")
    new = _commented(target, start, end, new)
    return minimal(text, start, end, new)


def _commented(target: Target, start: int, end: int, new: str) -> str:
    """The new text with the comments that it lacks, except for those that somebody wants to be gone."""
    if speaks_of_comments(target.instruction):
        return new
    problem, text = target.problem, target.code.text
    besides = (-1, -1)
    if problem is not None:
        about_comments = speaks_of_comments(problem.message)
        besides = (problem.start, max(problem.end, problem.start))
        if about_comments:
            besides = (start_of_line(text, besides[0]), end_of_line(text, besides[1]))
    return with_comments(target.code, start, end, new, besides)


def _with_docstring(target: Target, found: Answered, new: str) -> str:
    """Models leave a docstring out to be brief, and it must not be lost by that."""
    ours = documented(target.code, target.definition) if target.definition else ""
    inner = body_of(found.parsed, found.definition)
    if not ours or inner is None or documented(found.parsed, found.definition):
        return new
    at = found.parsed.offset(inner.start_byte)
    line_start = start_of_line(found.parsed.text, at)
    if line_start <= found.definition.start:
        return new  # all on one line
    place = line_start - found.definition.start
    indent = found.parsed.text[line_start:at]
    return f"{new[:place]}{indent}{ours}{line_end(target.code.text)}{new[place:]}"


def _lines(target: Target, codes: list[str]) -> tuple[Edit, ...]:
    """What stands in no definition of its own: a selection, one statement, or some lines."""
    if target.statement:
        return _checked(target, statement_replaced(target, codes))
    if target.around is not None:
        about = _around(target)
        if (found := _of_target(about, codes)) is not None:
            edits = _definition_edits(about, *found)
            last = end_of_line(target.code.text, target.end)
            if any(
                edit.start < about.end and edit.end > about.start and not _within(target, edit, last)
                for edit in edits
            ):
                raise EditRefused("the answer changes code outside of the selection")
            return _checked(about, edits)
    code = without_neighbours(target, codes[0])
    new = fitted(code, target.code.language, target.code.text, target.indent)
    new = _commented(target, target.start, target.end, new)
    imports = imports_for_answer(target.code, code, code)
    if imports:
        raise EditRefused("the answer contains imports besides the selected lines")
    return _checked(target, minimal(target.code.text, target.start, target.end, new))


def _line_of(target: Target, offset: int) -> Target:
    text = target.code.text
    return Target(target.code, start_of_line(text, offset), end_of_line(text, offset))


def _around(target: Target) -> Target:
    around = target.around
    if around is None:
        return target
    return Target(target.code, around.start, around.end, around.name, around, target.problem, target.instruction)


def _within(target: Target, edit: Edit, last: int) -> bool:
    return start_of_line(target.code.text, target.start) <= edit.start and edit.end <= last + 1


def _checked(target: Target, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    code_edits = [edit for edit in edits if not _only_imports(edit)]
    # A problem may be solved by an import alone; without a problem one is no change worth making.
    if not edits or not (code_edits or target.problem):
        raise Unchanged("the answer changes nothing")
    refuse_errors(target.code, edits)
    return edits


def _only_imports(edit: Edit) -> bool:
    lines = [line.strip() for line in edit.text.split("\n") if line.strip()]
    words = ("import ", "from ", "use ", "using ", "#include", "import(")
    return edit.start == edit.end and bool(lines) and all(line.startswith(words) for line in lines)


def _line_replaced(target: Target, offset: int, code: str) -> tuple[Edit, ...]:
    """The answer is the one line that was wrong."""
    text = target.code.text
    start = start_of_line(text, offset)
    end = start + len(text[start:].split("\n", 1)[0].rstrip())
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return minimal(text, start, end, _commented(target, start, end, code.strip()))
