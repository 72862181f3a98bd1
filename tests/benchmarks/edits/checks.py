"""Whether an edit is right: `verdict` runs the task's check on the text that an edit has left."""

import re

from hearth.engine.code_actions.syntax_nodes import leaves, text_of
from hearth.engine.context.parsed import ParsedText, parse
from hearth.engine.languages import language_of
from tests.benchmarks.edits import toolchains
from tests.benchmarks.edits.tasks import FILES, TEST_FILES, Task
from tests.e2e.editor import MARK

_TYPESCRIPT_ASSERT = '\nfunction assert(ok: boolean): void {\n  if (!ok) throw new Error("not so");\n}\n'


def parses(task: Task, text: str) -> bool:
    """By tree-sitter, and in Python by the compiler, which sees more."""
    if task.language == "python":
        try:
            compile(text, "sample.py", "exec")
        except (SyntaxError, ValueError):
            return False
    tree = _code(task, text).tree
    return tree is not None and not tree.root_node.has_error


def verdict(task: Task, text: str, tests: str) -> str:
    """What is wrong with the text, and with the file of tests that the model wrote; "" when all is right."""
    if not parses(task, text):
        return "it does not parse"
    if task.kind == "test":
        return _verdict_of_tests(task, text, tests)
    if task.kind == "document":
        return _verdict_of_documentation(task, text)
    if task.kind == "simplify" and len(_tokens(task, text)) >= len(_tokens(task, original(task))):
        return "it is not shorter"
    return "" if _runs(task, text) else "the check fails"


def original(task: Task) -> str:
    return task.code.replace(MARK, "")


def _verdict_of_documentation(task: Task, text: str) -> str:
    before = original(task)
    if _tokens(task, text) != _tokens(task, before):
        return "it changes code"
    added = "\n".join(line for line in text.split("\n") if line not in before.split("\n"))
    if not re.search(r"\w+\W+\w+\W+\w+", added):
        return "it adds no sentence"
    return "" if re.search(task.says, added) else "it does not say what the code does"


def _verdict_of_tests(task: Task, text: str, tests: str) -> str:
    if not tests.strip():
        return "there are no tests"
    if text != original(task):
        return "it changes the tested code"
    if not _tests_pass(task, text, tests):
        return "the tests fail"
    return "the tests see no bug" if _tests_pass(task, text.replace(task.replace, task.by), tests) else ""


def _runs(task: Task, text: str) -> bool:
    if task.language == "python":
        return toolchains.runs_python(f"{text}\n{task.check}")
    if task.language == "typescript":
        program = text + _TYPESCRIPT_ASSERT + task.check
        return toolchains.runs_typescript({"sample.ts": program}, "sample.ts", strict=True)
    check = "package main\n\nfunc main() {\n" + task.check + "}\n"
    return toolchains.runs_go({"sample.go": text, "check.go": check}, tests=False)


def _tests_pass(task: Task, text: str, tests: str) -> bool:
    files = {FILES[task.language]: text, TEST_FILES[task.language]: tests}
    if task.language == "python":
        return toolchains.runs_python(_PYTEST.format(files=files))
    if task.language == "typescript":
        return toolchains.runs_typescript(files, TEST_FILES["typescript"], strict=False)
    return toolchains.runs_go(files, tests=True)


def _tokens(task: Task, text: str) -> list[str]:
    """The program without comments, documentation and layout."""
    code = _code(task, text)
    root = code.tree.root_node if code.tree else None
    tokens = [text_of(code, leaf) for leaf in leaves(root, without=("comment",))] if root else []
    return [token for token in _without_docstrings("\n".join(tokens)).split("\n") if token.strip()]


def _without_docstrings(tokens: str) -> str:
    """tree-sitter gives a docstring as its two quotes and what is between them."""
    return re.sub(r'(?<=:\n)"""\n(?:(?!""").)*?"""', "", tokens, flags=re.DOTALL)


def _code(task: Task, text: str) -> ParsedText:
    return parse(text, language_of(task.language))


_PYTEST = """
import os, pathlib
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
for name, text in {files!r}.items():
    pathlib.Path(name).write_text(text)
import pytest
assert pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir=.", "."]) == 0
"""
