"""Tests in Python: pytest, unittest and Django's."""

import keyword
import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import tree_sitter

from hearth.engine.code_actions.edits import Edit, line_end
from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests.appended import at_the_end, tested_names
from hearth.engine.code_actions.unit_tests.pieces import Kind, Piece, name_of, piece, used_names, with_comments
from hearth.engine.code_actions.unit_tests.plan import Plan, Style
from hearth.engine.code_actions.unit_tests.project import Project, fits, mirrored, relative
from hearth.engine.context.parsed import ParsedText

_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")
_FOLDERS = ("tests", "test", "testing")
_MAX_ABOUT = 60  # tests that are read to find the one about this file
_SOURCES = ("src", "lib", "python")
_IMPORTED = re.compile(r"^[ \t]{0,16}+(?:from|import)[ \t]++([\w.]++)", re.MULTILINE)
_RELATIVE = re.compile(r"^from[ \t]++\.", re.MULTILINE)
_CASE = re.compile(r"\((?:unittest\.)?\w{0,40}?TestCase\)")
_FUNCTION = re.compile(r"^(?:async )?def test", re.MULTILINE)
_STANDARD = {
    "pytest": "import pytest",
    "unittest": "import unittest",
    "mock": "from unittest import mock",
    "TestCase": "from unittest import TestCase",
    **{name: f"from unittest.mock import {name}" for name in ("patch", "Mock", "MagicMock", "AsyncMock", "ANY")},
    **{
        name: f"import {name}"
        for name in ("os", "re", "json", "math", "asyncio", "datetime", "tempfile", "random", "io")
    },
    "Path": "from pathlib import Path",
    "Decimal": "from decimal import Decimal",
}


def plan(target: Target, project: Project) -> Plan:
    file = project.file
    manifest = project.nearest(*_MANIFESTS)
    root = manifest.parent if manifest else project.top
    tests = project.tests(_is_test)
    module = _module(project, root, tests)
    stem = {"__init__": file.parent.name, "__main__": "main"}.get(file.stem, file.stem)
    stem = re.sub(r"\W", "_", stem)
    path = _existing(project, root, tests, stem, module) or _new(project, root, tests, stem, manifest is not None)
    old = project.read(path)
    near = [each for each in tests if each.parent == path.parent] or tests
    texts = [old] if old and old.strip() else project.texts(near)
    framework = _framework(project, root, texts)
    definition = target.definition
    wanted = definition.owner.split(".")[0] if definition is not None and definition.owner else target.name
    imported = _as_seen_from(
        path, project, module, project.texts([each for each in tests if each.parent == path.parent])
    )
    importable = all(part.isidentifier() and not keyword.iskeyword(part) for part in module.split("."))

    def own(names: Sequence[str]) -> tuple[str, ...]:
        return (f"from {imported} import {', '.join(names)}",) if importable else ("import importlib",)

    def whole(name: str) -> str:
        package, _, last = module.rpartition(".")
        if not importable:
            return ""
        if name == module.split(".")[0]:
            return f"import {module}"
        if name == last and package:
            return f"from {package} import {name}"
        return f"import {module} as {name}"

    imports = {"unittest": ("import unittest",), "Django": ("from django.test import TestCase",)}.get(
        framework, ()
    )
    return Plan(
        path,
        old,
        framework,
        _UNITTEST if imports else _PYTEST,
        imports,
        own,
        tested_names(target.code) if importable else frozenset(),
        wanted,
        stem=file.stem,
        whole=whole,
        forgotten=lambda names: tuple(_STANDARD[name] for name in names if name in _STANDARD),
        prelude="" if importable else f'{wanted} = importlib.import_module("{module}").{wanted}',
    )


def _is_test(path: Path) -> bool:
    name = path.name
    return path.suffix == ".py" and (name.startswith("test_") or name.endswith("_test.py") or name == "tests.py")


def _existing(project: Project, root: Path, tests: list[Path], stem: str, module: str) -> Path | None:
    """The file that the tests of this one stand in."""
    names = (f"test_{stem}.py", f"{stem}_test.py", f"test{stem}.py")
    for path in tests:
        is_near = path.is_relative_to(root) and fits(path, project.file, _FOLDERS)
        if path.name in names and (is_near or module in _IMPORTED.findall(project.text(path))):
            return path
    django = project.file.with_name("tests.py")  # of an application of Django
    if django in tests and "TestCase" in project.text(django):
        return django
    return next(iter(_about(project, tests, module)), None)


def _about(project: Project, tests: list[Path], module: str) -> list[Path]:
    """The tests with another name that import this module, and nothing else of the project."""
    top = module.split(".")[0]
    found = []
    for path in tests[:_MAX_ABOUT]:
        imported = {each for each in _IMPORTED.findall(project.text(path)) if each.split(".")[0] == top}
        if imported == {module} and "." in module:
            found.append(path)
    return found if len(found) == 1 else []


def _new(project: Project, root: Path, tests: list[Path], stem: str, has_manifest: bool) -> Path:
    suffix = sum(each.name.endswith("_test.py") for each in tests[:50])
    prefix = sum(each.name.startswith("test_") for each in tests[:50])
    name = f"{stem}_test.py" if suffix > prefix else f"test_{stem}.py"
    folder = _folder(project, root, tests, has_manifest)
    clash = any(each.name == name and each.parent != folder and each.is_relative_to(root) for each in tests)
    if clash and not project.disk.is_file(folder / "__init__.py"):
        # pytest takes two files of one name for one module, unless their folders are packages.
        package = re.sub(r"\W", "_", project.file.parent.name)
        name = name.replace(stem, f"{package}_{stem}", 1)
    return folder / name


def _folder(project: Project, root: Path, tests: list[Path], has_manifest: bool) -> Path:
    file, disk = project.file, project.disk
    if any(each.parent == file.parent for each in tests) and not disk.is_folder(file.parent / "tests"):
        return file.parent
    for folder in project.folders():
        for name in _FOLDERS:
            if disk.is_folder(folder / name) and not file.is_relative_to(folder / name):
                parts = relative(file.parent, folder)
                parts = parts[1:] if parts[:1] and parts[0] in _SOURCES else parts
                found = mirrored(folder / name, parts, disk)
                unit = folder / name / "unit"
                return mirrored(unit, parts, disk) if found == folder / name and disk.is_folder(unit) else found
        if folder == root:
            break
    if tests:
        return tests[0].parent
    configured = _testpaths(project, root)
    if configured:
        return root / configured
    return root / "tests" if has_manifest and file.parent != root else file.parent


def _framework(project: Project, root: Path, texts: list[str]) -> str:
    if any("django.test" in text for text in texts):
        return "Django"
    if any(_CASE.search(text) for text in texts):
        functions = any("import pytest" in text or _FUNCTION.search(text) for text in texts)
        return "pytest" if functions else "unittest"
    if not texts and project.nearest("manage.py") is not None and not project.nearest("pytest.ini", "conftest.py"):
        return "Django"
    return "pytest"


def _testpaths(project: Project, root: Path) -> str:
    found = _table(project, root, "tool", "pytest", "ini_options").get("testpaths")
    first = found[0] if isinstance(found, list) and found else found
    return first if isinstance(first, str) and ".." not in first and not Path(first).is_absolute() else ""


def _module(project: Project, root: Path, tests: list[Path]) -> str:
    """What the tests import the file as: the way they import others of the project, else by its packages."""
    default = _import_root(project, root)
    imported = {name for text in project.texts(tests) for name in _IMPORTED.findall(text)}
    tops = {name.split(".")[0] for name in imported}
    names = [_dotted(project.file, folder) for folder in (default, *project.folders())]
    names = [name for name in names if name]
    exact = next((name for name in names if name in imported), None)
    if exact is not None:
        return exact
    known = next((name for name in names if name.split(".")[0] in tops - sys.stdlib_module_names), None)
    return known or names[0]


def _import_root(project: Project, root: Path) -> Path:
    file, disk = project.file, project.disk
    for place in _configured(project, root):
        if file.is_relative_to(root / place):
            return root / place
    folder = file.parent
    if disk.is_file(folder / "__init__.py"):
        while disk.is_file(folder / "__init__.py") and folder != project.top:
            folder = folder.parent
        return folder
    for around in project.folders():
        if around.name in _SOURCES and around != root and around.is_relative_to(root):
            return around
    return root


def _configured(project: Project, root: Path) -> list[str]:
    """The folders that the manifest says the packages lie in."""
    found: list[object] = []
    pytest = _table(project, root, "tool", "pytest", "ini_options").get("pythonpath")
    found += pytest if isinstance(pytest, list) else [pytest]
    where = _table(project, root, "tool", "setuptools", "packages", "find").get("where")
    found += where if isinstance(where, list) else [where]
    found += list(_table(project, root, "tool", "setuptools", "package-dir").values())
    packages = _table(project, root, "tool", "poetry").get("packages")
    found += (
        [each.get("from") for each in packages if isinstance(each, dict)] if isinstance(packages, list) else []
    )
    return [each for each in found if isinstance(each, str) and each.strip("./") and ".." not in each]


def _table(project: Project, root: Path, *names: str) -> dict[str, object]:
    try:
        found: object = tomllib.loads(project.text(root / "pyproject.toml"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _dotted(file: Path, folder: Path) -> str:
    parts = list(relative(file.with_suffix(""), folder))
    if parts and parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) or ("" if file.stem == "__init__" else file.stem)


def _as_seen_from(test: Path, project: Project, module: str, siblings: list[str]) -> str:
    """The module, relative to the test where the tests beside it import so."""
    if not project.disk.is_file(test.parent / "__init__.py") or not any(map(_RELATIVE.search, siblings)):
        return module
    parts = module.split(".")
    above = len(parts) - (project.file.stem != "__init__")
    if above > len(project.file.parents):
        return module
    root = project.file.parent
    for _ in range(above):
        root = root.parent
    ours = relative(test.parent, root)
    same = 0
    while same < min(len(ours), len(parts)) and ours[same] == parts[same]:
        same += 1
    if not same:
        return module
    return "." * (len(ours) - same + 1) + ".".join(parts[same:])


def _pieces(code: ParsedText, case: bool) -> list[Piece]:
    nodes = code.tree.root_node.named_children if code.tree else []
    found = []
    for node, first in with_comments(nodes):
        inner = node.child_by_field_name("definition") or node
        kind: Kind = "other"
        names = [name_of(code, inner)]
        if node.type in ("import_statement", "import_from_statement", "future_import_statement"):
            kind, names = "import", []
        elif inner.type in ("function_definition", "class_definition"):
            kind = "test" if _tests_something(code, inner, case) else "helper"
            if "autouse" in text_of(code, node) or names[0] in ("setup_module", "teardown_module", "setUpModule"):
                kind = "setup" if kind == "helper" else kind
        elif node.type == "expression_statement" and node.named_children[0].type == "assignment":
            left = node.named_children[0].child_by_field_name("left")
            names = sorted(used_names(code, left)) if left is not None else []
            kind = "setup" if names == ["pytestmark"] else "helper"
        found.append(piece(code, kind, node, names, first))
    return found


def _tests_something(code: ParsedText, node: tree_sitter.Node, case: bool) -> bool:
    name, text = name_of(code, node), text_of(code, node)
    if node.type == "class_definition":
        return "def test" in text and (name.startswith("Test") or "TestCase" in text.split("\n")[0])
    return not case and name.startswith("test")


def _place(code: ParsedText, body: str) -> Edit:
    """At the end, but above `if __name__ == "__main__"`, which runs them."""
    last = code.tree.root_node.named_children[-1:] if code.tree else []
    if last and last[0].type == "if_statement" and "__name__" in text_of(code, last[0]).split("\n")[0]:
        at = code.offset(last[0].start_byte)
        return Edit(at, at, body + line_end(code.text) * 3)
    return at_the_end(code, body, "\n\n\n")


_PYTEST = Style(lambda code: _pieces(code, case=False), _place, "\n\n\n")
_UNITTEST = Style(lambda code: _pieces(code, case=True), _place, "\n\n\n")
