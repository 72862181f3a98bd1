"""Imports that no open file shows: those of the other files of the workspace, and of the standard library."""

from pathlib import Path

import pytest

from hearth.engine.index.symbols import SymbolIndex
from hearth.engine.next_edit.importing import relocated
from hearth.engine.next_edit.predictor import Suggestion, find
from tests.engine.next_edit.playing import MARKED, Player


def offered(folder: Path, files: dict[str, str], name: str, marked: str) -> str | None:
    """The text after the next edit, in a workspace with these files; None without one."""
    for path, text in {**files, name: MARKED.sub(lambda found: found[1], marked)}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    index = SymbolIndex([str(folder)])
    index.look_at([str(folder / path) for path in files])
    player = Player(root=str(folder.resolve()))
    document = player.play(name, marked)
    question = player.next_edits.question(document, (), player.cursor, False, True, index.entries())
    found = find(question)
    if not isinstance(found, Suggestion):
        return None
    return document.text[: found.start] + found.text + document.text[found.end :]


def test_a_name_is_imported_as_the_other_files_do_from_where_this_one_is(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/tax/__init__.py": "", "shop/tax/b.py": "from ..money import round_up\n"}
    text = offered(tmp_path, files, "shop/a.py", "import os\nfrom .x import y\n\nz = ⟦1→round_up(2)⟧\n")
    assert text == "import os\nfrom .money import round_up\nfrom .x import y\n\nz = round_up(2)\n"


def test_a_name_that_one_file_defines_and_none_imports_is_imported_from_there(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/money.py": "def round_up(x):\n    return x\n"}
    text = offered(tmp_path, files, "shop/a.py", "import os\n\nz = ⟦1→round_up(2)⟧\n")
    assert text == "import os\nfrom shop.money import round_up\n\nz = round_up(2)\n"


def test_nothing_is_imported_that_two_files_define(tmp_path: Path) -> None:
    files = {f"{name}.py": "def round_up(x):\n    return x\n" for name in "bc"}
    assert offered(tmp_path, files, "a.py", "import os\n\nz = ⟦1→round_up(2)⟧\n") is None


def test_what_may_be_a_variable_is_not_imported_from_where_it_is_only_defined(tmp_path: Path) -> None:
    files = {"money.py": "def boundary(x):\n    return x\n"}
    assert offered(tmp_path, files, "a.py", "import os\n\nz = ⟦1→boundary⟧\n") is None


def test_one_way_of_many_files_is_enough_against_one_other(tmp_path: Path) -> None:
    files = {f"m{i}.py": "from money import round_up\n" for i in range(4)}
    files["n.py"] = "from other import round_up\n"
    text = offered(tmp_path, files, "a.py", "import os\n\nz = ⟦1→round_up(2)⟧\n")
    assert text is not None and "from money import round_up\n" in text
    del files["m3.py"]
    (tmp_path / "m3.py").unlink()
    assert offered(tmp_path, files, "a.py", "import os\n\nz = ⟦1→round_up(2)⟧\n") is None


def test_in_commonjs_it_is_required(tmp_path: Path) -> None:
    files = {"lib/money.js": "function roundUp(x) {\n  return x\n}\n\nmodule.exports = {\n  roundUp\n}\n"}
    text = offered(tmp_path, files, "lib/a.js", "const x = require('./x')\n\nconst z = ⟦1→roundUp(2)⟧\n")
    assert text == "const { roundUp } = require('./money')\nconst x = require('./x')\n\nconst z = roundUp(2)\n"


def test_what_javascript_has_itself_is_not_imported(tmp_path: Path) -> None:
    files = {"b.ts": "import { Record } from './tool';\n"}
    assert offered(tmp_path, files, "a.ts", "import { x } from './x';\n\nconst z: ⟦x→Record⟧ = 1;\n") is None


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("import os\n\nx = ⟦1→copy.copy(os)⟧\n", "import copy\nimport os\n\nx = copy.copy(os)\n"),
        ("from typing import Any\n\nx: Any = ⟦1→cast(Any, 2)⟧\n", "from typing import Any, cast\n"),
        (
            "from typing import (\n    Any,\n    cast,\n)\n\nx: ⟦1→Literal[1]⟧ = 2\n",
            "from typing import (\n    Any,\n    Literal,\n    cast,\n)\n",
        ),
        ("import os\n\nx = ⟦1→copy⟧\n", None),
        ("import os\n\nx = ⟦1→code.x⟧\n", None),
    ],
)
def test_the_standard_library_of_python_is_known(tmp_path: Path, marked: str, expected: str | None) -> None:
    text = offered(tmp_path, {}, "a.py", marked)
    assert text is None if expected is None else text is not None and text.startswith(expected)


@pytest.mark.parametrize(
    ("text", "source", "target", "language", "expected"),
    [
        ("from ..a.b import c", "/p/x/y/m.py", "/p/x/n.py", "python", "from .a.b import c"),
        ("from . import c", "/p/x/m.py", "/p/x/y/n.py", "python", "from .. import c"),
        ("from a import c", "/p/x/m.py", "/q/n.py", "python", "from a import c"),
        (
            'import { c } from "../c.js"',
            "/p/x/m.ts",
            "/p/y/z/n.ts",
            "typescript",
            'import { c } from "../../c.js"',
        ),
        ("const { c } = require('./c')", "/p/m.js", "/p/y/n.js", "javascript", "const { c } = require('../c')"),
        ("use super::c;", "/p/m.rs", "/p/y/n.rs", "rust", None),
    ],
)
def test_a_path_from_one_file_is_one_from_another(
    text: str, source: str, target: str, language: str, expected: str | None
) -> None:
    assert relocated(text, source, target, language) == expected
