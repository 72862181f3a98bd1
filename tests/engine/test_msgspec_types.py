"""No type is met by msgspec for the first time in a thread."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("engine", "lsp_server") for path in (ROOT / folder).rglob("*.py"))

# Each round has types of its own, as each process has.
TWO_THREADS = """
import importlib.util, sys, threading

sys.setswitchinterval(1e-6)
text = open(sys.argv[2], encoding="utf-8").read()
spec = importlib.util.spec_from_file_location("catalog", sys.argv[1])
failed = []


def parse(catalog, go):
    go.wait()
    try:
        catalog.parse(text)
    except Exception as error:
        failed.append(error)


for _ in range(60):
    catalog = importlib.util.module_from_spec(spec)
    sys.modules["catalog"] = catalog
    spec.loader.exec_module(catalog)
    go = threading.Barrier(2)
    threads = [threading.Thread(target=parse, args=(catalog, go)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
sys.exit(repr(failed[0]) if failed else 0)
"""


def catalog_in_two_threads(module: Path) -> int:
    """How a process ends in which two threads read the catalog at once."""
    arguments = [str(module), str(ROOT / "engine/models/catalog.toml")]
    return subprocess.run(
        [sys.executable, "-c", TWO_THREADS, *arguments], cwd=ROOT, timeout=100, check=False
    ).returncode


def test_two_threads_may_read_the_catalog_at_once() -> None:
    assert catalog_in_two_threads(ROOT / "engine/models/catalog.py") == 0


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_types_are_registered_where_they_are_imported(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    in_functions = {
        call
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for call in calls(node)
    }
    at_import = {name for name, _ in set(calls(tree)) - in_functions}
    for name, call in in_functions:
        assert not (name.startswith("msgspec.") and any(keyword.arg == "type" for keyword in call.keywords)), name
        assert not name.endswith(".Decoder") or path.name == "msgspec_types.py"
        assert name != "msgspec.convert" or "register" in at_import
