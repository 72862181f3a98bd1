"""What a model is asked: the words of a row of `ACTIONS` with the code they are about."""

import re

from hearth.engine.code_actions import answers
from hearth.engine.code_actions.actions import Action
from hearth.engine.code_actions.doc_sections import how_to_answer
from hearth.engine.code_actions.edits import indent_unit, shown
from hearth.engine.code_actions.same_definition import body_range
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition, references, symbols
from hearth.engine.languages import Language
from hearth.engine.markdown import fenced
from hearth.engine.text import start_of_line

_MAX_SURROUNDINGS = 900  # characters
_MAX_AROUND = 6_000  # characters of the function that a selection stands in
_MAX_COMMENT_LINES = 12
_MAX_MESSAGE = 600
_WORD = re.compile(r"[^\W\d]\w{2,}")
_CONSTANTS = ("variable", "constant")
_CONTAINERS = ("class", "type", "module")
_CONSTRUCTORS = ("__init__", "constructor", "initialize", "new", "New")
_LANGUAGE_NAMES = {
    "typescript": "TypeScript",
    "tsx": "TypeScript",
    "javascript": "JavaScript",
    "csharp": "C#",
    "cpp": "C++",
    "php": "PHP",
    "powershell": "PowerShell",
}


def prompt(action: Action, target: Target, **more: str) -> str:
    """The question. ParsedText stands between fences longer than any inside it."""
    language = target.code.language.name if target.code.language else ""
    return surroundings(target) + action.ask.format(
        code=fenced(_comment_above(target) + _marked(target), language),
        stub=fenced(_comment_above(target) + _stub(target), language) if "{stub}" in action.ask else "",
        language=_LANGUAGE_NAMES.get(language, language.capitalize()) or "text",
        name=target.name,
        it=f"`{target.name}`" if target.name else "this code",
        problem=_problem(target),
        how=how_to_answer(target).format(name=target.name),
        instruction=target.instruction.strip(),
        **more,
    )


def surroundings(target: Target) -> str:
    """What a small model must know besides the target: its class's fields, and what of this file it speaks of.

    Counted as spoken of: names in the code, in its documentation, in the problem, and in the class's own fields.
    """
    definition, code = target.definition, target.code
    if definition is None and target.around is not None:
        return _function_around(target)
    if code.language is None or (definition is None and not target.statement):
        return ""
    owner = definition.owner if definition is not None else None
    others = [each for each in symbols(code).definitions if each.end <= target.start or target.end <= each.start]
    around = [
        each
        for each in symbols(code).definitions
        if each.kind in _CONTAINERS and each.start < target.start and target.end <= each.end
    ]
    siblings = [each for each in others if each.owner and each.owner == owner]
    shown_whole = [each for each in siblings if _begins_object(each)]
    shown = [target.text, _comment_above(target), *(_text_of(each, code) for each in shown_whole)]
    problem_words = set(_WORD.findall(_problem(target).lower()))
    names = {*references(code, target.start, target.end), *_WORD.findall("\n".join([*shown, _problem(target)]))}
    names.discard(target.name)  # its namesakes in other classes are about something else
    parts: dict[int, str] = {each.start: each.signature for each in around}
    parts |= {each.start: _text_of(each, code) for each in shown_whole}
    for each in others:
        # A constant is named after what it is: VAT_RATE is what a missing `rate` may want.
        fits = each.kind in _CONSTANTS and bool(problem_words & set(each.name.lower().split("_")))
        if fits or (each.owner.rpartition(".")[2] if each.kind == "field" else each.name) in names:
            parts.setdefault(each.start, each.signature)
    text = "\n".join(dict.fromkeys(parts[start] for start in sorted(parts)))[:_MAX_SURROUNDINGS]
    return f"Elsewhere in the file:\n{fenced(text, code.language.name)}\n\n" if text else ""


def _function_around(target: Target) -> str:
    """The function that the selected lines are a part of."""
    around, code = target.around, target.code
    if around is None or code.language is None:
        return ""
    text = shown(code.text[around.start : around.end], len(_indent(code.text, around.start)))
    return f"The code below stands in `{around.name}`:\n{fenced(text[:_MAX_AROUND], code.language.name)}\n\n"


def _begins_object(definition: Definition) -> bool:
    return definition.name in _CONSTRUCTORS or definition.kind == "field"


def _text_of(definition: Definition, code: ParsedText) -> str:
    start = start_of_line(code.text, definition.start)
    return code.text[start : min(definition.end, start + _MAX_SURROUNDINGS)]


def _indent(text: str, offset: int) -> str:
    line = text[start_of_line(text, offset) :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _comment_above(target: Target) -> str:
    """The comment that ends right above the target's line: elsewhere than in Python it is the documentation."""
    text, comment = target.code.text, target.code.language.comment if target.code.language else ""
    if target.definition is None or not comment:
        return ""
    lines: list[str] = []
    end = text.rfind("\n", 0, target.start)
    while end > 0 and len(lines) < _MAX_COMMENT_LINES:
        start = start_of_line(text, end)
        line = text[start:end].strip()
        if not line.startswith((comment, "/*", "*")):
            break
        lines.append(line if not line.startswith("*") else " " + line)
        end = start - 1
    return "".join(line + "\n" for line in reversed(lines))


def _stub(target: Target) -> str:
    """The target with a comment in place of its body."""
    definition, language = target.definition, target.code.language
    if definition is None or language is None:
        return shown(target.text, len(target.indent))
    start, end = body_range(target.code, definition)
    text = target.code.text
    unit, comment = indent_unit(text), f"{language.comment} your code"
    body = f"\n{target.indent}{unit}{comment}"
    if language.block == "brace":
        body = f"{{{body}\n{target.indent}}}"
    return shown(text[target.start : start] + body + text[end : target.end], len(target.indent))


def _marked(target: Target) -> str:
    """The target with a mark behind the line of its problem."""
    problem, code = target.problem, target.code
    if problem is None or not target.start <= problem.start <= target.end:
        return shown(target.text, len(target.indent))
    line_end = code.text.find("\n", problem.start, target.end)
    line_end = target.end if line_end < 0 else line_end
    marked = (
        code.text[target.start : line_end].rstrip()
        + f"  {_mark(code.language)}"
        + code.text[line_end : target.end]
    )
    return shown(marked, len(target.indent))


def _mark(language: Language | None) -> str:
    if language is not None and language.comment:
        return f"{language.comment} {answers.MARK}"
    begin, end = (language and language.block_comment) or ("/*", "*/")
    return f"{begin} {answers.MARK} {end}"


def _problem(target: Target) -> str:
    problem = target.problem
    if problem is None:
        return ""
    return "\n".join([problem.message.strip()[:_MAX_MESSAGE], *problem.related[:3]])
