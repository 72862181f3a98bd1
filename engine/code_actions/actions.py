"""What can be done with code at a place: `ACTIONS`, one row each.

A row says where the action makes sense (`find`), what the model is asked (`ask`, short: small models lose the
thread), and how its answer becomes edits (`take`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hearth.engine.code_actions import answers, unit_tests
from hearth.engine.code_actions.docstrings import doc_style, documentation, is_directive
from hearth.engine.code_actions.edits import Edit
from hearth.engine.code_actions.local_names import local_name
from hearth.engine.code_actions.regions import (
    between_definitions,
    decorated,
    definition_target,
    headed,
    lines_target,
    statement_target,
)
from hearth.engine.code_actions.signatures import lacks_types
from hearth.engine.code_actions.targets import ActionContext, Problem, Target
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition, definitions_around
from hearth.engine.context.syntax import definition_at
from hearth.engine.text import end_of_line, start_of_line

MAX_LINES = 150  # of a rewritten region: a small model loses what is longer, and on a CPU it takes minutes
_WORTH_SIMPLIFYING = 4  # lines
_NOTHING_YET = re.compile(
    r"^(pass|\.\.\.|\?\?\?|raise NotImplementedError\b.*|throw (new )?[\w.:\\]*([Ee]rror|Exception)\(.*"
    r"|panic!?\(.*\)|todo!\(.*\)|TODO\(.*\)|fatalError\(.*\)|preconditionFailure\(.*\)"
    r"|unimplemented!\(.*\)|return|return (null|nil|None|undefined|0|\"\"|''|false|default);?)?;?$"
)
_ABSTRACT = re.compile(r"@(abc\.)?abstractmethod|@overload|\babstract\b")
_UNTYPED_LANGUAGES = ("python", "typescript", "tsx")
_DOCUMENTED_KINDS = ("function", "method", "class", "type")

Mode = Literal["edit", "answer", "file"]


@dataclass(frozen=True, slots=True)
class Action:
    """`title` may name the `{name}` that it is about. `mode`: it gives edits, an answer to read, or a new file.

    `tokens` is the length of the longest answer, besides as many as the shown code has when `grows` is True;
    `enough` says when the model may stop before its end. `ask_first`: it may change what the program does.
    `replaces_stub`: what stands there is only in place of the right code.
    """

    id: str
    title: str
    kind: str
    find: Callable[[ActionContext], Target | None]
    ask: str
    take: Callable[[Target, str], tuple[Edit, ...]] = answers.none
    enough: Callable[[Target, str], bool] = answers.never
    tokens: int = 200
    grows: bool = True
    mode: Mode = "edit"
    ask_first: bool = True
    replaces_stub: bool = False


def _fix(context: ActionContext) -> Target | None:
    if not context.problems:
        return None
    problem = context.problems[0]
    around = _function(context.code, problem.start, problem.end) or decorated(context.code, problem.start)
    if around is not None and _lines(context.code.text, around.start, around.end) <= MAX_LINES:
        return replace(definition_target(context, around), problem=problem)
    return replace(statement_target(context, problem.start, problem.end, around), problem=problem)


def _find_bug(context: ActionContext) -> Target | None:
    return None if context.problems else _function_target(context)


def _implement(context: ActionContext) -> Target | None:
    target = _function_target(context)
    if target is None or target.definition is None:
        return None
    body = answers.statements(context.code, target.definition)
    line = target.text.split("\n")[0]
    if _ABSTRACT.search(line) or _ABSTRACT.search(_line_above(context.code.text, target.start)):
        return None
    return target if all(_NOTHING_YET.match(statement) for statement in body) else None


def _document(context: ActionContext) -> Target | None:
    language = context.code.language
    if language is None or doc_style(language) is None:
        return None
    found = _innermost(context, _DOCUMENTED_KINDS)
    if found is None or (found.doc and not is_directive(found.doc)):
        return None
    on_one_line = "\n" not in context.code.text[found.start : found.end].strip()
    return None if language.block == "indent" and on_one_line else definition_target(context, found)


def _annotate(context: ActionContext) -> Target | None:
    target = _function_target(context)
    language = context.code.language
    if target is None or target.definition is None or language is None or language.name not in _UNTYPED_LANGUAGES:
        return None
    return target if lacks_types(context.code, target.definition) else None


def _simplify(context: ActionContext) -> Target | None:
    target = _function_target(context)
    if target is None:
        return None
    return target if _lines(context.code.text, target.start, target.end) >= _WORTH_SIMPLIFYING else None


def _test(context: ActionContext) -> Target | None:
    language = context.code.language
    target = _function_target(context)
    if (
        target is None
        or target.definition is None
        or language is None
        or language.name not in unit_tests.LANGUAGES
    ):
        return None
    if target.name.startswith(("test", "Test", "_")):
        return None
    around = definitions_around(context.code, target.start, target.end)
    # Nobody can call a function inside of another one.
    is_nested = any(
        each.kind in ("function", "method") and each.start < target.start and target.end <= each.end
        for each in around
    )
    return None if is_nested else target


def _rename(context: ActionContext) -> Target | None:
    """The name under the cursor, when all its uses are inside one function."""
    return local_name(context.code, context.start, context.end)


def _region(context: ActionContext) -> Target | None:
    """What a free instruction is about: the selection, else the definition around the cursor."""
    if context.start != context.end:
        found = _function(context.code, context.start, context.end)
        selected = context.code.text[context.start : context.end].strip()
        if found and selected and len(selected) >= found.end - found.start - 2:
            return definition_target(context, found)
        holding = _function(context.code, context.start, context.end)
        around = holding if holding and holding.start < context.start and context.end <= holding.end else None
        return replace(lines_target(context, context.start, context.end, margin=0), around=around)
    if (target := _function_target(context) or headed(context)) is not None:
        return target
    text = context.code.text
    if text[start_of_line(text, context.start) : end_of_line(text, context.start)].strip():
        return statement_target(context, context.start, context.end, None)
    return between_definitions(context, lines_target(context, context.start, context.end, margin=3))


def _explain(context: ActionContext) -> Target | None:
    if not context.code.text.strip():
        return None
    if context.start != context.end:
        return lines_target(context, context.start, context.end, margin=0)
    if (found := definition_at(context.code, context.start)) is not None:
        return definition_target(context, found)
    return replace(
        lines_target(context, context.start, context.end, margin=10), name="the lines around the cursor"
    )


ACTIONS: tuple[Action, ...] = (
    Action(
        "fix",
        "Fix: {problem}",
        "quickfix.hearth.fix",
        _fix,
        "{code}\n\nThe checker says about the line marked HERE: {problem}\n"
        "Write {it} again with the problem solved.",
        answers.whole,
    ),
    Action(
        "bug",
        "Find and fix the bug in {name}",
        "refactor.rewrite.hearth.bug",
        _find_bug,
        "This {language} code has a bug: it does not do what its name and its comments say.\n\n{code}\n\n"
        "Rewrite `{name}` with the bug fixed. Change nothing else.",
        answers.whole,
    ),
    Action(
        "implement",
        "Implement {name}",
        "refactor.rewrite.hearth.implement",
        _implement,
        "{stub}\n\nWrite the complete {language} code of `{name}`.",
        answers.body,
        tokens=400,
        replaces_stub=True,
    ),
    Action(
        "document",
        "Document {name}",
        "refactor.rewrite.hearth.document",
        _document,
        "{code}\n\n{how}Answer with that only, without code.",
        documentation,
        ask_first=False,
        tokens=120,
        grows=False,
    ),
    Action(
        "annotate",
        "Add types to {name}",
        "refactor.rewrite.hearth.annotate",
        _annotate,
        "{code}\n\nWrite `{name}` again with type annotations for all parameters and the return value.",
        answers.head,
        ask_first=False,
        enough=answers.head_is_complete,
    ),
    Action(
        "test",
        "Write tests for {name}",
        "refactor.hearth.test",
        _test,
        "{code}\n\nWrite three short {framework} tests for `{name}`. The test file begins with:\n{imports}\n"
        "Answer with the code of the test file only.",
        enough=unit_tests.has_enough,
        tokens=600,
        grows=False,
        mode="file",
        ask_first=False,  # it is a file of its own, or the end of one
    ),
    Action(
        "simplify",
        "Simplify {name}",
        "refactor.rewrite.hearth.simplify",
        _simplify,
        "{code}\n\nWrite `{name}` again, simpler and shorter. It must still do the same.",
        answers.simpler,
    ),
    Action(
        "rename",
        "Find a better name for {name}",
        "refactor.rewrite.hearth.rename",
        _rename,
        "{code}\n\nThink of a better name for the variable `{name}`, one that says what it holds. "
        "Answer with the name only.",
        answers.renamed,
        ask_first=False,
        tokens=24,
        grows=False,
    ),
    Action(
        "instruct",
        "Change {name} as told",
        "refactor.rewrite.hearth.instruct",
        _region,
        "{code}\n\nWrite {it} again with one change: {instruction}",
        answers.whole,
        tokens=400,
    ),
    Action(
        "explain",
        "Explain {name}",
        "refactor.hearth.explain",
        _explain,
        "",
        mode="answer",
    ),
)


def action(id: str) -> Action | None:
    return next((row for row in ACTIONS if row.id == id), None)


def offered(context: ActionContext) -> list[tuple[Action, Target]]:
    """The actions that make sense here without further instructions, one for each problem."""
    found: list[tuple[Action, Target]] = []
    for row in ACTIONS:
        if row.id == "instruct":
            continue
        places = (
            [replace(context, problems=(problem,)) for problem in context.problems]
            if row.id == "fix"
            else [context]
        )
        for each in places:
            if (target := row.find(each)) is not None:
                found.append((row, target))
    return found


def title(row: Action, target: Target) -> str:
    message = target.problem.message.split("\n")[0][:80] if target.problem else ""
    return row.title.format(name=target.name or "the selection", problem=message)


def too_long(target: Target) -> str:
    """Why the target cannot be rewritten; "" when it can."""
    lines = _lines(target.code.text, target.start, target.end)
    if lines <= MAX_LINES:
        return ""
    return f"{lines:,} lines are too many at once (at most {MAX_LINES}): select one function or a part of one"


def _function_target(context: ActionContext) -> Target | None:
    found = _function(context.code, context.start, context.end)
    return definition_target(context, found) if found else None


def _function(code: ParsedText, start: int, end: int) -> Definition | None:
    """The innermost function around the cursor, or the only one that the selection reaches."""
    # One letter further left: the cursor may stand right behind the function's last one.
    near = definitions_around(code, max(0, start - 1), end)
    around = [found for found in near if found.kind in ("function", "method") and found.end >= start]
    holding = [found for found in around if found.start <= start and end <= found.end and found.body != found.end]
    if holding:
        return max(holding, key=lambda found: found.start)
    if start == end:
        # The cursor stands on the function's line, but left of it: in its indentation, at `export` or `async`.
        line_end = code.text.find("\n", start)
        on_line = [
            found for found in definitions_around(code, start, max(start, line_end)) if found.start >= start
        ]
        return next((found for found in on_line if found.kind in ("function", "method")), None)
    outermost = [
        found
        for found in around
        if not any(other is not found and other.start <= found.start < other.end for other in around)
    ]
    return outermost[0] if len(outermost) == 1 and outermost[0].body != outermost[0].end else None


def _innermost(context: ActionContext, kinds: Sequence[str]) -> Definition | None:
    """The definition whose head contains the cursor, else the function around it."""
    text = context.code.text
    line_end = end_of_line(text, context.start)
    selected = context.start + len(text[context.start : context.end].rstrip())
    for found in definitions_around(context.code, context.start, line_end):
        # In some languages annotations are a part of the definition, on lines of their own.
        annotated = found.start <= context.start and text.startswith(("@", "["), found.start)
        same_line = "\n" not in text[min(context.start, found.start) : max(context.start, found.start)]
        on_line = context.start <= found.body and (annotated or same_line)
        if found.kind in kinds and on_line and selected <= found.end:
            return found
    return _function(context.code, context.start, context.end)


def _line_above(text: str, offset: int) -> str:
    line_start = text.rfind("\n", 0, offset)
    return text[start_of_line(text, max(0, line_start)) : max(0, line_start)]


def _lines(text: str, start: int, end: int) -> int:
    return text.count("\n", start, end) + 1


__all__ = [
    "ACTIONS",
    "Action",
    "ActionContext",
    "Problem",
    "Target",
    "action",
    "offered",
    "title",
    "too_long",
]
