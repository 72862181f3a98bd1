"""`gather` with its real sources, over files on the disk."""

from dataclasses import replace
from pathlib import Path

import pytest

from hearth.engine.context.documents import Document
from hearth.engine.context.gathering import Gathered, gather
from hearth.engine.context.query import ContextQuery
from hearth.engine.context.recent import RecentEdits
from hearth.engine.languages import language_of
from hearth.engine.settings import ContextSettings
from tests.engine.context.marked import MARK

SHOP = '''"""Things to sell."""

LIMIT = 10


class Basket:
    """What someone wants to buy."""

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def add(self, name: str) -> None:
        """Put one thing in."""
        self.names.append(name)


def price_of(name: str, country: str = "de") -> int:
    return 3


def unrelated() -> None:
    pass
'''
MAIN = "from shop import Basket, price_of\n\n\ndef total(names):\n    basket = Basket('me')\n    return ⟨⟩\n"


def make(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def document(root: Path, name: str, text: str | None = None) -> Document:
    path = root / name
    language = language_of("", name)
    shown = path.read_text() if text is None else text
    return Document(path.as_uri(), shown, language.lsp_ids[0] if language else "plaintext", str(path))


def ask(root: Path, name: str, text: str, *others: Document, **more: object) -> ContextQuery:
    own = document(root, name, text.replace(MARK, ""))
    query = ContextQuery(own.snapshot(), text.index(MARK), (own, *others), (str(root),))
    return replace(query, **more)  # type: ignore[arg-type]  # fields by name


def shown(gathered: Gathered) -> dict[str, str]:
    return {file.path: file.text for file in gathered.files}


def reasons(gathered: Gathered) -> dict[str, str]:
    return {left.path: left.reason for left in gathered.left_out}


def test_imported_definitions_are_shown_as_heads(tmp_path: Path) -> None:
    make(tmp_path, {"shop.py": SHOP})
    text = shown(gather(ask(tmp_path, "main.py", MAIN), 500))["shop.py"]
    assert "class Basket:  # What someone wants to buy." in text
    assert "    def add(self, name: str) -> None:\n" in text
    assert 'def price_of(name: str, country: str = "de") -> int:' in text
    assert "unrelated" not in text
    assert "append" not in text


@pytest.mark.parametrize(
    ("files", "name", "text", "expected"),
    [
        (
            {
                "b.ts": "export interface Item {\n  price: number\n}\n"
                "export function sum(xs: Item[]): number {\n}\n"
            },
            "a.tsx",
            "import { Item, sum } from './b'\nconst x = (i: Item) => sum(⟨⟩",
            {"b.ts": "export interface Item {\n  price: number\n}\nexport function sum(xs: Item[]): number"},
        ),
        (
            {
                "go.mod": "module x.org/y\n",
                "store/s.go": "package store\n\n// Open opens.\nfunc Open(p string) *DB {\n}\n",
            },
            "main.go",
            'package main\n\nimport "x.org/y/store"\n\nfunc main() {\n\tdb := store.Open(⟨⟩)\n}\n',
            {"store/s.go": "func Open(p string) *DB  // Open opens."},
        ),
        (
            {"Cargo.toml": "", "src/geo.rs": "pub struct Point {\n    pub x: f64,\n}\npub fn far() {}\n"},
            "src/main.rs",
            "mod geo;\nuse geo::Point;\nfn main() {\n    let p = Point { ⟨⟩ };\n}\n",
            {"src/geo.rs": "pub struct Point {\n    pub x: f64,\n}"},
        ),
    ],
)
def test_imports_are_followed_in_other_languages(
    tmp_path: Path, files: dict[str, str], name: str, text: str, expected: dict[str, str]
) -> None:
    make(tmp_path, files)
    assert shown(gather(ask(tmp_path, name, text), 500)) == expected


def test_an_imported_file_that_is_open_is_read_as_it_is_in_the_editor(tmp_path: Path) -> None:
    make(tmp_path, {"shop.py": SHOP})
    other = document(tmp_path, "shop.py", SHOP.replace("country", "land"))
    assert "land: str" in shown(gather(ask(tmp_path, "main.py", MAIN, other), 500))["shop.py"]


def test_open_files_give_what_is_used_near_the_cursor(tmp_path: Path) -> None:
    other = document(tmp_path, "tools.py", "def helper(x):\n    return x\n\ndef other(): pass\n")
    gathered = gather(ask(tmp_path, "main.py", "y = helper(⟨⟩", other), 500)
    assert shown(gathered) == {"tools.py": "def helper(x):"}
    assert gathered.pieces[0].reason == "helper is used near the cursor"


@pytest.mark.parametrize(
    ("name", "text", "other", "defined", "expected"),
    [
        (
            "Cart.vue",
            '<script setup lang="ts">\nconst sum = totalOf(⟨⟩)\n</script>\n',
            "cart.ts",
            "export function totalOf(items: Item[]): number {\n}\n",
            "export function totalOf(items: Item[]): number",
        ),
        (
            "Main.kt",
            "fun main() {\n    val cart = Cart(⟨⟩)\n}\n",
            "Cart.java",
            "class Cart {\n  int total(int x) { return x; }\n}\n",
            "class Cart\n  int total(int x)",
        ),
        (
            "cart.zig",
            "const sum = totalOf(⟨⟩);\n",
            "cart.ts",
            "export function totalOf(items: Item[]): number {\n}\n",
            "",
        ),
    ],
)
def test_open_files_of_the_same_family_are_shown_also_to_a_file_that_is_read_by_hand(
    tmp_path: Path, name: str, text: str, other: str, defined: str, expected: str
) -> None:
    make(tmp_path, {other: defined})
    text_shown = shown(gather(ask(tmp_path, name, text, document(tmp_path, other)), 500)).get(other, "")
    assert text_shown == expected


def test_open_files_of_another_language_are_not_shown(tmp_path: Path) -> None:
    other = document(tmp_path, "tools.go", "package a\nfunc helper() {}\n")
    assert shown(gather(ask(tmp_path, "main.py", "y = helper(⟨⟩", other), 500)) == {}


def test_beyond_the_window_the_own_file_is_outlined(tmp_path: Path) -> None:
    filler = "".join(f"    def filler{index}(self): pass\n" for index in range(40))
    text = f"import os\n\ndef helper(x):\n    return x\n\nclass Big:\n{filler}"
    text += "    def last(self):\n        helper(⟨⟩\n"
    start = text.index("    def filler35")
    gathered = gather(ask(tmp_path, "main.py", text, window=(start, len(text))), 500)
    assert shown(gathered) == {"main.py": "import os\ndef helper(x):\nclass Big:"}


def test_a_file_that_is_shown_as_a_whole_is_not_outlined(tmp_path: Path) -> None:
    assert shown(gather(ask(tmp_path, "main.py", "import os\ndef f():\n    ⟨⟩"), 500)) == {}


def test_recent_edits_elsewhere_are_shown(tmp_path: Path) -> None:
    other = document(tmp_path, "notes.txt", "".join(f"line {number}\n" for number in range(40)))
    recent = RecentEdits()
    at = other.text.index("line 20")
    recent.note(other, at, at, "new ")
    other.apply(at, at, "new ")
    gathered = gather(ask(tmp_path, "main.py", "x = ⟨⟩", other, recent_edits=recent.newest()), 500)
    assert shown(gathered) == {"notes.txt": "line 18\nline 19\nnew line 20\nline 21\nline 22"}


def test_an_edit_inside_the_window_is_not_shown_twice(tmp_path: Path) -> None:
    query = ask(tmp_path, "main.py", "x = 1\ny = ⟨⟩")
    recent = RecentEdits()
    recent.note(query.open_documents[0], 0, 0, "x")
    assert shown(gather(replace(query, recent_edits=recent.newest()), 500)) == {}


def test_the_budget_is_kept_and_the_rest_is_explained(tmp_path: Path) -> None:
    make(tmp_path, {"shop.py": SHOP})
    query = ask(tmp_path, "main.py", MAIN)
    for budget in range(0, 200, 10):
        gathered = gather(query, budget)
        assert gathered.tokens <= budget
        assert len(gathered.pieces) + len([left for left in gathered.left_out if left.text]) == 2
    small = gather(query, 40)
    assert [piece.reason for piece in small.pieces] == ["price_of is imported"]
    assert "do not fit" in reasons(small)["shop.py"]


def test_the_order_does_not_depend_on_the_order_of_the_open_files(tmp_path: Path) -> None:
    one = document(tmp_path, "one.py", "def first(): pass\ndef second(): pass\n")
    two = document(tmp_path, "two.py", "def third(): pass\n")
    text = "third(); second(); first(); ⟨⟩"
    there, back = (gather(ask(tmp_path, "main.py", text, *others), 500) for others in ((one, two), (two, one)))
    assert there == back
    assert list(shown(there)) == ["one.py", "two.py"]
    assert shown(there)["one.py"] == "def first():\ndef second():"


def test_what_may_not_be_read_is_left_out_with_a_reason(tmp_path: Path) -> None:
    make(tmp_path, {"work/.gitignore": "ignored.py\n", "work/shop.py": "K = '" + "AK" + "IA" + "A" * 16 + "'\n"})
    root = tmp_path / "work"
    others = [
        document(root, name, "def helper(): pass\n")
        for name in ("ignored.py", ".env", "../elsewhere.py", "fine.py")
    ]
    gathered = gather(ask(root, "main.py", "from shop import helper\nhelper(⟨⟩)", *others), 500)
    assert shown(gathered) == {"fine.py": "def helper():"}
    assert reasons(gathered) == {
        "ignored.py": "it is ignored by .gitignore",
        ".env": "its name suggests that it contains secrets",
        "elsewhere.py": "it is outside the workspace",
        "shop.py": "it contains what looks like an AWS access key",
    }


def test_what_is_open_of_another_folder_of_the_workspace_is_left_out(tmp_path: Path) -> None:
    make(tmp_path, {"one/main.py": "", "one/shop.py": SHOP, "two/store.py": SHOP.replace("price_of", "cost_of")})
    text = "def total(names):\n    return price_of() + cost_of() + ⟨⟩\n"
    one, two = tmp_path / "one", tmp_path / "two"
    others = (document(one, "shop.py"), document(two, "store.py"))
    query = ask(one, "main.py", text, *others, workspace_roots=(str(one), str(two)))
    found = gather(query, 512)
    assert "shop.py" in shown(found) and "store.py" not in shown(found)
    assert ("store.py", "it is in another folder of the workspace") in [
        (each.path, each.reason) for each in found.left_out
    ]
    as_one = gather(ask(tmp_path, "one/main.py", text, *others), 512)
    assert {"one/shop.py", "two/store.py"} <= set(shown(as_one))


def test_an_ignored_file_is_completed_from_itself_alone(tmp_path: Path) -> None:
    make(tmp_path, {".gitignore": "main.py\n", "shop.py": SHOP})
    gathered = gather(ask(tmp_path, "main.py", MAIN), 500)
    assert gathered.files == ()
    assert "only this file's own text" in reasons(gathered)["main.py"]


def test_a_secret_file_gets_nothing(tmp_path: Path) -> None:
    make(tmp_path, {"shop.py": SHOP})
    gathered = gather(ask(tmp_path, ".env", MAIN), 500)
    assert gathered.files == ()
    assert "secrets" in gathered.left_out[0].reason


def test_sources_can_be_switched_off(tmp_path: Path) -> None:
    make(tmp_path, {"shop.py": SHOP})
    query = ask(tmp_path, "main.py", MAIN)
    off = gather(replace(query, settings=ContextSettings(off=("imported_definitions",))), 500)
    assert off.files == ()
    assert [(left.source, left.reason) for left in off.left_out] == [
        ("imported_definitions", "it is switched off")
    ]
    assert gather(replace(query, settings=ContextSettings(enabled=False)), 500).files == ()


def test_an_earlier_choice_is_kept_while_it_is_nearly_as_good(tmp_path: Path) -> None:
    names = ("alpha", "beta", "gamma", "delta", "epsilon")
    other = document(tmp_path, "tools.py", "".join(f"def {name}(x): pass\n" for name in names))
    first = gather(ask(tmp_path, "main.py", "alpha(beta(gamma(delta(⟨⟩", other), 500)
    second = ask(tmp_path, "main.py", "alpha(beta(gamma(delta(epsilon(⟨⟩", other)
    assert "epsilon" in shown(gather(second, 500))["tools.py"]
    assert gather(second, 500, first).files == first.files


def test_an_earlier_choice_is_given_up_once_it_is_of_no_use(tmp_path: Path) -> None:
    other = document(tmp_path, "tools.py", "def alpha(x): pass\ndef omega(x): pass\n")
    first = gather(ask(tmp_path, "main.py", "alpha(⟨⟩", other), 500)
    assert shown(gather(ask(tmp_path, "main.py", "omega(⟨⟩", other), 500, first)) == {"tools.py": "def omega(x):"}


def test_an_earlier_choice_is_given_up_once_it_is_no_longer_true(tmp_path: Path) -> None:
    other = document(tmp_path, "tools.py", "def alpha(x): pass\ndef beta(x): pass\n")
    query = ask(tmp_path, "main.py", "alpha(beta(⟨⟩", other)
    first = gather(query, 500)
    other.apply(0, len("def alpha(x)"), "def alpha(x, y)")
    assert shown(gather(query, 500, first))["tools.py"] == "def alpha(x, y):\ndef beta(x):"


def test_a_buffer_without_a_file_has_context_too(tmp_path: Path) -> None:
    other = Document("untitled:Untitled-2", "def helper(x): pass\n", "python")
    own = Document("untitled:Untitled-1", "helper(", "python")
    gathered = gather(ContextQuery(own.snapshot(), 7, (own, other)), 500)
    assert shown(gathered) == {"Untitled-2": "def helper(x):"}


def test_the_context_is_the_same_from_keystroke_to_keystroke(tmp_path: Path) -> None:
    make(tmp_path, {"shop.py": SHOP})
    other = document(tmp_path, "tools.py", "def helper(x): pass\ndef parse_total(x): pass\n")
    query = ask(tmp_path, "main.py", MAIN, other)
    own, offset = query.open_documents[0], query.offset
    first = gathered = gather(query, 500)
    for char in "basket.add(names[0])":
        own.apply(offset, offset, char)
        offset += 1
        gathered = gather(replace(query, snapshot=own.snapshot(), offset=offset), 500, gathered)
        assert gathered.files == first.files


def test_a_class_is_shown_short_enough_to_leave_room_for_others(tmp_path: Path) -> None:
    methods = "".join(
        f"    def method_{index}(self, value: int) -> int:\n        return 1\n\n" for index in range(60)
    )
    make(tmp_path, {"big.py": f"class Big:\n{methods}"})
    gathered = gather(ask(tmp_path, "main.py", "from big import Big\n\nb = Big(⟨⟩)\n"), 500)
    text = shown(gathered)["big.py"]
    assert "    def method_0(self, value: int) -> int:" in text
    assert "    # also: method_" in text
    assert gathered.tokens < 200


def test_the_members_of_what_stands_before_the_dot_are_shown(tmp_path: Path) -> None:
    methods = "".join(f"    def method_{index}(self): pass\n" for index in range(60))
    make(tmp_path, {"big.py": f"class Big:\n{methods}    def find_customer(self, name): pass\n"})
    text = "from big import Big\n\ndef f(thing: Big, customer):\n    return thing.⟨⟩\n"
    gathered = gather(ask(tmp_path, "main.py", text), 500)
    assert "    def find_customer(self, name):" in shown(gathered)["big.py"]
    assert gathered.pieces[0].reason == "Big has the member that you are writing"


@pytest.mark.parametrize(
    ("name", "files", "text", "expected"),
    [
        (
            "a.ts",
            {"util.ts": "export class Failure {}\nexport function merge(a: A): B {\n}\n"},
            "import * as util from './util'\nthrow new util.⟨⟩",
            "// defines: Failure, merge",
        ),
        (
            "main.go",
            {"conn.go": "package a\nfunc (c *Conn) Send(b []byte) error {\n}\ntype Conn struct {\n\tx int\n}\n"},
            "package a\n\nfunc f(c *Conn) {\n\tc.⟨⟩\n}\n",
            "type Conn struct {\n\tx int\n}\nfunc (c *Conn) Send(b []byte) error",
        ),
    ],
)
def test_what_a_module_or_a_type_offers_is_shown_behind_a_dot(
    tmp_path: Path, name: str, files: dict[str, str], text: str, expected: str
) -> None:
    make(tmp_path, files)
    assert expected in shown(gather(ask(tmp_path, name, text), 500))[next(iter(files))]


def test_a_definition_whose_name_is_about_the_same_is_shown_before_it_is_used(tmp_path: Path) -> None:
    files = {"util.go": "package a\nfunc newCompressionWriter(w W) W {\n}\nfunc unrelated() {\n}\n"}
    make(tmp_path, files)
    text = "package a\n\nfunc f() {\n\tcompressWriter := ⟨⟩\n}\n"
    assert shown(gather(ask(tmp_path, "main.go", text), 500)) == {"util.go": "func newCompressionWriter(w W) W"}
