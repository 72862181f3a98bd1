"""Tests in JavaScript and TypeScript: vitest, jest, mocha, jasmine, node:test and bun."""

import re
from collections.abc import Sequence
from pathlib import Path

import tree_sitter

from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests.appended import at_the_end
from hearth.engine.code_actions.unit_tests.exports import Exports, exports
from hearth.engine.code_actions.unit_tests.module_kinds import of_kind
from hearth.engine.code_actions.unit_tests.pieces import Kind, Piece, name_of, piece, used_names, with_comments
from hearth.engine.code_actions.unit_tests.plan import Plan, Style
from hearth.engine.code_actions.unit_tests.project import Project, fits, mirrored, relative
from hearth.engine.code_actions.unit_tests.script_paths import package_of, place_of
from hearth.engine.context.parsed import ParsedText
from hearth.engine.errors import EditRefused

_FOLDERS = ("__tests__", "tests", "test", "spec", "specs")
_SOURCES = ("src", "lib", "app")
_ENDINGS = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts")
_INFIX = re.compile(r"[._-](?:test|tests|spec)$")
_ESM = re.compile(r"^(?:import\b.*['\"]|export\b)", re.MULTILINE)
_REQUIRE = re.compile(r"=\s{0,8}+require\(")
_TESTED = ("describe", "it", "test", "suite", "context", "specify")
_SETUP = ("beforeEach", "afterEach", "beforeAll", "afterAll", "before", "after", "vi", "jest", "mock")
_COMMON = ("describe", "expect", "it", "test", "beforeEach", "afterEach", "beforeAll", "afterAll")
# framework -> (what its names are imported from, which these are)
_NAMES = {
    "vitest": ("vitest", (*_COMMON, "vi", "suite")),
    "jest": ("@jest/globals", (*_COMMON, "jest")),
    "node:test": ("node:test", (*_TESTED[:4], "before", "after", "beforeEach", "afterEach", "mock")),
    "bun": ("bun:test", (*_COMMON, "mock", "spyOn")),
    "mocha": ("chai", ("expect",)),
    "jasmine": ("jasmine", ()),
}
_SAID_IN_TESTS = (
    ("vitest", ("'vitest'", '"vitest"', "vi.fn(", "vi.mock(", "vi.spyOn(")),
    ("jest", ("@jest/globals", "jest.fn(", "jest.mock(", "jest.spyOn(")),
    ("node:test", ("'node:test'", '"node:test"')),
    ("bun", ("'bun:test'", '"bun:test"')),
    ("mocha", ("'chai'", '"chai"', "'mocha'", '"mocha"')),
)
_PACKAGES = (
    ("vitest", ()),
    ("jest", ("ts-jest", "react-scripts", "jest-preset-angular")),
    ("mocha", ()),
    ("jasmine", ("jasmine-core",)),
)
_SAID_IN_SCRIPTS = (
    ("vitest", "vitest"),
    ("jest", "jest"),
    ("jest", "react-scripts test"),
    ("mocha", "mocha"),
    ("jasmine", "jasmine"),
    ("bun", "bun test"),
    ("node:test", "node --test"),
    ("node:test", " --test"),
)


def plan(target: Target, project: Project) -> Plan:
    file, source = project.file, target.code.text
    found = exports(target.code)
    owner = target.definition.owner.split(".")[0] if target.definition and target.definition.owner else ""
    wanted = owner or target.name
    if not found.has(wanted):
        raise EditRefused(f"{wanted} is not exported, so a test cannot import it")
    package = project.nearest("package.json")
    root = package.parent if package is not None else project.top
    tests = project.tests(_is_test)
    near = [each for each in tests if each.is_relative_to(root)] or tests
    framework = _framework(project, project.texts(near))
    same = (each for each in tests if _stem(each) == file.stem and each.is_relative_to(root))
    path = next((each for each in same if fits(each, file, _FOLDERS)), None)
    path = path or _new(project, root, near, framework)
    old = project.read(path)
    texts = [old] if old and old.strip() else project.texts(near)
    framework = _framework(project, [*texts, *project.texts(near)])
    require = _requires(source, found, texts, framework, path)
    place = place_of(project, path, texts, framework, require, source)
    if "'" in place:
        raise EditRefused("the name of the file cannot stand in an import")
    style = old if old and old.strip() else "\n".join([*texts[:3], source])

    def own(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(_in_style(line, style) for line in found.imports(tuple(names), place, require))

    def whole(name: str) -> str:
        line = f'const {name} = require("{place}");' if require else f'import * as {name} from "{place}";'
        return _in_style(line, style)

    def forgotten(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(_in_style(line, style) for line in _frame(project, framework, names, texts, require))

    frames = [module for module, _ in _NAMES.values() if module != "chai"]
    first = ("describe", "expect" if framework != "node:test" else "assert", "it")
    return Plan(
        path,
        old,
        "node:test (with node:assert)" if framework == "node:test" else framework,
        _STYLE,
        (),
        own,
        frozenset(name for name in (*found.named, found.default) if name),
        wanted,
        stem=file.stem,
        whole=whole,
        forgotten=forgotten,
        told=forgotten(first),
        prepared=lambda answer: of_kind(answer, target.code.language, require),
        is_left_out=lambda statement: any(
            f"{quote}{name}{quote}" in statement for name in frames for quote in "'\""
        ),
    )


def _is_test(path: Path) -> bool:
    if path.suffix not in _ENDINGS or path.name.endswith(".d.ts"):
        return False
    return bool(_INFIX.search(path.stem)) or path.parent.name in _FOLDERS


def _stem(test: Path) -> str:
    return _INFIX.sub("", test.stem)


def _framework(project: Project, texts: list[str]) -> str:
    """By the nearest tests that say it, else by the manifests around the file, the nearest one first."""
    for text in texts:
        for name, signs in _SAID_IN_TESTS:
            if any(sign in text for sign in signs):
                return name
    for folder in project.folders():
        said = package_of(project, folder / "package.json")
        scripts = said.get("scripts")
        script = str(scripts.get("test") or "") if isinstance(scripts, dict) else ""
        for name, sign in _SAID_IN_SCRIPTS:
            if sign in script:
                return name
        parts = [said.get(key) for key in ("devDependencies", "dependencies")]
        packages = {name for part in parts if isinstance(part, dict) for name in part} | set(said) & {"jest"}
        for name, others in _PACKAGES:
            if packages & {name, *others}:
                return name
        names = project.disk.entries(folder)
        for name in ("vitest", "jest"):
            if any(each.startswith(f"{name}.config.") for each in names):
                return name
        if any(project.disk.is_file(folder / f".mocharc.{kind}") for kind in ("json", "js", "cjs", "yml", "yaml")):
            return "mocha"
    return "node:test"


def _frame(
    project: Project, framework: str, names: Sequence[str], texts: list[str], require: bool
) -> tuple[str, ...]:
    """The imports of those names that the framework has."""
    if framework == "node:test" and "expect" in names:
        raise EditRefused("there is no `expect` in node:test: use assert")
    lines: list[str] = []
    module, all_of_it = _NAMES[framework]
    said = any(f"'{module}'" in text or f'"{module}"' in text for text in texts)
    needs = said or framework in ("node:test", "bun") or (framework == "vitest" and not texts)
    if framework == "mocha":
        needs = said or (not texts and _has_chai(project))
    if needs and (wanted := [name for name in names if name in all_of_it]):
        joined = ", ".join(wanted)
        lines.append(
            f'const {{ {joined} }} = require("{module}");'
            if require
            else f'import {{ {joined} }} from "{module}";'
        )
    if "assert" in names or ("expect" in names and framework == "mocha" and not needs and not lines):
        lines.append(
            'const assert = require("node:assert");' if require else 'import assert from "node:assert/strict";'
        )
    return tuple(lines)


def _has_chai(project: Project) -> bool:
    said = [package_of(project, folder / "package.json") for folder in project.folders()]
    return any("chai" in str(each.get("devDependencies")) + str(each.get("dependencies")) for each in said)


def _requires(source: str, found: Exports, texts: list[str], framework: str, path: Path) -> bool:
    for text in texts:
        if _ESM.search(text):
            return False
        if _REQUIRE.search(text):
            return True
    if path.suffix in (".mjs", ".ts", ".tsx", ".mts"):
        return False
    return path.suffix == ".cjs" or (found.commonjs and framework not in ("vitest", "bun"))


def _new(project: Project, root: Path, near: list[Path], framework: str) -> Path:
    file = project.file
    infixes = [found[0] if (found := _INFIX.search(each.stem)) else "" for each in near[:5]]
    infix = max(infixes, key=infixes.count) if infixes else ".test"
    folder = _folder(project, root, near, framework)
    if not infix and folder == file.parent:
        infix = ".test"
    return folder / f"{file.stem}{infix}{file.suffix}"


def _folder(project: Project, root: Path, near: list[Path], framework: str) -> Path:
    file, disk = project.file, project.disk
    if any(each.parent == file.parent for each in near):
        return file.parent
    first = near[0] if near else None
    at = next((each for each in first.parents if each.name in _FOLDERS), None) if first is not None else None
    if first is not None and (at is None or not at.is_relative_to(root)):
        return file.parent  # tests stand beside what they test
    if at is not None and not file.is_relative_to(at.parent):
        return file.parent / at.name
    if at is None:
        folders = (folder / name for folder in project.folders() for name in _FOLDERS)
        at = next((each for each in folders if disk.is_folder(each) and each.is_relative_to(root)), None)
    if at is None:
        return root / "test" if framework == "mocha" else file.parent
    parts = relative(file.parent, at.parent)
    best = mirrored(at, parts, disk)
    return best if best != at else mirrored(at / "unit" if disk.is_folder(at / "unit") else at, parts, disk)


def _in_style(line: str, source: str) -> str:
    """With the quotes of the source, and with its semicolons."""
    if source.count("'") > source.count('"'):
        line = line.replace('"', "'")
    ends = [each.rstrip() for each in source.split("\n") if each.startswith(("import ", "export *", "const "))]
    whole = [each for each in ends if each.endswith(("'", '"', ")", ";"))]
    if whole and not any(each.endswith(";") for each in whole):
        line = line.rstrip(";")
    return line


def _pieces(code: ParsedText) -> list[Piece]:
    nodes = code.tree.root_node.named_children if code.tree else []
    return [_piece(code, node, first) for node, first in with_comments(nodes)]


def _piece(code: ParsedText, node: tree_sitter.Node, first: int) -> Piece:
    kind: Kind = "other"
    names: list[str] = []
    if node.type == "import_statement":
        kind = "import"
    elif node.type == "expression_statement":
        called = re.match(r"(?:await )?([\w$]+)", text_of(code, node))
        kind = (
            "test" if called and called[1] in _TESTED else "setup" if called and called[1] in _SETUP else "other"
        )
    elif node.type in ("lexical_declaration", "variable_declaration"):
        kind = "import" if "require(" in text_of(code, node) else "helper"
        patterns = [each.child_by_field_name("name") for each in node.named_children]
        names = sorted({name for each in patterns if each is not None for name in used_names(code, each)})
    elif node.type.endswith("_declaration"):
        kind, names = "helper", [name_of(code, node)]
    return piece(code, kind, node, names, first)


_STYLE = Style(_pieces, lambda code, body: at_the_end(code, body, "\n\n"))
