"""What an answer brings besides the code that was asked for, and where it goes: helpers, decorators, imports."""

import re

from hearth.engine.code_actions.asked import asks_to_remove, speaks_of
from hearth.engine.code_actions.edits import Edit, fitted, line_end
from hearth.engine.code_actions.new_imports import imports_of, new_imports
from hearth.engine.code_actions.same_definition import Answered
from hearth.engine.code_actions.syntax_nodes import decorations, outer_range, text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText, parse
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.errors import EditRefused
from hearth.engine.text import end_of_line, start_of_line

_WORD = re.compile(r"[^\W\d]\w*")
# There a function beside a method is a method too, or called like one.
_ALL_MEMBERS = ("java", "csharp", "kotlin", "scala", "swift", "ruby", "elixir")
_CONTAINERS = ("class", "type", "module")


def brought(target: Target, code: str, found: Answered, with_decorators: bool) -> tuple[Edit, ...]:
    """The edits for all that the answer's definition needs and the file lacks."""
    helpers = _helpers(target, found)
    decorators = _decorators(target, found) if with_decorators else None
    used = found.text + "\n".join([text for text, _ in helpers] + list(decorators or ()))
    imports = imports_for_answer(target.code, code, used, found.parsed)
    return _joined((*imports, *_placed(target, helpers, decorators)))


def _joined(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Insertions at one place as one edit, in their order."""
    found: dict[int, Edit] = {}
    for edit in edits:
        known = found.get(edit.start)
        found[edit.start] = (
            edit if known is None else Edit(edit.start, max(known.end, edit.end), known.text + edit.text)
        )
    return tuple(found.values())


def imports_for_answer(
    code: ParsedText, answer: str, used: str, parsed: ParsedText | None = None
) -> tuple[Edit, ...]:
    """The answer's imports that `used` needs."""
    words = set(_WORD.findall(used))
    plain = parsed if parsed is not None and imports_of(parsed) else parse(answer, code.language)
    return new_imports(code, plain, words)


def leading(text: str, offset: int, comment: str) -> int:
    """The start of the first line of the comments that stand right above a line."""
    start = start_of_line(text, offset)
    inside = False
    while start > 0:
        above = start_of_line(text, start - 1)
        line = text[above:start].strip()
        inside = inside or (line.endswith("*/") and "/*" not in line)
        commented = line.startswith(("/*", "///", "@", "#[")) or (bool(comment) and line.startswith(comment))
        if line.startswith("#!") or not (inside or commented):
            break
        inside = inside and "/*" not in line
        start = above
    return start


def _helpers(target: Target, found: Answered) -> list[tuple[str, bool]]:
    """(text, whether it goes into the class) of each new definition that the answer's one uses."""
    parsed, about = found.parsed, found.definition
    known = {each.name for each in symbols(target.code).definitions}
    imported = [(parsed.offset(each.start_byte), parsed.offset(each.end_byte)) for each in imports_of(parsed)]
    candidates: dict[str, list[Definition]] = {}
    for each in symbols(parsed).definitions:
        inside = about.start <= each.start and each.end <= about.end
        around = each.start <= about.start and about.end <= each.end
        level = each.owner in ("", about.owner)
        if any(start <= each.start and each.end <= end for start, end in imported):
            continue  # `const path = require("path")` goes where imports go
        if not inside and not around and level and each.name not in known:
            candidates.setdefault(each.name, []).append(each)
    taken: dict[str, list[Definition]] = {}
    texts = [found.text]
    while texts:
        words = set(_WORD.findall(texts.pop()))
        for name in [name for name in candidates if name in words and name not in taken]:
            taken[name] = candidates[name]
            texts += [parsed.text[each.start : each.end] for each in taken[name]]
    helpers = sorted((each for group in taken.values() for each in group), key=lambda each: each.start)
    return [(_text_with_comments(parsed, each), _is_member(target, found, each)) for each in helpers]


def _is_member(target: Target, found: Answered, helper: Definition) -> bool:
    if target.definition is None or not target.definition.owner or _class_around(target) is None:
        return False
    if target.code.language is not None and target.code.language.name in _ALL_MEMBERS:
        return True
    if helper.owner:
        return helper.owner == found.definition.owner
    owner = target.definition.owner.rpartition(".")[2]
    return bool(
        re.search(
            rf"(?:\bself|\bthis|\bcls|\bSelf|\b{re.escape(owner)})(?:\.|->|::)#?{re.escape(helper.name)}\b",
            found.text,
        )
    )


def _text_with_comments(parsed: ParsedText, definition: Definition) -> str:
    start, end = outer_range(parsed, definition)
    comment = parsed.language.comment if parsed.language else ""
    start = leading(parsed.text, start, comment)
    line_end_at = end_of_line(parsed.text, end)
    if parsed.text[end:line_end_at].strip() in (";", ","):
        end = line_end_at
    return parsed.text[start:end].rstrip()


def _decorators(target: Target, found: Answered) -> list[str] | None:
    """The decorators that the target is to have; None when they stay as they are."""
    if target.definition is None:
        return None
    ours = [_one_line(text_of(target.code, each)) for each in decorations(target.code, target.definition)]
    theirs = [_one_line(text_of(found.parsed, each)) for each in decorations(found.parsed, found.definition)]
    added = [each for each in theirs if each not in ours]
    lost = [each for each in ours if each not in theirs]
    # One with other arguments, and the one that the problem lies on, is replaced; the others stay.
    replaced = [
        each
        for each in lost
        if _name(each) in map(_name, added) or _is_wrong(target, each) or _is_unwanted(target, each)
    ]
    if not added and not replaced:
        return None
    if target.problem is None and not target.instruction:
        return None
    if not lost or lost == replaced:
        return theirs
    kept = [each for each in ours if each not in replaced]
    return [*[each for each in added if each not in kept], *kept]


def _is_wrong(target: Target, decorator: str) -> bool:
    problem = target.problem
    if problem is None:
        return False
    line = target.code.text[
        start_of_line(target.code.text, problem.start) : end_of_line(target.code.text, problem.end)
    ]
    return _one_line(line).strip() in decorator


def _is_unwanted(target: Target, decorator: str) -> bool:
    return asks_to_remove(target.instruction) and speaks_of(target.instruction, [_name(decorator)])


def _name(decorator: str) -> str:
    found = re.search(r"[\w.:]+", decorator)
    return found[0] if found else decorator


def _one_line(text: str) -> str:
    return text.replace("\r\n", "\n")


def _placed(target: Target, helpers: list[tuple[str, bool]], decorators: list[str] | None) -> tuple[Edit, ...]:
    code = target.code
    text, newline = code.text, line_end(code.text)
    comment = code.language.comment if code.language else ""
    at_target = start_of_line(text, target.outer[0])
    edits: list[Edit] = []
    for in_class in (False, True):
        texts = [helper for helper, member in helpers if member == in_class]
        if not texts:
            continue
        around = None if in_class else _outermost(target)
        place = outer_range(code, around)[0] if around is not None else target.outer[0]
        at = leading(text, place, comment)
        line = text[start_of_line(text, place) : place]
        indent = line if not line.strip() else ""
        two = code.language is not None and code.language.block == "indent" and not indent
        joined = "".join(
            f"{indent}{fitted(each, code.language, text, indent)}{newline}{newline * (2 if two else 1)}"
            for each in texts
        )
        edits.append(Edit(at, at, joined))
    if decorators is not None and target.definition is not None:
        nodes = decorations(code, target.definition)
        lines = "".join(
            f"{target.indent}{fitted(each, code.language, text, target.indent)}{newline}" for each in decorators
        )
        start = start_of_line(text, code.offset(nodes[0].start_byte)) if nodes else at_target
        end = code.offset(nodes[-1].end_byte) if nodes else start
        if nodes:
            end = min(end_of_line(text, end) + 1, len(text))
            if start_of_line(text, target.start) < end:
                raise EditRefused("the decorators stand on the same line as the code")
        same = next((edit for edit in edits if edit.start == start), None)
        if same is not None:
            edits.remove(same)
            lines = same.text + lines
        edits.append(Edit(start, end, lines))
    return tuple(edits)


def _class_around(target: Target) -> Definition | None:
    around = [
        each
        for each in symbols(target.code).definitions
        if each.kind in _CONTAINERS and each.start < target.start and target.end <= each.end
    ]
    return around[-1] if around else None


def _outermost(target: Target) -> Definition | None:
    """The definition of the file that the target stands in; None when it is one itself."""
    return next(
        (
            each
            for each in symbols(target.code).definitions
            if each.start < target.start and target.end <= each.end and each.kind != "module" and not each.owner
        ),
        None,
    )
