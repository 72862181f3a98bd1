"""Tests in C++: GoogleTest, Catch2 or doctest, whichever the project has."""

import os
import re
from pathlib import Path

from hearth.engine.code_actions.edits import Edit
from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests.appended import at_the_end
from hearth.engine.code_actions.unit_tests.pieces import Kind, Piece, used_names
from hearth.engine.code_actions.unit_tests.plan import Plan, Style
from hearth.engine.code_actions.unit_tests.project import Project, mirrored, relative
from hearth.engine.context.parsed import ParsedText
from hearth.engine.errors import EditRefused

_INCLUDE = re.compile(r"^[ \t]{0,16}+#[ \t]{0,16}+include[ \t]{0,16}+([<\"][^>\"\n]{1,300}+[>\"])", re.MULTILINE)
_SOURCES = (".cpp", ".cc", ".cxx", ".c++", ".C")
_HEADERS = (".h", ".hpp", ".hh", ".hxx")
_MANIFESTS = (
    "CMakeLists.txt",
    "conanfile.txt",
    "conanfile.py",
    "vcpkg.json",
    "meson.build",
    "BUILD",
    "BUILD.bazel",
    "MODULE.bazel",
)
_SIGNS = (("GoogleTest", ("gtest", "googletest")), ("Catch2", ("catch2", "catch.hpp")), ("doctest", ("doctest",)))
_DEFAULT = {
    "GoogleTest": "<gtest/gtest.h>",
    "Catch2": "<catch2/catch_test_macros.hpp>",
    "doctest": "<doctest/doctest.h>",
}
_NAME = re.compile(r"(?:^(?:test|unittest)s?[_-]?(?=.))|(?:[_-]?(?:unit)?tests?$)|(?:Tests?$)", re.IGNORECASE)
_FOLDERS = ("tests", "test", "unittests", "unit_tests", "unittest")
_TEST = re.compile(r"(?:TEST(?:_F|_P|_CASE|_CASE_METHOD)?|TYPED_TEST|SCENARIO|TEMPLATE_TEST_CASE)\b")


def plan(target: Target, project: Project) -> Plan:
    head = target.code.text[target.start : target.definition.body] if target.definition else ""
    if re.match(r"\s*static\b", head) and not (target.definition and "class" in target.definition.owner):
        raise EditRefused(f"{target.name} is static, so a test in another file cannot call it")
    tests = project.tests(lambda path: path.suffix in _SOURCES and bool(_NAME.search(path.stem)))
    tests = [each for each in tests if _framework_in(_INCLUDE.findall(project.text(each)))] if tests else []
    file = project.file
    named = [each for each in tests if _NAME.sub("", each.stem).lower() == file.stem.lower()]
    path = named[0] if named else _new(project, tests)
    old = project.read(path)
    includes = _INCLUDE.findall(old or "") or [
        each for text in project.texts(tests[:1]) for each in _INCLUDE.findall(text)
    ]
    framework = _framework_in(includes) or _framework_of_manifests(project)
    if not framework:
        raise EditRefused("no framework for tests (GoogleTest, Catch2, doctest) was found near this file")
    frame = next((each for each in includes if _framework_in([each])), _DEFAULT[framework])
    return Plan(
        path,
        old,
        framework,
        _STYLE,
        (f"#include {frame}", f"#include {_header(project, path, target.code.text)}"),
        lambda names: (),
        frozenset(),
        target.name,
        stem=file.stem,
        is_left_out=lambda include: _is_known(include, file.stem),
    )


def _is_known(include: str, stem: str) -> bool:
    """Whether it is that of the framework, or of the tested file."""
    found = _INCLUDE.findall(include)
    return bool(found) and (bool(_framework_in(found)) or Path(found[0][1:-1]).stem == stem)


def _framework_in(includes: list[str]) -> str:
    for name, signs in _SIGNS:
        if any(sign in include.lower() for include in includes for sign in signs):
            return name
    return ""


def _framework_of_manifests(project: Project) -> str:
    for folder in project.folders():
        for manifest in _MANIFESTS:
            if found := _framework_in([project.text(folder / manifest).lower()]):
                return found
    return ""


def _new(project: Project, tests: list[Path]) -> Path:
    file = project.file
    if tests:
        first = tests[0]
        found = _NAME.search(first.stem)
        before = found is not None and found.start() == 0
        mark = found[0] if found is not None else "_test"
        name = f"{mark}{file.stem}" if before else f"{file.stem}{mark}"
        return first.parent / f"{name}{first.suffix}"
    for folder in project.folders():
        for name in _FOLDERS:
            if project.disk.is_folder(folder / name):
                place = mirrored(folder / name, relative(file.parent, folder), project.disk)
                return place / f"{file.stem}_test{file.suffix if file.suffix in _SOURCES else '.cpp'}"
    return file.with_name(f"{file.stem}_test{file.suffix if file.suffix in _SOURCES else '.cpp'}")


def _header(project: Project, test: Path, source: str) -> str:
    """The include of the file that declares what is tested: as the source itself writes it."""
    file = project.file
    if file.suffix not in _HEADERS:
        for include in _INCLUDE.findall(source):
            if Path(include[1:-1]).stem == file.stem:
                beside = project.disk.is_file(file.parent / include[1:-1]) and "/" not in include
                return _relative(file.parent / include[1:-1], test, project) if beside else include
    header = file
    if file.suffix in _SOURCES:
        header = next(
            (each for each in project.near() if each.stem == file.stem and each.suffix in _HEADERS), file
        )
    return _relative(header, test, project)


def _relative(header: Path, test: Path, project: Project) -> str:
    for folder in header.parents:
        if folder.name == "include":
            return f'"{header.relative_to(folder).as_posix()}"'
    above = os.path.relpath(header, test.parent).replace(os.sep, "/")
    return f'"{above}"'


def _pieces(code: ParsedText) -> list[Piece]:
    """By brackets: the grammar takes `TEST_CASE("…") {` for two statements, of which one is not complete."""
    found: list[Piece] = []
    nodes = code.tree.root_node.children if code.tree else []
    number = 0
    while number < len(nodes):
        node = nodes[number]
        last = node
        kind: Kind = "other"
        text = text_of(code, node)
        is_test = _TEST.match(text) is not None
        if is_test and "{" not in text:
            while number + 1 < len(nodes) and last.type != "compound_statement":
                number += 1
                last = nodes[number]
        number += 1
        start, end = code.offset(node.start_byte), code.offset(last.end_byte)
        whole = code.text[start:end].strip()
        names = [whole[: whole.find(")") + 1]] if is_test else []
        uses = frozenset(used_names(code, node) | used_names(code, last))
        if node.type == "preproc_include":
            kind = "import"
        elif is_test:
            kind = "test"
        else:
            declared = node.child_by_field_name("name") or node.child_by_field_name("declarator")
            names = [*(used_names(code, declared) if declared is not None else ())]
            kind = "helper" if names and node.type != "ERROR" else "other"
        found.append(Piece(kind, whole, tuple(names), uses, start, end))
    return found


def _place(code: ParsedText, body: str) -> Edit:
    return at_the_end(code, body, "\n\n")


_STYLE = Style(_pieces, _place, lenient=True)
