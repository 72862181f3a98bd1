"""The places that an action is about where it is not simply the function around the cursor."""

from dataclasses import replace

from hearth.engine.code_actions.statements import statement_at
from hearth.engine.code_actions.syntax_nodes import outer_range
from hearth.engine.code_actions.targets import ActionContext, Target
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.context.syntax import definition_at
from hearth.engine.text import end_of_line, start_of_line

_DATA = ("json", "yaml", "toml")  # as in markup, what a problem lies on is a line


def headed(context: ActionContext) -> Target | None:
    """The class on whose head the cursor stands."""
    found = definition_at(context.code, context.start)
    is_class = found is not None and found.kind in ("class", "type") and found.body != found.end
    return definition_target(context, found) if found is not None and is_class else None


def decorated(code: ParsedText, offset: int) -> Definition | None:
    """The function or class whose decorator a problem lies on."""
    line_start, line_end = start_of_line(code.text, offset), end_of_line(code.text, offset)
    if not code.text[line_start:line_end].lstrip().startswith(("@", "#[")):
        return None
    around = [
        each
        for each in symbols(code).definitions
        if outer_range(code, each)[0] <= offset < max(each.start, each.body)
    ]
    return max(around, key=lambda each: each.start, default=None)


def statement_target(context: ActionContext, start: int, end: int, around: Definition | None) -> Target:
    """The statement outside of functions at a place; in a long function, and without a tree, the line."""
    code = context.code
    first = start
    while first < len(code.text) and code.text[first] in " \t":
        first += 1
    is_data = code.language is not None and (code.language.name in _DATA or code.language.block == "tag")
    node = statement_at(code, first) if around is None and not is_data else None
    if node is None:
        return replace(lines_target(context, start, end, margin=0), around=around)
    begin, stop = code.offset(node.start_byte), code.offset(node.end_byte)
    stop = begin + len(code.text[begin:stop].rstrip())
    same = (each for each in symbols(code).definitions if (each.start, each.end) == (begin, stop))
    definition = next((each for each in same if each.body != each.end), None)
    if definition is not None:
        return definition_target(context, definition)
    # A semicolon that the grammar counts apart belongs to the statement.
    semicolon = code.language is not None and code.language.block == "brace" and code.text[stop : stop + 1] == ";"
    stop += semicolon
    return Target(code, begin, stop, statement=True, instruction=context.instruction)


def between_definitions(context: ActionContext, target: Target) -> Target:
    """The lines without those of definitions that they would cut through."""
    text = context.code.text
    start, end = target.start, target.end
    for each in symbols(context.code).definitions:
        first, last = outer_range(context.code, each)
        if start < last <= context.start and first < start:
            start = min(end_of_line(text, last) + 1, context.start)
        elif context.start <= first < end < last:
            end = max(start_of_line(text, first) - 1, context.start)
    return replace(target, start=start, end=end)


def definition_target(context: ActionContext, found: Definition) -> Target:
    return Target(context.code, found.start, found.end, found.name, found, instruction=context.instruction)


def lines_target(context: ActionContext, start: int, end: int, margin: int) -> Target:
    """Whole lines around the selection, and `margin` more lines on both sides."""
    text = context.code.text
    if end > start and text[end - 1] == "\n":
        end -= 1  # a selection of whole lines ends in front of the next line
    start = start_of_line(text, start)
    for _ in range(margin):
        start = start_of_line(text, max(0, start - 1))
    end = text.find("\n", end)
    for _ in range(margin):
        end = text.find("\n", end + 1) if end >= 0 else end
    end = len(text) if end < 0 else end
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return Target(context.code, min(start, end), end, "", None, instruction=context.instruction)
