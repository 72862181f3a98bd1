"""Tests in Go: in the package, or in its `_test` package."""

import re
from collections.abc import Sequence
from pathlib import Path

import tree_sitter

from hearth.engine.code_actions.edits import Edit, applied
from hearth.engine.code_actions.syntax_nodes import leaves, text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests.appended import at_the_end, tested_names
from hearth.engine.code_actions.unit_tests.pieces import Kind, Piece, name_of, piece, used_names, with_comments
from hearth.engine.code_actions.unit_tests.plan import Plan, Style
from hearth.engine.code_actions.unit_tests.project import Project
from hearth.engine.context.parsed import ParsedText, parse

_PACKAGE = re.compile(r"^package[ \t]++(\w++)", re.MULTILINE)
_MODULE = re.compile(r"^module[ \t]++\"?([^\s\"]++)", re.MULTILINE)
_TEST = re.compile(r"(?:Test|Benchmark|Example|Fuzz)")
_STANDARD = ("errors", "fmt", "reflect", "strings", "strconv", "math", "sort", "time", "os", "io", "bytes", "sync")
_TESTIFY = ("assert", "require")


def plan(target: Target, project: Project) -> Plan:
    file = project.file
    package = _package(target.code.text) or "main"
    tests = [each for each in project.tests(_is_test) if each.parent == file.parent]
    own_file = file.with_name(f"{file.stem}_test.go")
    packages = [_package(project.text(each)) for each in tests]
    path, outside = own_file, _is_outside(packages, package)
    if own_file in tests and (declared := _package(project.text(own_file))):
        outside = declared == f"{package}_test"
    names = tested_names(target.code)
    needs_inside = not _is_exported(target) or package == "main"
    if outside and needs_inside:
        outside = False
        if own_file in tests:
            path = file.with_name(f"{file.stem}_internal_test.go")
    module = _import_path(project) if outside else ""
    outside = outside and bool(module)
    testify = any("stretchr/testify" in project.text(each) for each in tests[:20])
    if not tests and (manifest := project.nearest("go.mod")) is not None:
        testify = "stretchr/testify" in project.text(manifest)

    def own(names: Sequence[str]) -> tuple[str, ...]:
        if not outside:
            return ()
        alias = "" if module.rpartition("/")[2] == package else f"{package} "
        return (f'import {alias}"{module}"',)

    def forgotten(names: Sequence[str]) -> tuple[str, ...]:
        found = [f'import "{name}"' for name in names if name in _STANDARD]
        if testify:
            found += [f'import "github.com/stretchr/testify/{name}"' for name in names if name in _TESTIFY]
        return tuple(found)

    exported = frozenset(name for name in names if name[:1].isupper())
    return Plan(
        path,
        project.read(path),
        "Go testing (with testify's assert)" if testify else "Go testing",
        _STYLE,
        ('import "testing"',),
        own,
        frozenset(),
        target.name,
        stem=package,
        forgotten=forgotten,
        told=(f"package {package}_test" if outside else f"package {package}",),
        head=f"package {package}_test\n" if outside else f"package {package}\n",
        prepared=lambda answer: _prepared(
            answer, target.code, package, exported | {target.name} if outside else None
        ),
    )


def _is_test(path: Path) -> bool:
    return path.name.endswith("_test.go")


def _package(text: str) -> str:
    found = _PACKAGE.search(text)
    return found[1] if found else ""


def _is_outside(packages: list[str], package: str) -> bool:
    return packages.count(f"{package}_test") > packages.count(package)


def _is_exported(target: Target) -> bool:
    """A method of a type that is not exported needs the package too."""
    definition = target.definition
    receiver = (
        re.search(r"^\s*func\s*\([^)]{0,200}?(\w{1,100}+)(?:\[[^\]]{0,200}\])?\)", definition.signature)
        if definition
        else None
    )
    names = [target.name, *([receiver[1]] if receiver else [])]
    return all(name[:1].isupper() for name in names)


def _import_path(project: Project) -> str:
    manifest = project.nearest("go.mod")
    found = _MODULE.search(project.text(manifest)) if manifest is not None else None
    if manifest is None or found is None:
        return ""
    below = project.file.parent.relative_to(manifest.parent).as_posix()
    return found[1] if below == "." else f"{found[1]}/{below}"


def _prepared(answer: str, code: ParsedText, package: str, outside: frozenset[str] | set[str] | None) -> str:
    """The answer with the package's name before what it tests; without it for tests in the package."""
    answered = parse(answer, code.language)
    if answered.tree is None:
        return answer
    edits: list[Edit] = []
    defined = {name_of(answered, node) for node in answered.tree.root_node.named_children}
    for leaf in leaves(answered.tree.root_node, without=("import_declaration", "package_clause")):
        start = answered.offset(leaf.start_byte)
        around, following = leaf.parent, leaf.next_sibling
        before = leaf.prev_sibling
        if outside is None:
            prefixed = leaf.type in ("identifier", "package_identifier") and text_of(answered, leaf) == package
            if prefixed and following is not None and following.type == ".":
                edits.append(Edit(start, answered.offset(following.end_byte), ""))
        elif leaf.type in ("identifier", "type_identifier") and text_of(answered, leaf) in outside - defined:
            is_key = around is not None and around.type == "literal_element" and _is_key(around)
            if (before is None or before.type != ".") and not is_key:
                edits.append(Edit(start, start, f"{package}."))
    return applied(answer, tuple(edits))


def _is_key(element: tree_sitter.Node) -> bool:
    return element.next_sibling is not None and element.next_sibling.type == ":"


def _pieces(code: ParsedText) -> list[Piece]:
    found: list[Piece] = []
    for node, first in with_comments(code.tree.root_node.named_children if code.tree else ()):
        kind: Kind = "other"
        names: list[str] = []
        if node.type == "import_declaration":
            found += _imports(code, node)
            continue
        if node.type == "function_declaration":
            names = [name_of(code, node)]
            kind = "test" if _TEST.match(names[0]) else "setup" if names[0] == "TestMain" else "helper"
        elif node.type in ("var_declaration", "const_declaration", "type_declaration"):
            kind = "helper"
            specs = [spec for each in node.named_children for spec in (each, *each.named_children)]
            names = [name_of(code, spec) for spec in specs if name_of(code, spec)]
        elif node.type == "method_declaration":
            receiver = node.child_by_field_name("receiver")
            kind, names = "helper", sorted(used_names(code, receiver)) if receiver is not None else []
        found.append(piece(code, kind, node, names, first))
    return found


def _imports(code: ParsedText, node: tree_sitter.Node) -> list[Piece]:
    """One for each spec, so that each counts for itself."""
    found: list[Piece] = []
    waiting = [node]
    while waiting:
        each = waiting.pop(0)
        if each.type == "import_spec":
            start, end = code.offset(each.start_byte), code.offset(each.end_byte)
            found.append(Piece("import", f"import {text_of(code, each)}", (), frozenset(), start, end))
        waiting += each.named_children
    return found


_STYLE = Style(_pieces, lambda code, body: at_the_end(code, body, "\n\n"))
