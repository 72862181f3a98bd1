"""Tests for a function: where they go, in which framework, and how they get into the file."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tree_sitter

from hearth.engine.characters import one_line
from hearth.engine.code_actions.answered import code_in
from hearth.engine.code_actions.edits import Edit, refuse_errors
from hearth.engine.code_actions.statements import outline
from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText, parse
from hearth.engine.errors import EditRefused
from hearth.engine.files import SOURCE, read_text
from hearth.engine.languages import language_of
from hearth.engine.text import start_of_line

_MAX_LOOKED_AT = 20  # test files that are read to learn the framework
ASKED_FOR = 3  # tests; small models write on and on, and a user waits
_HEAD = re.compile(r"^(?:(?:async )?def test_|func Test|(?:test|it)\()", re.MULTILINE)
_SCRIPT = ("javascript", "typescript", "tsx")


@dataclass(frozen=True, slots=True)
class Plan:
    """`old_text` is None for a file that is to be made; `imports` are the lines that the tests need.

    `head` begins a new file; `keeps` says which of an answer's statements are taken.
    """

    path: Path
    old_text: str | None
    framework: str
    imports: tuple[str, ...]
    keeps: Callable[[ParsedText, tree_sitter.Node], bool]
    test: str
    head: str = ""


def plan(target: Target, path: str | None, root: str | None, read: Callable[[Path], str | None]) -> Plan:
    """Where the tests of the target go. `read` gives the text of a file, None when there is none.

    Raises `EditRefused` when the function cannot be reached from a test.
    """
    language = target.code.language.name if target.code.language else ""
    if path is None:
        raise EditRefused("save the file first: the tests must import it")
    file = Path(path)
    top = Path(root) if root else file.parent
    if language == "python":
        return _python(target, file, top, read)
    if language in _SCRIPT:
        return _script(target, file, top, read)
    if language == "go":
        test_file = file.with_name(f"{file.stem}_test.go")
        package = re.search(r"^package (\w+)", target.code.text, re.MULTILINE)
        head = f"package {package[1] if package else 'main'}"
        return Plan(
            test_file, read(test_file), "Go testing", ('import "testing"',), _keeps_go, r"\bfunc Test", head
        )
    raise EditRefused(f"Hearth does not know how tests are written in {language or 'this language'}")


def merged(plan: Plan, target: Target, answer: str) -> str:
    """The text of the test file with the answer's tests. Raises `EditRefused`."""
    language = language_of("", str(plan.path))
    answered = parse(code_in(answer, language), language)
    if answered.tree is None or answered.tree.root_node.has_error:
        raise EditRefused("the answer is not valid code")
    nodes = answered.tree.root_node.named_children
    tests = [text_of(answered, node) for node in nodes if plan.keeps(answered, node)]
    if name := _empty(answered, [node for node in nodes if plan.keeps(answered, node)]):
        raise EditRefused(f"the model omitted the code of {one_line(name)}")
    names = _names("\n".join(tests))
    if plan.old_text and (known := names & _names(plan.old_text)):
        raise EditRefused(f"{plan.path.name} already has a test named {sorted(known)[0]}")
    body = "\n\n\n".join(tests) if language and language.name == "python" else "\n\n".join(tests)
    if not re.search(plan.test, body) or target.name not in body:
        raise EditRefused(f"the answer contains no test of {target.name}")
    imports = [*plan.imports, *_imports(answered, nodes, plan.keeps)]
    text = _joined(plan, list(dict.fromkeys(imports)), body)
    refuse_errors(parse(plan.old_text or "", language), (Edit(0, len(plan.old_text or ""), text),))
    return text


def has_enough(target: Target, answer: str) -> bool:
    """Whether the model may be stopped: one more test than was asked for has begun."""
    return len(_HEAD.findall(answer)) > ASKED_FOR


def complete_tests(answer: str, cut_off: bool) -> str:
    """The answer up to the last test that is known to be complete."""
    heads = [found.start() for found in _HEAD.finditer(answer)]
    if len(heads) <= ASKED_FOR and (not cut_off or len(heads) < 2):
        return answer
    lines = answer[: heads[min(ASKED_FOR, len(heads) - 1)]].rstrip().split("\n")
    while lines and lines[-1].startswith(("@", "#", "//")):  # they belong to the test that is left out
        lines.pop()
    return "\n".join(lines)


def _joined(plan: Plan, imports: list[str], body: str) -> str:
    gap = "\n\n\n" if plan.path.suffix == ".py" else "\n\n"
    if plan.old_text is None or not plan.old_text.strip():
        head = [plan.head] if plan.head else []
        return "\n\n".join([*head, "\n".join(imports)]) + gap + body + "\n"
    old = plan.old_text.rstrip()
    missing = [line for line in imports if line not in old and not _is_covered(line, old)]
    if missing:
        last = list(re.finditer(r"^(?:import\b|from\b).*$|^package .*$", old, re.MULTILINE))
        # An import block goes on to its closing bracket.
        at = last[-1].end() if last else 0
        if last and last[-1][0].endswith(("(", "{")):
            at = max(at, old.find("\n)", at) + 2, old.find("\n}", at))
        old = old[:at] + "\n" * bool(at) + "\n".join(missing) + "\n" * (not at) + old[at:]
    return f"{old}{gap}{body}\n"


def _is_covered(line: str, text: str) -> bool:
    """`import "testing"` inside a block of imports."""
    quoted = re.fullmatch(r'import ("[^"]+")', line)
    return quoted is not None and re.search(rf"^[ \t]*+{re.escape(quoted[1])}", text, re.MULTILINE) is not None


def _imports(
    code: ParsedText, nodes: list[tree_sitter.Node], keeps: Callable[[ParsedText, tree_sitter.Node], bool]
) -> list[str]:
    """What the answer imports from the language's own library and the framework."""
    found: list[str] = []
    for node in nodes:
        text = text_of(code, node)
        if keeps is _keeps_python and (module := re.match(r"(?:import|from)\s+(\w+)", text)):
            if module[1] in sys.stdlib_module_names or module[1] in ("pytest", "unittest"):
                found.append(text)
        elif keeps is _keeps_go and node.type == "import_declaration":
            found += [f'import "{path}"' for path in re.findall(r'"([a-z][a-z/0-9]*)"', text)]
    return found


def _empty(code: ParsedText, nodes: list[tree_sitter.Node]) -> str:
    """The first test that does nothing: a comment, or dots, stand where its code should."""
    for node in nodes:
        inside = outline(code, code.offset(node.start_byte), code.offset(node.end_byte)).statements
        if not any(not each.says_nothing and not each.is_definition for each in inside):
            return text_of(code, node).split("\n")[0]
    return ""


def _names(text: str) -> set[str]:
    return set(re.findall(r"^(?:async )?(?:def|class|func) ([Tt]est\w*)", text, re.MULTILINE))


def _python(target: Target, file: Path, top: Path, read: Callable[[Path], str | None]) -> Plan:
    name = f"test_{file.stem}.py"
    tests = top / "tests"
    existing = [*([tests / name] if (tests / name).is_file() else sorted(tests.rglob(name))), file.with_name(name)]
    found = next((path for path in existing if read(path) is not None), None)
    test_file = found or (tests / name if tests.is_dir() else file.with_name(name))
    owner = target.definition.owner.split(".")[0] if target.definition and target.definition.owner else ""
    imported = f"from {_module(file, top)} import {owner or target.name}"
    if _uses_unittest(test_file.parent):
        return Plan(
            test_file,
            read(test_file),
            "unittest",
            ("import unittest", "", imported),
            _keeps_python,
            r"\bclass \w+\(",
        )
    return Plan(test_file, read(test_file), "pytest", (imported,), _keeps_python, r"\bdef test_")


def _module(file: Path, top: Path) -> str:
    try:
        parts = file.relative_to(top).with_suffix("").parts
    except ValueError:
        return file.stem
    parts = parts[1:] if parts[0] == "src" and len(parts) > 1 else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _uses_unittest(folder: Path) -> bool:
    texts = [_read(path) for path in sorted(folder.glob("test_*.py"))[:_MAX_LOOKED_AT]]
    return any("unittest.TestCase" in text for text in texts) and not any(
        "import pytest" in text for text in texts
    )


def _script(target: Target, file: Path, top: Path, read: Callable[[Path], str | None]) -> Plan:
    line_start = start_of_line(target.code.text, target.start)
    if "export" not in target.code.text[line_start : target.start]:
        raise EditRefused(f"{target.name} is not exported, so a test cannot import it")
    test_file = file.with_name(f"{file.stem}.test{file.suffix}")
    package = read(top / "package.json") or ""
    framework = "jest" if '"jest"' in package and '"vitest"' not in package else "vitest"
    imports = [f'import {{ {target.name} }} from "./{file.stem}";']
    if framework == "vitest":
        imports.insert(0, 'import { describe, expect, it, test } from "vitest";')
    return Plan(test_file, read(test_file), framework, tuple(imports), _keeps_script, r"\b(test|it)\(")


def _keeps_python(code: ParsedText, node: tree_sitter.Node) -> bool:
    return node.type in ("function_definition", "class_definition", "decorated_definition") and bool(
        re.search(r"\b(def test_|class Test|\(unittest\.TestCase\)|@pytest\.fixture)", text_of(code, node))
    )


def _keeps_script(code: ParsedText, node: tree_sitter.Node) -> bool:
    return node.type == "expression_statement" and bool(re.match(r"(describe|test|it)\b", text_of(code, node)))


def _keeps_go(code: ParsedText, node: tree_sitter.Node) -> bool:
    return node.type == "function_declaration" and text_of(code, node).startswith("func Test")


def _read(path: Path) -> str:
    try:
        return read_text(path, SOURCE)
    except OSError:
        return ""
