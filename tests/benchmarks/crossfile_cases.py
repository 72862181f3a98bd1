"""Lines whose right completion needs a symbol of another file, found in the packages of the benchmark.

A reference counts when its name is defined in exactly one file of the package, that is another one, and an
import leads there (in Go the files of a folder see each other without). The cursor stands in front of the name,
behind the dot of a member, or behind the opening bracket of a call. Places where the same name stands nearby are
left out: what is there to be copied needs no other file.
"""

import builtins
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tree_sitter

from hearth.engine import languages
from hearth.engine.context import parsed
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import symbols
from hearth.engine.languages import language_of
from tests.benchmarks.packages import Project

Kind = Literal["name", "member", "call"]

NEAR_ABOVE = 2000  # characters in which the name may not stand already
NEAR_BELOW = 500
MIN_NAME = 4
MIN_EXPECTED, MAX_EXPECTED = 4, 60
PER_FILE = 12
_MEMBERS = ("method", "field")
# Libraries, too, give these names to their members: nobody knows whose they are.
_LIBRARY_TYPES = (builtins, str, dict, list, set, bytes, re.Pattern, re.Match, Path)
_LIBRARY = {name for owner in _LIBRARY_TYPES for name in dir(owner)} | {
    *("Close", "Read", "Write", "String", "Error", "Conn", "Dial", "Flush", "Reset", "Header", "HandlerFunc"),
    *("push", "slice", "filter", "length", "then"),
}
_OUTSIDE = ("import", "comment", "string", "preproc", "decorator", "use_declaration")


@dataclass(frozen=True, slots=True)
class Case:
    """`expected` is what follows the cursor up to the line's end. `open_files` lie in the project, too.

    `other_use`: (file, offset) where a third file has the same name, None when none does.
    """

    root: Path
    file: Path
    language: str
    offset: int
    kind: Kind
    name: str
    defined_in: Path
    open_files: tuple[Path, ...]
    expected: str
    other_use: tuple[Path, int] | None = None

    @property
    def id(self) -> str:
        return f"{self.file.relative_to(self.root).as_posix()}:{self.offset}"


def find(projects: Sequence[Project], count: int, seed: int) -> list[Case]:
    """`count` cases or fewer, of all languages alike, in an order that does not depend on `count`."""
    by_language: dict[str, list[Case]] = defaultdict(list)
    for project in projects:
        by_language[project.language] += cases_of(project, seed)
    for cases in by_language.values():
        random.Random(seed).shuffle(cases)
    turns = [list(turn) for turn in by_language.values()]
    found: list[Case] = []
    while len(found) < count and any(turns):
        found += [turn.pop() for turn in turns if turn]
    return found[:count]


def cases_of(project: Project, seed: int = 1) -> list[Case]:
    """Every case of one project, at most `PER_FILE` of a file."""
    code = {file: parsed.parse(file.read_text("utf-8"), language_of("", file.name)) for file in project.files}
    homes = _homes(code)
    found: list[Case] = []
    for file in project.files:
        chance = random.Random(f"{seed} {file.relative_to(project.root)}")
        places = list(_places(file, code[file], homes, chance))
        chance.shuffle(places)
        for offset, kind, name in places[:PER_FILE]:
            home = homes[name].file
            others = [other for other in project.files if other not in (file, home)]
            company = (home, *chance.sample(others, min(4, len(others))))
            expected = _rest_of_line(code[file].text, offset)
            use = _other_use(name, {other: code[other] for other in others})
            case = Case(project.root, file, project.language, offset, kind, name, home, company, expected, use)
            found.append(case)
    return found


def _other_use(name: str, code: dict[Path, ParsedText]) -> tuple[Path, int] | None:
    """The first place in these files, imports aside, where the name stands."""
    use = re.compile(rf"^(?!\s*(?:import|from|export|\}} from|//|#|\*)).*\b{re.escape(name)}\b", re.MULTILINE)
    for file, read in code.items():
        if found := use.search(read.text):
            return file, found.end()
    return None


@dataclass(frozen=True, slots=True)
class _Home:
    file: Path
    is_member: bool


def _homes(code: dict[Path, ParsedText]) -> dict[str, _Home]:
    """The names that one file alone defines, with that file."""
    found: dict[str, set[_Home]] = defaultdict(set)
    for file, read in code.items():
        for definition in symbols(read).definitions:
            name = definition.name
            if "." not in definition.owner and len(name) >= MIN_NAME and name not in _LIBRARY:
                found[name].add(_Home(file, definition.kind in _MEMBERS))
    return {name: next(iter(homes)) for name, homes in found.items() if len(homes) == 1}


def _places(
    file: Path, code: ParsedText, homes: dict[str, _Home], chance: random.Random
) -> Iterator[tuple[int, Kind, str]]:
    text = code.text
    bound = _bound_here(code)
    lines: set[int] = set()
    for node in _references(code):
        start, end = code.offset(node.start_byte), code.offset(node.end_byte)
        name = text[start:end]
        line = text.rfind("\n", 0, start)
        home = homes.get(name)
        if home is None or home.file == file or name in bound or line in lines or _is_outside(node):
            continue
        if not _leads_to(home, code, text[line + 1 : start], text[end : end + 2]):
            continue
        offset, kind = _cursor(text, start, end, chance)
        expected = _rest_of_line(text, offset)
        if not MIN_EXPECTED <= len(expected) <= MAX_EXPECTED or not re.search(r"\w{3}", expected):
            continue
        if _stands_nearby(text, name, line + 1, start):
            continue
        lines.add(line)
        yield offset, kind, name


def _leads_to(home: _Home, code: ParsedText, before: str, after: str) -> bool:
    """Whether the name, with that around it on its line, may be what is defined there."""
    imports = "\n".join(code.text[found.start : found.end] for found in symbols(code).imports)
    is_go = home.file.suffix == ".go"
    if not is_go and not re.search(rf"\b{re.escape(home.file.stem)}\b", imports):
        return False
    if not before.endswith("."):
        return not home.is_member and after[:1] != ":" and after != "?:"
    qualifier = re.search(r"(\w+)\.$", before)
    is_module = qualifier is not None and re.search(rf"\b{qualifier[1]}\b", imports) is not None
    return home.is_member if is_go or not is_module else True


def _cursor(text: str, start: int, end: int, chance: random.Random) -> tuple[int, Kind]:
    is_member = text[start - 1 : start] == "."
    has_arguments = re.match(r"\(\s*[^)\s]", text[end : end + 40])
    if has_arguments and chance.random() < 0.5:
        return end + 1, "call"
    return (start, "member") if is_member else (start, "name")


def _references(code: ParsedText) -> list[tree_sitter.Node]:
    query = languages.query(code.language, "references") if code.language else None
    if query is None or code.tree is None:
        return []
    captured = tree_sitter.QueryCursor(query).captures(code.tree.root_node)
    return sorted(captured.get("reference", []), key=lambda node: node.start_byte)


def _bound_here(code: ParsedText) -> set[str]:
    """Names that this file gives to something of its own: parameters, locals, keyword arguments, keys."""
    assigned = re.findall(r"\b(\w+)\s*(?:=(?!=)|:=|:(?!:))", code.text)
    listed = re.findall(r"\b(?:for|as|const|let|var|def|func|function|class|type)\s+(\w+)", code.text)
    return {*assigned, *listed}


def _is_outside(node: tree_sitter.Node) -> bool:
    """In an import, a comment or a string."""
    around: tree_sitter.Node | None = node
    while around is not None:
        if any(word in around.type for word in _OUTSIDE) and "interpolation" not in around.type:
            return True
        around = around.parent
    return False


def _stands_nearby(text: str, name: str, line: int, start: int) -> bool:
    """Whether the name stands elsewhere in the text that a prompt may show, imports aside."""
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    above = text[max(0, line - NEAR_ABOVE) : line]
    around = re.sub(r"(?m)^(from|import|} from)\b.*$|^(from|import) [^(\n]*\([^)]*\)|^import \{[^}]*\}", "", above)
    around += text[line:start] + "\n" + text[line_end : line_end + NEAR_BELOW]
    return re.search(rf"\b{re.escape(name)}\b", around) is not None


def _rest_of_line(text: str, offset: int) -> str:
    return text[offset:].partition("\n")[0].rstrip()
