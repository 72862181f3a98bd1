"""Where a new import goes: among the names of the same module, else in the order that the others are in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hearth.engine.code_actions.edits import Edit, line_end
from hearth.engine.code_actions.new_imports import imports_of
from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.context.parsed import ParsedText
from hearth.engine.text import end_of_line, start_of_line

SCRIPT = ("javascript", "typescript", "tsx")
MAX_LINE = 88  # characters to which a line of imports may grow
_PYTHON = re.compile(r"from\s+(?P<module>\S+)\s+import\s+\(?(?P<items>[^()]*)\)?$")
_SCRIPT = re.compile(
    r"(?:import\s+(?P<type>type\s+)?(?:\w+\s*,\s*)?|(?:const|let|var)\s+)\{(?P<items>[^{}]*)\}"
    r"\s*(?:from\s*|=\s*require\()(?P<quote>['\"])(?P<module>[^'\"]+)(?P=quote)\)?;?$"
)
_MODULE = re.compile(r"from\s+(\S+)\s+import|(?:from\s*|require\(|import\s+)['\"]([^'\"]+)['\"]|import\s+(\S+)")
_QUOTE = re.compile(r"(?:from\s+|require\(|import\s+)(['\"])")
_ENDING = re.compile(r"(?<=[\w$])(/index)?(\.[cm]?[jt]sx?)?$")


@dataclass(frozen=True, slots=True)
class _Listed:
    """An import with a list of names, which stands at `start:end` in the text."""

    module: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Line:
    """An import that is all of its lines, `start:end` without the last line's end."""

    start: int
    end: int
    module: str
    is_from: bool

    @property
    def order(self) -> str:
        return self.module.lower()


def placed(code: ParsedText, statement: str, name: str) -> tuple[Edit, ...]:
    """The edit that adds the import of a name; none where the file shows no place for it."""
    language = code.language.name if code.language else ""
    if language != "python" and language not in SCRIPT:
        return ()
    texts = [(code.offset(node.start_byte), text_of(code, node)) for node in imports_of(code)]
    edit = _in_list(code, texts, statement, language) or _in_row(code, texts, statement, language)
    return (edit,) if edit is not None else ()


def _in_list(code: ParsedText, texts: Sequence[tuple[int, str]], statement: str, language: str) -> Edit | None:
    wanted = _listed(statement, language)
    if wanted is None:
        return None
    item = statement[wanted.start : wanted.end].strip().rstrip(",")
    for offset, text in texts:
        known = _listed(text, language)
        if (
            known is None
            or (_bare_path(known.module), known.kind) != (_bare_path(wanted.module), wanted.kind)
            or "#" in text
            or "//" in text
        ):
            continue
        start, end = offset + known.start, offset + known.end
        edit = _in_items(code.text, start, end, item)
        if edit is not None:
            return edit
    return None


def _bare_path(module: str) -> str:
    return _ENDING.sub("", module) if module.startswith(".") else module


def _in_items(text: str, start: int, end: int, item: str) -> Edit | None:
    """Behind the last item that sorts before the new one; where they are in no order, behind all."""
    items = [(start + found.start(), found[0].rstrip()) for found in re.finditer(r"[^,\s][^,]*", text[start:end])]
    if not items or any(each == item for _, each in items):
        return None
    before = _before([each for _, each in items], item)
    is_spread = "\n" in text[start:end]
    newline = line_end(text)
    at = items[0][0]
    indent = text[start_of_line(text, at) : at]
    if is_spread and indent.strip():
        return None
    if before == 0:
        return Edit(at, at, f"{item},{newline}{indent}" if is_spread else f"{item}, ")
    last = items[before - 1]
    at = last[0] + len(last[1])
    if is_spread:
        return Edit(at, at, f",{newline}{indent}{item}")
    line = start_of_line(text, at)
    is_long = end_of_line(text, at) - line + len(item) + 2 > max(MAX_LINE, end_of_line(text, at) - line)
    return None if is_long else Edit(at, at, f", {item}")


def _before(items: Sequence[str], item: str) -> int:
    """How many of the items stand before the new one."""
    for key in _KEYS:
        if [*items] == sorted(items, key=key):
            return sum(key(each) <= key(item) for each in items)
    return len(items)


def _bare(item: str) -> str:
    return item.removeprefix("type ").split(" ")[0]


def _by_case(item: str) -> tuple[int, str]:
    """Constants before classes before others."""
    name = _bare(item)
    rank = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return rank, name


_KEYS = (_by_case, lambda item: (0, _bare(item)), lambda item: (0, _bare(item).lower()))


def _in_row(code: ParsedText, texts: Sequence[tuple[int, str]], statement: str, language: str) -> Edit | None:
    """A line of its own in the section that has modules of its kind."""
    wanted = _line(0, statement)
    if wanted is None:
        return None
    sections = [
        [line for line in section if line.module != "__future__"] for section in _sections(code.text, texts)
    ]
    is_relative = wanted.module.startswith(".")
    kind = _kind_of(wanted.module, sections, language)
    fit = [
        section
        for section in sections
        if section and {_kind_of(line.module, sections, language) for line in section} == {kind}
    ]
    if not fit:
        fit = [s for s in sections if s and any(line.module.startswith(".") == is_relative for line in s)][-1:]
    if not fit:
        return None
    section = fit[0]
    alike = [line for line in section if line.is_from == wanted.is_from] if language == "python" else section
    newline = line_end(code.text)
    if not alike:
        at = section[0].start if not wanted.is_from else section[-1].end
    else:
        orders = [line.order for line in alike]
        if orders != sorted(orders):
            at = alike[-1].end
        else:
            count = sum(order <= wanted.order for order in orders)
            at = alike[count - 1].end if count else alike[0].start
    text = _in_style(statement, code.text, language)
    is_before = at == start_of_line(code.text, at)
    return Edit(at, at, f"{text}{newline}" if is_before else f"{newline}{text}")


def _kind_of(module: str, sections: Sequence[Sequence[_Line]], language: str) -> str:
    if module.startswith("."):
        return "relative"
    if language == "python":
        import sys

        return "standard" if module.split(".")[0] in sys.stdlib_module_names else "other"
    return "standard" if module.startswith("node:") else "other"


def _sections(text: str, texts: Sequence[tuple[int, str]]) -> list[list[_Line]]:
    """Rows of imports with nothing between them."""
    found: list[list[_Line]] = []
    for offset, each in texts:
        line = _line(offset, each)
        if line is None or text[start_of_line(text, offset) : offset].strip():
            continue
        end = end_of_line(text, line.end)
        end -= text[end - 1 : end] == "\r"
        line = _Line(line.start, end, line.module, line.is_from)
        if found and text[found[-1][-1].end : line.start].strip(" \t\r") == "\n":
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _line(offset: int, text: str) -> _Line | None:
    found = _MODULE.search(text)
    if found is None:
        return None
    return _Line(offset, offset + len(text), found[1] or found[2] or found[3], found[1] is not None)


def _listed(text: str, language: str) -> _Listed | None:
    found = (_PYTHON if language == "python" else _SCRIPT).match(text)
    if found is None or not found["items"].strip() or "*" in found["items"]:
        return None
    kind = "" if language == "python" else ("require" if "require" in text else found["type"] or "")
    return _Listed(found["module"], kind.strip(), found.start("items"), found.end("items"))


def _in_style(statement: str, text: str, language: str) -> str:
    """With the quotes and the ends of lines that the file has."""
    if language == "python":
        return statement
    quotes = _QUOTE.findall(text)
    single, double = quotes.count("'"), quotes.count('"')
    statement = statement.replace('"', "'") if single > double else statement.replace("'", '"')
    ends = re.findall(r"^(?:import|const)\b.*['\")](;?)[ \t]*$", text, re.MULTILINE)
    return statement if not ends or any(ends) else statement.rstrip(";")
