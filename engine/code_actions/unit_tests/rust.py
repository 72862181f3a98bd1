"""Tests in Rust: in the file itself, or under `tests/` where a crate has them only there."""

import re
from collections.abc import Sequence
from pathlib import Path

import tree_sitter

from hearth.engine.code_actions.edits import Edit, indent_unit, line_end
from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests.appended import at_the_end, tested_names
from hearth.engine.code_actions.unit_tests.pieces import Kind, Piece, name_of, piece, with_comments
from hearth.engine.code_actions.unit_tests.plan import Plan, Style
from hearth.engine.code_actions.unit_tests.project import Project
from hearth.engine.context.parsed import ParsedText

_MODULE_FILE = re.compile(r"#\[cfg\(test\)\]\s{0,80}+mod\s{1,8}+(\w{1,80}+)\s{0,8}+;")
_CRATE = re.compile(r"^name\s{0,8}+=\s{0,8}+\"([\w-]{1,100}+)\"", re.MULTILINE)
_ATTRIBUTES = ("attribute_item", "inner_attribute_item")
_TEST = re.compile(r"#\[(?:\w{1,40}+::)?(?:test|rstest|test_case)\b")
_USE_SUPER = "use super::*;"


def plan(target: Target, project: Project) -> Plan:
    file, text = project.file, target.code.text
    named = _MODULE_FILE.search(text)
    if named is not None:
        folder = file.parent if file.stem in ("lib", "main", "mod") else file.with_suffix("")
        path = next((each for each in (folder / named[1] / "mod.rs",) if project.disk.is_file(each)), None)
        return _plan(target, project, path or folder / f"{named[1]}.rs", _IN_FILE, (_USE_SUPER,))
    outside = _outside(target, project)
    return outside or _plan(target, project, file, _INSIDE, (_USE_SUPER,))


def _plan(target: Target, project: Project, path: Path, style: Style, imports: tuple[str, ...]) -> Plan:
    # Everything of the file is there by `use super::*`, so nothing else of it is imported.
    return Plan(
        path,
        project.read(path),
        "Rust",
        style,
        imports,
        lambda names: (),
        tested_names(target.code),
        target.name,
        told=("#[cfg(test)]", "mod tests {") if style is _INSIDE else (),
    )


def _outside(target: Target, project: Project) -> Plan | None:
    """Under `tests/`, where the crate's tests stand there and nowhere in its sources."""
    manifest = project.nearest("Cargo.toml")
    definition = target.definition
    if manifest is None or definition is None or definition.owner:
        return None
    file, root = project.file, manifest.parent
    crate = _CRATE.search(project.text(manifest))
    sources = [each for each in project.near() if each.suffix == ".rs" and each.is_relative_to(root / "src")]
    tests = [each for each in project.near() if each.suffix == ".rs" and each.parent == root / "tests"]
    is_public = target.code.text[target.start : definition.body].lstrip().startswith("pub ")
    is_library = project.disk.is_file(root / "src" / "lib.rs") and file.is_relative_to(root / "src")
    if not tests or crate is None or not is_public or not is_library:
        return None
    if any("#[cfg(test)]" in text for text in project.texts([file, *sources])):
        return None
    module = [part for part in file.relative_to(root / "src").with_suffix("").parts if part not in ("lib", "mod")]
    if module and f"pub mod {module[0]}" not in project.text(root / "src" / "lib.rs"):
        return None
    prefix = "::".join([crate[1].replace("-", "_"), *module])

    def own(names: Sequence[str]) -> tuple[str, ...]:
        return (f"use {prefix}::{names[0]};" if len(names) == 1 else f"use {prefix}::{{{', '.join(names)}}};",)

    name = f"{file.stem if file.stem != 'lib' else crate[1].replace('-', '_')}.rs"
    named = next(
        (each for each in tests if each.stem in (file.stem, f"{file.stem}_test", f"test_{file.stem}")), None
    )
    path = named or root / "tests" / name
    old = project.read(path)
    return Plan(path, old, "Rust", _IN_FILE_APART, (), own, tested_names(target.code), target.name, stem=file.stem)


def _pieces(code: ParsedText) -> list[Piece]:
    """Those of the answer's module of tests, and those beside it."""
    found: list[Piece] = []
    waiting = list(with_comments(code.tree.root_node.named_children if code.tree else (), _ATTRIBUTES))
    while waiting:
        node, first = waiting.pop(0)
        body = node.child_by_field_name("body")
        if node.type == "mod_item" and body is not None:
            waiting = with_comments(body.named_children, _ATTRIBUTES) + waiting
            continue
        kind: Kind = "helper"
        names = [name_of(code, node)]
        if node.type == "use_declaration":
            kind, names = "import", []
        elif node.type == "function_item":
            attributes = code.text[code.offset(first) : code.offset(node.start_byte)]
            kind = "test" if _TEST.search(attributes) else "helper"
        elif node.type == "impl_item" and (about := node.child_by_field_name("type")) is not None:
            names = [text_of(code, about)]
        found.append(piece(code, kind, node, names, first))
    return found


def _place_inside(code: ParsedText, body: str) -> Edit:
    """At the end of the module of tests; the file gets one if it has none."""
    unit, newline = indent_unit(code.text), line_end(code.text)
    module = _module_of_tests(code)
    if module is None:
        whole = f"#[cfg(test)]\nmod tests {{\n{indented(body.replace(newline, chr(10)), unit)}\n}}"
        return at_the_end(code, whole.replace("\n", newline), "\n\n")
    at = code.offset(module.end_byte) - 1
    inside = code.text[code.offset(module.start_byte) + 1 : at]
    at = code.offset(module.start_byte) + 1 + len(inside.rstrip())
    text = indented(body.replace(newline, "\n"), unit)
    gap = "\n\n" if inside.strip() else "\n"
    return Edit(at, code.offset(module.end_byte) - 1, f"{gap}{text}\n".replace("\n", newline))


def indented(text: str, unit: str) -> str:
    return "\n".join(unit + line if line.strip() else line for line in text.split("\n"))


def _module_of_tests(code: ParsedText) -> tree_sitter.Node | None:
    for node, first in with_comments(code.tree.root_node.named_children if code.tree else (), _ATTRIBUTES):
        attributes = code.text[code.offset(first) : code.offset(node.start_byte)]
        if node.type == "mod_item" and ("cfg(test)" in attributes or name_of(code, node) == "tests"):
            return node.child_by_field_name("body")
    return None


_INSIDE = Style(_pieces, _place_inside, imports_inside=True)
_IN_FILE = Style(_pieces, lambda code, body: at_the_end(code, body, "\n\n"))
_IN_FILE_APART = _IN_FILE
