"""The pairs of `pairs.toml`, and the places that they become: a real file with one function changed."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

from tests.benchmarks.actions.code import Code, Function
from tests.benchmarks.packages import Package, from_debian, from_npm, from_pip, unpacked

PACKAGES = {
    package.name.removeprefix("golang-github-gorilla-").removeprefix("librust-").removesuffix("-dev"): package
    for package in (
        Package("python", "toolz", "1.0.0", from_pip, ()),
        Package("python", "more-itertools", "10.5.0", from_pip, ()),
        Package("typescript", "zod", "3.25.76", from_npm, ()),
        Package("typescript", "@tanstack/db", "0.1.0", from_npm, ()),
        Package("go", "golang-github-gorilla-mux-dev", "1.8.0-1", from_debian, ()),
        Package("go", "golang-github-gorilla-websocket-dev", "1.5.0-2", from_debian, ()),
        Package("rust", "librust-textwrap-dev", "0.16.0-2", from_debian, ()),
        Package("java", "react-native", "0.72.17", from_npm, ()),
        Package("cpp", "re2", "1.21.4", from_npm, ()),
    )
}
_TABLE = Path(__file__).with_name("pairs.toml")
_STUBS = {
    "python": "raise NotImplementedError",
    "typescript": '{\n@    throw new Error("not implemented");\n@}',
    "go": '{\n@\tpanic("not implemented")\n@}',
    "rust": "{\n@    todo!()\n@}",
    "java": "{\n@  throw new UnsupportedOperationException();\n@}",
    "cpp": "{\n@}",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of the table; see there."""

    package: str
    file: str
    head: str
    action: str
    changes: tuple[tuple[str, str], ...] = ()
    at: str = ""
    problem: str = ""
    instruction: str = ""
    checks: tuple[str, ...] = ()
    prelude: str = ""
    whole: bool = False
    asks: tuple[str, ...] = ()
    renames: dict[str, str] = field(default_factory=dict)
    says: str = ""

    @property
    def language(self) -> str:
        return PACKAGES[self.package].language

    @property
    def label(self) -> str:
        name = re.findall(r"\w+", self.head)[-1]
        which = {"instruct": "-rename" if self.renames else "-add"}.get(self.action, "")
        return f"{self.action}{which}/{self.language}/{name}"


@dataclass(frozen=True, slots=True)
class Place:
    """`original` is the file as it is published, `text` with its changes; the cursor stands at `start`.

    A problem, or a name, lies on `start:end`.
    """

    pair: Pair
    path: Path
    original: str
    text: str
    start: int
    end: int

    @property
    def code(self) -> Code:
        return Code(self.pair.language, self.text)

    @property
    def function(self) -> Function:
        return _function(self.pair, self.code)


def load() -> list[Pair]:
    rows = tomllib.loads(_TABLE.read_text("utf-8"))["pair"]
    return [msgspec.convert(row, Pair) for row in rows]


def place(pair: Pair) -> Place:
    """Fetches the package, if it is not there yet."""
    path = root_of(pair.package) / pair.file
    original = path.read_text("utf-8")
    text = _prepared(pair, original)
    at = text.index(pair.head)
    if pair.at:
        start = text.index(pair.at, at)
        return Place(pair, path, original, text, start, start + len(re.split(r"\W", pair.at)[0]))
    name = _function(pair, Code(pair.language, text)).name.rpartition("::")[2]
    start = text.index(name, at)
    return Place(pair, path, original, text, start, start)


def root(pair: Pair) -> Path:
    return root_of(pair.package)


@cache
def root_of(package: str) -> Path:
    return unpacked(PACKAGES[package])


def _prepared(pair: Pair, text: str) -> str:
    for old, new in pair.changes:
        found = _function(pair, Code(pair.language, text))
        at = text.index(old, found.outer)
        assert at < found.end, f"{pair.label}: {old!r} is not in the function"
        text = text[:at] + new + text[at + len(old) :]
    if pair.action == "implement":
        text = _emptied(pair, text)
    if pair.action == "document":
        text = _undocumented(pair, text)
    return text


def _emptied(pair: Pair, text: str) -> str:
    found = _function(pair, Code(pair.language, text))
    line = text[text.rfind("\n", 0, found.start) + 1 :]
    indent = line[: len(line) - len(line.lstrip())]
    stub = _STUBS[pair.language].replace("@", indent)
    begin = found.body_start
    if pair.language == "python":
        docs = _docstrings(text, found)
        stub = f"{docs[0]}\n{indent}    {stub}" if docs else stub
    return text[:begin] + stub + text[found.body_end :]


def _docstrings(text: str, found: Function) -> list[str]:
    comments = Code("python", text).comments(found.body_start, found.end)
    return [each.text for each in comments if each.text.startswith(('"', "'"))]


def _undocumented(pair: Pair, text: str) -> str:
    """Without the docstring, or the comment above."""
    found = _function(pair, Code(pair.language, text))
    if pair.language == "python":
        docs = _docstrings(text, found)
        return text.replace(docs[0], "", 1) if docs else text
    start = text.rfind("\n", 0, found.outer) + 1
    begin = start
    while begin > 0:
        above = text.rfind("\n", 0, begin - 1) + 1
        if not text[above:begin].strip().startswith(("//", "/*", "*")):
            break
        begin = above
    return text[:begin] + text[start:]


def _function(pair: Pair, code: Code) -> Function:
    at = code.text.index(pair.head)
    ends = at + len(pair.head)
    around = [each for each in code.functions() if each.start <= ends <= each.body_start and at <= each.body_start]
    assert around, f"{pair.label}: there is no function"
    return max(around, key=lambda each: each.start)
