"""Runs what an edit has left: the checks of a pair behind the function, and the examples in its documentation."""

import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.benchmarks import judge
from tests.benchmarks.actions import pairs
from tests.benchmarks.actions.code import Code
from tests.benchmarks.actions.pairs import Place
from tests.benchmarks.edits import toolchains

_SECONDS = 120  # a compiler on a busy machine
_TOOLS = {"rust": "rustc", "java": "javac", "cpp": "g++", "go": "go"}


def passes(place: Place, text: str) -> bool | None:
    """None where there is nothing to run, or nothing to run it with."""
    pair = place.pair
    if pair.language == "python":
        return _passes_python(place, text)
    if not pair.checks or pair.language in missing():
        return None
    program = text if pair.whole else function(place, text)
    return _RUNS[pair.language](place, program)


@cache
def missing() -> dict[str, str]:
    """The languages whose programs cannot be run here, and why."""
    found = {
        language: f"the command {tool} is missing" for language, tool in _TOOLS.items() if not shutil.which(tool)
    }
    found.update({name: why for name, why in toolchains.missing().items() if name == "typescript"})
    return found


def function(place: Place, text: str) -> str:
    """The function of the pair in a text, and functions that are new there."""
    known = {each.name for each in place.code.functions()}
    name = place.function.name
    found = [each for each in Code(place.pair.language, text).functions() if each.name not in known - {name}]
    return "\n\n".join(text[each.start : each.end] for each in found)


def tests_pass(place: Place, text: str, name: str, tests: str) -> bool:
    """Python only: the tests in a file of that name, beside a copy of the package."""
    package = (pairs.root(place.pair) / place.pair.file).parent
    return judge.passes(
        _PYTEST.format(package=str(package), file=place.path.name, text=text, name=name, tests=tests)
    )


def _passes_python(place: Place, text: str) -> bool | None:
    found = place.function
    docs = Code("python", place.text).comments(found.body_start, found.end)
    examples = "\n".join(each.text for each in docs if each.text.startswith(('"', "'")))
    if ">>>" not in examples and not place.pair.checks:
        return None
    module = place.pair.file.removesuffix(".py").replace("/", ".")
    return judge.passes(
        _PYTHON.format(
            root=str(pairs.root(place.pair)),
            module=module,
            package=module.rpartition(".")[0],
            text=text,
            examples=examples.strip("\"'"),
            checks=list(place.pair.checks),
        )
    )


def _passes_typescript(place: Place, program: str) -> bool:
    program = re.sub(r"^export (?=(async )?(function|const|class))", "", program, flags=re.MULTILINE)
    checks = "\n".join(f'if (!({check})) throw new Error("not so");' for check in place.pair.checks)
    source = f"{place.pair.prelude}\n{program}\n{checks}\n"
    return toolchains.runs_typescript({"sample.ts": source}, "sample.ts", strict=False)


def _passes_go(place: Place, program: str) -> bool:
    checks = "\n".join(f'\tif !({check}) {{ panic("not so") }}' for check in place.pair.checks)
    source = f"package main\n\n{place.pair.prelude}\n\n{program}\n\nfunc main() {{\n{checks}\n}}\n"
    return toolchains.runs_go({"main.go": source}, tests=False)


def _passes_rust(place: Place, program: str) -> bool:
    checks = "\n".join(f"    assert!({check});" for check in place.pair.checks)
    source = f"#![allow(warnings)]\n{place.pair.prelude}\n{program}\nfn main() {{\n{checks}\n}}\n"
    return _compiled({"main.rs": source}, ["rustc", "-o", "main", "main.rs"], ["./main"])


def _passes_cpp(place: Place, program: str) -> bool:
    checks = "\n".join(f"  if (!({check})) return 1;" for check in place.pair.checks)
    source = f"{place.pair.prelude}\n#include <cstdint>\n{program}\nint main() {{\n{checks}\n  return 0;\n}}\n"
    return _compiled({"main.cpp": source}, ["g++", "-std=c++17", "-w", "-o", "main", "main.cpp"], ["./main"])


def _passes_java(place: Place, program: str) -> bool:
    checks = "\n".join(f"    if (!({check})) throw new RuntimeException();" for check in place.pair.checks)
    own = "" if place.pair.whole else program
    main = f"class Main {{\n{own}\n{_JAVA}\n  public static void main(String[] args) {{\n{checks}\n  }}\n}}\n"
    files = {"Main.java": f"{place.pair.prelude}\n{main}"}
    if place.pair.whole:
        files[place.path.name] = re.sub(r"(?m)^package .*;$", "", program)
    return _compiled(files, ["javac", *files], ["java", "-cp", ".", "Main"])


def _compiled(files: dict[str, str], *commands: list[str]) -> bool:
    """Programs that a model has written: as for `judge`, this is no jail."""
    with tempfile.TemporaryDirectory(prefix="hearth-actions-", ignore_cleanup_errors=True) as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text, "utf-8")
        for command in commands:
            try:
                ran = subprocess.run(command, cwd=folder, capture_output=True, timeout=_SECONDS, check=False)
            except subprocess.TimeoutExpired:
                return False
            if ran.returncode:
                return False
    return True


_RUNS = {
    "typescript": _passes_typescript,
    "go": _passes_go,
    "rust": _passes_rust,
    "java": _passes_java,
    "cpp": _passes_cpp,
}
_JAVA = """
  static boolean done(Runnable it) { it.run(); return true; }
  static boolean fails(Runnable it) { try { it.run(); } catch (RuntimeException e) { return true; } return false; }
"""
_PYTHON = """
import doctest, sys, types
sys.path.insert(0, {root!r})
module = types.ModuleType({module!r})
module.__package__ = {package!r}
exec(compile({text!r}, "edited.py", "exec"), module.__dict__)
examples = doctest.DocTestParser().get_doctest({examples!r}, module.__dict__, "it", None, None)
assert doctest.DocTestRunner().run(examples).failed == 0
scope = {{**module.__dict__}}
for check in {checks!r}:
    assert eval(check, scope), check
"""
_PYTEST = """
import os, pathlib, shutil
package = pathlib.Path({package!r})
shutil.copytree(package, package.name)
pathlib.Path(package.name, {file!r}).write_text({text!r})
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
name = pathlib.Path({name!r})
name.parent.mkdir(parents=True, exist_ok=True)
name.write_text({tests!r})
import sys
sys.path.insert(0, ".")
import pytest
assert pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir=.", str(name)]) == 0
"""
