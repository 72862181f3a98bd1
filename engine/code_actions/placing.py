"""Where code from a chat goes in a file: in the place of what has its name, of a selection, or to the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass

from hearth.engine.characters import without_new
from hearth.engine.code_actions.edits import Edit, fitted, indent_unit, line_end
from hearth.engine.context.parsed import ParsedText, parse
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.text import end_of_line, start_of_line

_CODE = ("function", "method", "class", "type")
_HOLDERS = ("class", "type")
_DECORATION = ("@", "#[")
_MAX_DECORATIONS = 50  # lines
_OPENERS = (":", "{", "(", "[", "=>", "then", "do")


@dataclass(frozen=True, slots=True)
class Placed:
    """`what` names what is replaced, or where the code goes, for the user."""

    edits: tuple[Edit, ...]
    what: str


def by_name(code: ParsedText, snippet: str, offset: int = 0) -> Placed | None:
    """In the place of the definitions with the same names; None where there are none, or several that it could be.

    Of a class that is shown in parts only those parts are replaced, and what is new is put below them. `offset` is
    the cursor: of several definitions with one name the one around it counts.
    """
    new = parse(_clean(code, snippet), code.language)
    if code.tree is None or new.tree is None:
        return None
    edits: list[Edit] = []
    names: list[str] = []
    unknown: list[Definition] = []
    last: Definition | None = None
    for definition in _outermost(new):
        there = _counterpart(code, definition, offset)
        if there is None:
            unknown.append(definition)
            continue
        edits += _replaced(code, there, new, definition)
        names.append(there.name)
        last = there if last is None or there.end > last.end else last
    if last is None:
        return None
    gap = 2 * line_end(code.text) + (line_end(code.text) if not _indent(code.text, last.start) else "")
    for definition in unknown:
        indent = _indent(code.text, last.start)
        text = fitted(_text(new, definition), code.language, code.text, indent)
        edits.append(Edit(last.end, last.end, gap + indent + text))
    return Placed(_joined(edits), ", ".join(names))


def at_cursor(code: ParsedText, snippet: str, offset: int) -> Placed:
    """At the cursor, with the indentation that is there; below its line where that says something already."""
    text, clean = code.text, _clean(code, snippet)
    start, end = start_of_line(text, offset), end_of_line(text, offset)
    before, behind = text[start:offset], text[offset:end].strip()
    if not before.strip() and not behind:
        return Placed((Edit(offset, end, fitted(clean, code.language, text, before)),), "the cursor")
    if "\n" not in clean:
        return Placed((Edit(offset, offset, clean.strip()),), "the cursor")
    line = text[start:end].rstrip()
    indent = line[: len(line) - len(line.lstrip())]
    if line.endswith(_OPENERS):
        indent += indent_unit(text)
    below = line_end(text) + indent + fitted(clean, code.language, text, indent)
    at = start + len(text[start:end].rstrip("\r"))
    return Placed((Edit(at, at, below),), "the cursor")


def in_selection(code: ParsedText, snippet: str, start: int, end: int) -> Placed:
    """In the place of the selected lines; of a part of one line, where the code is one line as well."""
    text, clean = code.text, _clean(code, snippet)
    if "\n" not in text[start:end] and "\n" not in clean and text[start:end].strip():
        return Placed((Edit(start, end, clean.strip()),), "the selection")
    selected = text[start:end]
    start += len(selected) - len(selected.lstrip("\r\n"))
    first = start_of_line(text, start)
    end = end if text[end - 1 : end] == "\n" else end_of_line(text, end)
    body = text[first:end].rstrip("\r\n")
    line = next((line for line in body.split("\n") if line.strip()), "")
    indent = line[: len(line) - len(line.lstrip())]
    return Placed(
        (Edit(first, first + len(body), indent + fitted(clean, code.language, text, indent)),), "the selection"
    )


def whole_file(code: ParsedText, snippet: str) -> Placed:
    text = fitted(_clean(code, snippet), code.language, code.text or snippet, "")
    return Placed((Edit(0, len(code.text), text + line_end(code.text)),), "the file")


def _clean(code: ParsedText, snippet: str) -> str:
    """Without blank lines around it, and without hidden characters that the file has not."""
    lines = without_new(snippet.replace("\r\n", "\n"), code.text).rstrip().split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    common = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[common:] if line[:common].isspace() or not common else line for line in lines)


def _outermost(code: ParsedText) -> list[Definition]:
    found: list[Definition] = []
    for each in symbols(code).definitions:
        if each.kind in _CODE and not (found and each.start < found[-1].end):
            found.append(each)
    return found


def _counterpart(code: ParsedText, wanted: Definition, offset: int) -> Definition | None:
    same = [each for each in symbols(code).named([wanted.name]) if _is_alike(each, wanted)]
    outer = [each for each in same if not each.owner]
    if len(outer) == 1 and (len(same) == 1 or wanted.kind in _HOLDERS):
        return outer[0]
    around = [each for each in same if each.start <= offset <= each.end]
    if around:
        return around[-1]
    # Methods of the class around the cursor come before those of others.
    holders = [
        each for each in symbols(code).definitions if each.kind in _HOLDERS and each.start <= offset <= each.end
    ]
    inside = [each for each in same for holder in holders[-1:] if holder.start <= each.start < holder.end]
    candidates = inside or (outer if len(outer) == 1 else same)
    return candidates[0] if len(candidates) == 1 else None


def _is_alike(one: Definition, other: Definition) -> bool:
    return (one.kind in _HOLDERS) == (other.kind in _HOLDERS) and one.kind in _CODE


def _replaced(code: ParsedText, there: Definition, new: ParsedText, definition: Definition) -> list[Edit]:
    if there.kind in _HOLDERS:
        old_members, new_members = _members(code, there), _members(new, definition)
        names = {each.name for each in new_members}
        if new_members and any(each.name not in names for each in old_members):
            return _merged(code, old_members, new, new_members)
    start, first = there.start, definition.start
    decorated = _decorated(new.text, definition.start)
    if decorated < start_of_line(new.text, definition.start):
        outer = _decorated(code.text, there.start)
        start, first = outer + len(_indent(code.text, outer)), decorated + len(_indent(new.text, decorated))
    indent = _indent(code.text, there.start)
    text = _from(new.text, first, definition.end)
    return [Edit(start, there.end, fitted(text, code.language, code.text, indent))]


def _merged(
    code: ParsedText, old: Sequence[Definition], new: ParsedText, members: Sequence[Definition]
) -> list[Edit]:
    """The members one by one; those that are new stand below the last one."""
    edits: list[Edit] = []
    for member in members:
        same = [each for each in old if each.name == member.name]
        if same:
            edits += _replaced(code, same[0], new, member)
        else:
            last = max(old, key=lambda each: each.end)
            indent = _indent(code.text, last.start)
            text = fitted(_text(new, member), code.language, code.text, indent)
            edits.append(Edit(last.end, last.end, 2 * line_end(code.text) + indent + text))
    return edits


def _members(code: ParsedText, holder: Definition) -> list[Definition]:
    found: list[Definition] = []
    for each in symbols(code).definitions:
        is_inside = holder.start < each.start < holder.end and each.kind in _CODE
        if is_inside and not (found and each.start < found[-1].end):
            found.append(each)
    return found


def _text(code: ParsedText, definition: Definition) -> str:
    first = _decorated(code.text, definition.start)
    return _from(code.text, first + len(_indent(code.text, first)), definition.end)


def _from(text: str, start: int, end: int) -> str:
    """The part with all its lines as far left as the first one."""
    column = start - start_of_line(text, start)
    lines = text[start:end].split("\n")
    return "\n".join([lines[0], *(line[column:] if not line[:column].strip() else line for line in lines[1:])])


def _decorated(text: str, start: int) -> int:
    """The beginning of the line of the first decorator above, else of the definition's own."""
    first = start_of_line(text, start)
    for _ in range(_MAX_DECORATIONS):
        above = start_of_line(text, max(0, first - 1))
        if not first or not text[above:first].lstrip().startswith(_DECORATION):
            return first
        first = above
    return first


def _indent(text: str, offset: int) -> str:
    line = text[start_of_line(text, offset) : offset + 200]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _joined(edits: list[Edit]) -> tuple[Edit, ...]:
    """In order; of several at one place the texts behind each other."""
    joined: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.end, edit.start == edit.end)):
        if joined and edit.start == edit.end == joined[-1].end:
            joined[-1] = Edit(joined[-1].start, joined[-1].end, joined[-1].text + edit.text)
        else:
            joined.append(edit)
    return tuple(joined)
