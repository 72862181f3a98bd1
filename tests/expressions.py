"""Every regular expression of the program, found in its source, and texts that expressions are slow with."""

import ast
import importlib
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]  # the only one who can read a pattern
from types import FrameType, ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
# (file, the value as it is written) -> what may stand there
Samples = Mapping[tuple[str, str], tuple[str | int, ...]]


class Unknown(Exception):
    """What pattern stands there cannot be read from the source."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A pattern and one way in which it is used."""

    place: str
    pattern: str | bytes
    flags: int
    method: str


def expressions(folders: tuple[str, ...], filled_in: Samples) -> list[Expression]:
    """All of the modules in these folders.

    `filled_in` says what may stand where the source names a value of the time of running:
    (file, the value as it is written) -> samples. A pattern with a value that is not there raises `Unknown`.
    """
    found: dict[tuple[Any, ...], Expression] = {}
    sources = {
        path: path.read_text("utf-8") for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))
    }
    everything = "\n".join(sources.values())
    for path, source in sources.items():
        reader = _Reader(path, source, everything, filled_in)
        for each in reader.expressions():
            flags = re.compile(each.pattern, each.flags).flags
            found.setdefault((each.pattern, flags, each.method), each)  # a table may be imported elsewhere
    return list(found.values())


@dataclass
class _Reader:
    path: Path
    source: str
    everything: str
    filled_in: Samples

    def expressions(self) -> Iterator[Expression]:
        if not re.search(r"\bimport re\b", self.source):
            return
        tree = ast.parse(self.source)
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if not isinstance(node.func.value, ast.Name) or node.func.value.id != "re" or not node.args:
                continue
            method = node.func.attr
            if method != "compile" and method not in METHODS:
                continue
            around = [each for each in functions if each.lineno <= node.lineno <= (each.end_lineno or 0)]
            local = around[-1] if around else None
            if method == "compile" and local is None:
                continue  # it is among the module's constants
            methods = self._methods_of(tree, node) if method == "compile" else (method,)
            for pattern in self._values(node.args[0], local):
                for each in methods:
                    yield Expression(self._name(node), pattern, self._flags(node, method), each)
        yield from self._constants()

    def _constants(self) -> Iterator[Expression]:
        """What a module has made when it was imported, also inside of tables."""
        for name, value in vars(self._module()).items():
            for pattern in _patterns_in(value):
                for method in self._methods(name):
                    yield Expression(f"{self._file}:{name}", pattern.pattern, pattern.flags, method)

    def _methods_of(self, tree: ast.Module, call: ast.Call) -> tuple[str, ...]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and node.value is call and isinstance(node.targets[0], ast.Name):
                return self._methods(node.targets[0].id)
        for node in ast.walk(tree):  # what a function makes and returns, a property mostly
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(inner, ast.Return) and inner.value is call for inner in ast.walk(node)
            ):
                return self._methods(node.name)
        return ("search", "sub")

    def _methods(self, name: str) -> tuple[str, ...]:
        used = re.findall(rf"\b{re.escape(name)}\.({'|'.join(METHODS)})\(", self.everything)
        return tuple(dict.fromkeys(used)) or ("search", "sub")

    def _flags(self, node: ast.Call, method: str) -> int:
        position = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(method, 2)
        given = [keyword.value for keyword in node.keywords if keyword.arg == "flags"] or node.args[position:][:1]
        return int(eval(ast.unparse(given[0]), {"re": re})) if given else 0  # of our own source

    def _values(self, node: ast.expr, local: ast.AST | None) -> list[Any]:
        """What the expression may be; all of it for a table, else one sample."""
        written = ast.unparse(node)
        if (known := self.filled_in.get((self._file, written))) is not None:
            return list(known)
        match node:
            case ast.Constant():
                return [node.value]
            case ast.JoinedStr():
                return _joined([self._part(part, local) for part in node.values])
            case ast.BinOp(op=ast.Add()):
                return [a + b for a in self._values(node.left, local) for b in self._values(node.right, local)]
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="escape")):
                return ["name"]
            case ast.Call(func=ast.Attribute(attr="format", value=pattern)):
                arguments = {each.arg: self._values(each.value, local)[0] for each in node.keywords if each.arg}
                return [each.format(**arguments) for each in self._values(pattern, local)]
            case ast.Name():
                return self._named(node.id, local)
        raise Unknown(f"{self._name(node)}: {written}")

    def _part(self, node: ast.expr, local: ast.AST | None) -> list[str]:
        if isinstance(node, ast.FormattedValue):
            return [str(value) for value in self._values(node.value, local)]
        return [str(value) for value in self._values(node, local)]

    def _named(self, name: str, local: ast.AST | None) -> list[Any]:
        for node in ast.walk(local) if local else ():
            if isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == name for target in node.targets
            ):
                return self._values(node.value, local)
            if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple) and ast.unparse(node.target) == name:
                return [value for each in node.iter.elts for value in self._values(each, local)]
        value = vars(self._module()).get(name)
        if isinstance(value, str | bytes):
            return [value]
        raise Unknown(f"{self._file}: {name}")

    def _module(self) -> ModuleType:
        relative = self.path.relative_to(ROOT).with_suffix("")
        parts = relative.parts[:-1] if relative.name == "__init__" else relative.parts
        return importlib.import_module(".".join(parts))

    @property
    def _file(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    def _name(self, node: ast.expr) -> str:
        return f"{self._file}:{node.lineno}"


def _joined(parts: list[list[str]]) -> list[str]:
    texts = [""]
    for part in parts:
        texts = [text + each for text in texts for each in part]
    return texts


def _patterns_in(value: Any, depth: int = 4) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _patterns_in(getattr(value, each.name, None), depth - 1)
    elif depth and isinstance(value, dict):
        for each in value.values():
            yield from _patterns_in(each, depth - 1)
    elif depth and isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from _patterns_in(each, depth - 1)


# What makes expressions slow: much of one thing, much of two things in turn, and an end that does not fit.
_PUMPS = (
    *"aA1_é \t\n.-/\\\"'`([{<*=:#,;|$@~+x",
    *(
        "\r\n",
        " \n",
        "\n ",
        "\n\n\t",
        "a ",
        "a\n",
        "a.",
        "a-",
        "a_",
        "aA",
        "a1",
        "1.",
        "a,",
        "a(",
        "()",
        "(a)",
        "{}",
    ),
    *(
        "[]",
        "<a",
        "</a>",
        "<a>",
        "a=b ",
        "a: b\n",
        "//",
        "/*",
        "*/",
        "--",
        '""',
        "''",
        "``",
        "```\n",
        '"a',
        '\\"',
        "a\\",
    ),
    *(
        "# a\n",
        "// a\n",
        "import a\n",
        "def a(",
        "sk-",
        "eyJ-",
        "a.b.",
        "a::",
        "=>",
        "<|",
        "…",
        "word word, ",
        "é ",
    ),
)
SHAPES = tuple((pump, end) for pump in _PUMPS for end in ("", "\0") if end or len(pump) == 1)


def shapes_for(pattern: str | bytes) -> list[tuple[str, str, str]]:
    """(beginning, what is repeated, end): besides the common ones those made of the pattern's own words."""
    words = list(dict.fromkeys(_words(_parser.parse(pattern))))[:_MOST_WORDS]
    own = [("", word + between, "\0") for word in words for between in ("", " ", "\n")]
    own += [(word, pump, "\0") for word in words for pump in (" ", "a", "\n", "a ", "1", "-", "(", word)]
    own += [("", a + between + b, "\0") for a in words[:4] for b in words[:4] for between in ("", " ")]
    return list(dict.fromkeys([*(("", *shape) for shape in SHAPES), *own]))


_MOST_WORDS = 10


def _words(parsed: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    """The runs of letters that a pattern names, and one of each set."""
    run = ""
    for kind, what in [*parsed, (None, None)]:
        if kind is _parser.LITERAL:
            run += chr(what)
            continue
        if run:
            yield run
        run = ""
        for inner in what if isinstance(what, tuple | list) else ():
            if isinstance(inner, _parser.SubPattern):
                yield from _words(inner)
            elif isinstance(inner, list):  # the branches of an alternative
                for branch in inner:
                    if isinstance(branch, _parser.SubPattern):
                        yield from _words(branch)
        if kind is _parser.IN:
            yield from (chr(value) for name, value in what if name is _parser.LITERAL)
        elif isinstance(what, _parser.SubPattern):  # an atomic group
            yield from _words(what)


_PATIENCE = 1.5  # seconds of processor time


class TooLong(Exception):
    """It takes more than `_PATIENCE`."""


def seconds(expression: Expression, shape: tuple[str, str, str], length: int) -> float:
    """Of processor time for one use on a text of about that length. Raises `TooLong`."""
    begin, pump, end = shape
    text: Any = begin + pump * (length // len(pump)) + end
    if isinstance(expression.pattern, bytes):
        text = text.encode("utf-8", "replace")
    use = _use(expression, text)
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _PATIENCE)
    try:
        began = time.thread_time()
        use()
        return time.thread_time() - began
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooLong


def _use(expression: Expression, text: Any) -> Callable[[], object]:
    compiled: re.Pattern[Any] = re.compile(expression.pattern, expression.flags)
    nothing = text[:0]
    if expression.method in ("sub", "subn"):
        return lambda: compiled.sub(nothing, text)
    if expression.method == "finditer":
        return lambda: sum(1 for _ in compiled.finditer(text))
    return lambda: getattr(compiled, expression.method)(text)


FLOOR = 0.001  # seconds; below this nobody notices, and noise decides
SIZES = (2_048, 8_192)
MOST = 8.0  # times as long for four times the text; the square of four is 16


def growth(expression: Expression, shape: tuple[str, str, str]) -> float:
    """How many times longer a text of four times the length takes; 0 where it takes no time."""
    small, large = SIZES
    try:
        if seconds(expression, shape, small) < FLOOR:
            return 0.0
        least = min(seconds(expression, shape, small) for _ in range(3))
        return min(seconds(expression, shape, large) for _ in range(3)) / max(least, FLOOR / 4)
    except TooLong:
        return float("inf")
