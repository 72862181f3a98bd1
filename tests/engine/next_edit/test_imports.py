"""The imports that an edit asks for: of a name that is new in the file, and of what was moved to another one."""

import pytest

from tests.engine.next_edit.playing import Player, played

FUNCTION = "def total(path):\n    return sum(Path(path).stat().st_size for _ in range(2))\n"


def test_a_name_that_one_open_file_brings_in_is_imported_like_there() -> None:
    player = Player()
    player.open("known.py", "from pathlib import Path, PurePath\n\nx = Path()\n")
    player.play("a.py", "import os\n\n\ndef f(name):\n    return ⟦name→Path(name)⟧\n")
    assert player.chain() == ["from pathlib import Path"]
    assert player.documents["a.py"].text.startswith("import os\nfrom pathlib import Path\n\n\ndef")


def test_a_name_that_one_open_file_defines_is_imported_from_it() -> None:
    player = Player()
    player.open("shop.py", "def total(prices):\n    return sum(prices)\n")
    player.play("a.py", "import os\n\nx = ⟦1→total([1])⟧\n")
    assert player.chain() == ["from shop import total"]


def test_in_typescript_the_path_is_the_one_from_the_file() -> None:
    player = Player()
    player.open("lib/shop.ts", "export function total(prices: number[]) {\n  return 1;\n}\n")
    player.play("app/a.ts", "import { x } from './x';\n\nconst y = ⟦1→total([1])⟧;\n")
    assert player.chain() == ["import { total } from '../lib/shop';"]


def test_in_go_the_package_is_added_to_the_others() -> None:
    player = Player()
    player.open("b.go", 'package a\n\nimport (\n\t"fmt"\n\t"strings"\n)\n')
    player.play(
        "a.go", 'package a\n\nimport (\n\t"fmt"\n)\n\nfunc f() {\n\tfmt.Println(⟦1→strings.ToUpper("x")⟧)\n}\n'
    )
    assert player.chain() == ['"strings"']


def test_in_rust_the_path_begins_with_the_crate() -> None:
    player = Player()
    player.open("src/shop.rs", "pub fn total(x: i32) -> i32 {\n    x\n}\n")
    player.play("src/main.rs", "use std::fs;\n\nfn main() {\n    let x = ⟦1→total(1)⟧;\n}\n")
    assert player.chain() == ["use crate::shop::total;"]


def test_nothing_is_imported_that_could_come_from_two_places() -> None:
    player = Player()
    player.open("one.py", "def total():\n    pass\n")
    player.open("two.py", "def total():\n    pass\n")
    player.play("a.py", "x = ⟦1→total()⟧\n")
    assert player.ask() is None


def test_nothing_is_imported_that_is_there_or_needs_no_import() -> None:
    for text in (
        "from pathlib import Path\n\nx = ⟦1→Path()⟧\n",
        "def Path():\n    pass\n\n\nx = ⟦1→Path()⟧\n",
        "x = ⟦1→print(y.Path)⟧\n",
        "from os import *\n\nx = ⟦1→Path()⟧\n",
        'x = ⟦1→"Path"⟧\n',
    ):
        player = Player()
        player.open("known.py", "from pathlib import Path\n")
        player.play("a.py", text)
        assert player.ask() is None, text


def test_what_an_accepted_suggestion_uses_is_imported() -> None:
    player = Player()
    player.open("known.py", "from pathlib import Path\n")
    player.open("a.py", "import os\n\nx = \n")
    player.apply("a.py", 15, 15, "Path(os.curdir)")
    player.next_edits.history.accepted("file:///project/a.py", 15, "Path(os.curdir)")
    assert player.chain() == ["from pathlib import Path"]


def test_a_function_that_is_moved_takes_its_imports_along_and_leaves_one_behind() -> None:
    player = moved()
    assert player.chain() == [
        "from pathlib import Path",
        "from sizes import total",
        "from shop import other\nfrom sizes import total",
        "",  # nothing uses `Path` any more where the function was
    ]
    assert player.documents["shop.py"].text == (
        "import os\nfrom sizes import total\n\n\ndef other():\n    return total('.')\n"
    )


def test_in_typescript_and_rust_what_moves_is_imported_in_their_ways() -> None:
    function = "export function total(x: number) {\n  return tax(x);\n}\n"
    shop = f"import {{ tax }} from './tax';\n\n{function}\nexport const one = total(1);\n"
    player = moved_to(("shop.ts", shop), ("sizes.ts", ""), function)
    player.open("use.ts", "import { one, total } from './shop';\n\ntotal(one);\n")
    assert player.chain() == [
        "import { tax } from './tax';",
        "import { total } from './sizes';",
        "import { one } from './shop';\nimport { total } from './sizes';",
        "",
    ]
    function = "pub fn total(x: i32) -> i32 {\n    tax(x)\n}\n"
    shop = f"use crate::tax::tax;\n\n{function}\npub fn other() -> i32 {{\n    total(1)\n}}\n"
    player = moved_to(("src/shop.rs", shop), ("src/sizes.rs", "use std::fs;\n\n"), function)
    player.open("src/use_it.rs", "use crate::shop::total;\n\nfn f() {\n    total(1);\n}\n")
    assert player.chain() == ["use crate::tax::tax;", "use crate::sizes::total;", "use crate::sizes::total;", ""]


def moved_to(source: tuple[str, str], target: tuple[str, str], text: str) -> Player:
    player = Player()
    for name, content in (source, target):
        player.open(name, content)
    at = source[1].index(text)
    player.apply(source[0], at, at + len(text) + 1, "")
    player.apply(target[0], len(target[1]), len(target[1]), text)
    return player


def test_a_copy_is_no_move() -> None:
    player = Player()
    player.open("shop.py", f"from pathlib import Path\n\n\n{FUNCTION}")
    player.open("sizes.py", "import os\n\n\n")
    player.apply("sizes.py", 12, 12, FUNCTION)
    assert player.ask() is None


def test_an_import_stays_while_the_user_is_still_where_its_last_use_was() -> None:
    player = played("a.py", "import os\n\nx = ⟦os.curdir→'.'⟧\n")
    assert player.ask() is None
    go_on(player, "a.py")
    assert player.ask() is not None


def go_on(player: Player, name: str) -> None:
    end = len(player.documents[name].text)
    player.change(name, end, end, "#" if name.endswith(".py") else "//")


def moved() -> Player:
    player = Player()
    player.open("use.py", "from shop import other, total\n\nprint(total('x'), other())\n")
    text = f"import os\nfrom pathlib import Path\n\n\n{FUNCTION}\n\ndef other():\n    return total('.')\n"
    player.open("shop.py", text)
    player.open("sizes.py", "import os\n\n\n")
    at = text.index(FUNCTION)
    player.apply("shop.py", at, at + len(FUNCTION) + 2, "")
    player.apply("sizes.py", 12, 12, FUNCTION)
    return player


@pytest.mark.parametrize(
    ("name", "marked", "expected"),
    [
        ("a.py", "import os\nimport sys\n\nx = ⟦os.curdir→'.'⟧\ny = sys\n", "import sys\n"),
        ("a.py", "from os import curdir, sep\n\nx = ⟦curdir→'.'⟧ + sep\n", "from os import sep\n"),
        (
            "a.py",
            "from os import (\n    curdir,\n    sep,\n)\n\nx = ⟦curdir→'.'⟧ + sep\n",
            "from os import (\n    sep,\n)",
        ),
        ("a.py", "from typing import List\n\nx: ⟦List→Sequence⟧ = 1\n", "from typing import Sequence\n"),
        ("a.ts", "import { a, b } from './m';\n\nf(⟦a→1⟧, b);\n", "import { b } from './m';\n"),
        (
            "a.go",
            'package a\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nvar x = ⟦fmt.Sprint(1)→"1"⟧ + os.A\n',
            '(\n\t"os"\n)',
        ),
        ("a.rs", "use std::fs;\nuse std::io;\n\nfn f() {\n    ⟦fs::a()→io::b()⟧;\n}\n", "use std::io;\n\nfn"),
    ],
)
def test_an_import_whose_last_use_is_gone_goes_too(name: str, marked: str, expected: str) -> None:
    player = played(name, marked)
    go_on(player, name)
    assert len(player.chain()) == 1
    text = player.documents[name].text
    assert expected in text and len(text) < len(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "import os\n\nx = ⟦os.curdir→'.'⟧\ny = os.sep\n",
        'import os\n\n__all__ = ["os"]\nx = ⟦os.curdir→1⟧\n',
        "import os  # noqa: F401\n\nx = ⟦os.curdir→1⟧\n",
        "import ⟦os→sys⟧\n",
    ],
)
def test_an_import_that_may_be_wanted_stays(marked: str) -> None:
    player = played("a.py", marked)
    go_on(player, "a.py")
    assert player.ask() is None
