"""The index of a workspace's symbols: what is in it, what never is, and what is read again."""

import os
from pathlib import Path

import pytest

from hearth.engine import paths
from hearth.engine.index import kept, symbols, walk
from hearth.engine.index.entries import Entry
from hearth.engine.index.symbols import SymbolIndex

KEY = "gh" + "p_" + "aB3dE6gH9" * 4


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make(tmp_path / "project", {"shop.py": "def total(prices):\n    return sum(prices)\n"})


def make(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def indexed(root: Path) -> SymbolIndex:
    index = SymbolIndex([str(root)])
    index.update()
    return index


def names(index: SymbolIndex) -> dict[str, list[str]]:
    return {entry.shown: [symbol.name for symbol in entry.symbols] for entry in index.entries()}


def test_definitions_of_several_languages_with_their_owners_docs_and_lines(project: Path) -> None:
    shop = '# a shop\n\nclass Basket:\n    """What is bought."""\n\n    def add(self, item):\n        count = 1\n'
    make(project, {"shop.py": shop, "src/cart.ts": "// Empties it.\nexport function clear(cart: Cart) {}\n"})
    index = indexed(project)
    by_path = {entry.shown: entry.symbols for entry in index.entries()}
    found = [(each.name, each.kind, each.owner, each.doc, each.line) for each in by_path["shop.py"]]
    assert found == [("Basket", "class", "", "What is bought.", 2), ("add", "method", "Basket", "", 5)]
    assert [(each.name, each.doc, each.line) for each in by_path["src/cart.ts"]] == [("clear", "Empties it.", 1)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env.py", "def leak(): pass\n"),
        ("secrets.py", f'TOKEN = "{KEY}"\ndef leak(): pass\n'),
        ("ignored/deep/leak.py", "def leak(): pass\n"),
        ("leak_generated.py", "def leak(): pass\n"),
        ("private/leak.py", "def leak(): pass\n"),
        (".hidden/leak.py", "def leak(): pass\n"),
        ("node_modules/leak/index.js", "function leak() {}\n"),
        ("env/lib/leak.py", "def leak(): pass\n"),
        ("binary.py", "def leak(): pass\n\0"),
        ("long.py", "def leak(): pass\n" + "# x\n" * 200_000),
        ("notes.txt", "def leak(): pass\n"),
    ],
)
def test_what_no_model_may_see_and_what_is_no_source_of_the_project_is_never_in_it(
    project: Path, path: str, text: str
) -> None:
    rules = {".gitignore": "/ignored/\n*_generated.py\n", ".hearthignore": "private\n", "env/pyvenv.cfg": ""}
    make(project, {**rules, path: text})
    index = indexed(project)
    index.look_at([str(project / path)])
    assert set(names(index)) == {"shop.py"}
    assert all(b"leak" not in file.read_bytes() for file in kept.folder().glob("*"))


def test_a_folder_that_is_ignored_but_for_some_files_is_looked_into(project: Path) -> None:
    make(project, {".gitignore": "*\n!*/\n!*.py\n", "deep/er/kept.py": "x = 1\n", "deep/not.js": "var y = 1\n"})
    assert set(names(indexed(project))) == {"shop.py", "deep/er/kept.py"}


def test_links_are_not_followed(project: Path, tmp_path: Path) -> None:
    outside = make(tmp_path / "outside", {"other.py": "def other(): pass\n"})
    (project / "linked").symlink_to(outside, target_is_directory=True)
    (project / "other.py").symlink_to(outside / "other.py")
    (project / "round").symlink_to(project, target_is_directory=True)
    assert set(names(indexed(project))) == {"shop.py"}


@pytest.mark.parametrize("root", [Path("/"), Path("~")])
def test_the_whole_disk_and_the_home_folder_are_no_workspace(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(make(tmp_path, {"a.py": "x = 1\n"})))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert list(walk.source_files(str(root.expanduser()))) == []


def test_only_what_changed_is_read_again(project: Path) -> None:
    make(project, {"other.py": "def other(): pass\n"})
    index = indexed(project)
    assert index.read == 2
    index.update()
    assert index.read == 2
    make(project, {"shop.py": "def sum_of(prices): pass\n"})
    index.update()
    assert index.read == 3 and names(index) == {"shop.py": ["sum_of"], "other.py": ["other"]}


def test_a_new_session_reads_nothing_that_is_as_it_was(project: Path) -> None:
    before = indexed(project)
    again = indexed(project)
    assert again.read == 0 and names(again) == names(before)


def test_a_file_that_was_touched_moved_or_copied_is_known_by_its_content(project: Path) -> None:
    index = indexed(project)
    os.utime(project / "shop.py", ns=(1, 1))
    (project / "shop.py").rename(project / "till.py")
    make(project, {"copy/till.py": (project / "till.py").read_text()})
    index.update()
    assert index.read == 1 and names(index) == {"till.py": ["total"], "copy/till.py": ["total"]}


def test_a_file_that_is_gone_new_or_ignored_by_now_is_looked_at_by_itself(project: Path) -> None:
    make(project, {"a.py": "a = 1\nb = 2\naa = 3\n", "gone.py": "def gone(): pass\n"})
    index = indexed(project)
    (project / "gone.py").unlink()
    make(project, {"new.py": "def new(): pass\n", ".gitignore": "a.py\n"})
    index.look_at([str(project / name) for name in ("gone.py", "new.py", "a.py", "never.py")])
    assert set(names(index)) == {"shop.py", "new.py"}


def test_what_it_holds_is_bounded(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(project, {f"deep/part{number}.py": f"def part{number}(): pass\n" for number in range(9)})
    monkeypatch.setattr(walk, "MAX_FILES", 4)
    assert len(indexed(project).entries()) == 4
    monkeypatch.setattr(symbols, "MAX_SYMBOLS", 2)
    assert len(indexed(project).entries()) == 2
    assert "shop.py" in names(indexed(project)), "the files nearest to the root count first"


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"hearth symbols 2\n[1,2", b"hearth symbols 0\n"])
def test_a_damaged_cache_costs_the_cache_and_nothing_else(project: Path, damage: bytes) -> None:
    before = names(indexed(project))
    (file,) = kept.folder().glob("*.jsonl")
    file.write_bytes(damage)
    again = indexed(project)
    assert again.read == 1 and names(again) == before
    assert names(indexed(project)) == before


def test_what_is_kept_belongs_to_this_user_and_old_workspaces_go(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MAX_WORKSPACES", 2)
    for number in range(4):
        indexed(make(tmp_path / f"p{number}", {"a.py": "def aa(): pass\n"}))
    files = list(kept.folder().glob("*.jsonl"))
    assert len(files) == 2 and kept.folder().is_relative_to(paths.cache_dir())
    if os.name == "posix":
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_an_entry_of_another_folder_in_the_cache_is_not_believed(project: Path) -> None:
    kept.save(str(project), [Entry("/etc/passwd.py", "passwd.py", 1, 1, "0", ())])
    index = SymbolIndex([str(project)])
    index.update()
    assert set(names(index)) == {"shop.py"}


def test_an_update_ends_soon_when_the_session_does(project: Path) -> None:
    make(project, {f"part{number}.py": "def part(): pass\n" for number in range(50)})
    index = SymbolIndex([str(project)])
    index.update(breathe=index.close)
    assert index.read <= 1


def test_the_imports_at_the_top_of_a_file_are_known_each_on_one_line(project: Path) -> None:
    shop = "import os\nfrom a import (\n    b,  # why\n    c,\n)\n\n\ndef f():\n    import sys\n"
    cart = "const { x } = require('./x')\nconst y = 1\nimport z from 'z'\n"
    make(project, {"shop.py": shop, "cart.js": cart})
    index = indexed(project)
    found = {entry.shown: entry.imports for entry in index.entries()}
    assert found["shop.py"] == ("import os", "from a import ( b, c, )")
    assert found["cart.js"] == ("const { x } = require('./x')", "import z from 'z'")
    again = SymbolIndex([str(project)])
    again.update()
    assert again.read == 0 and {entry.shown: entry.imports for entry in again.entries()} == found
