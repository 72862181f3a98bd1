from pathlib import Path

import pytest

from hearth.engine.context import imports
from hearth.engine.context.imports import Lookup, Where, lookup
from hearth.engine.context.symbols import Import
from hearth.engine.languages import language_of


def test_folders_are_listed_as_a_manifest_means_them(tmp_path: Path) -> None:
    for name in ("packages/a", "packages/b/node_modules/c", "packages/old", "app", "deep/x/y"):
        (tmp_path / name).mkdir(parents=True)

    def matching(*patterns: str) -> list[str]:
        return sorted(found.relative_to(tmp_path).as_posix() for found in Lookup().matching(tmp_path, patterns))

    assert matching("packages/*", "!packages/old", "./app/") == ["app", "packages/a", "packages/b"]
    assert matching("deep/**") == ["deep", "deep/x", "deep/x/y"]
    assert matching("../*", "/etc", "none") == []


def test_one_question_looks_only_so_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "MAX_LOOKS", 20)
    python = language_of("python")
    assert python is not None
    for number in range(200):
        (tmp_path / f"packages/p{number}").mkdir(parents=True)
    (tmp_path / "packages/p199/setup.py").touch()
    (tmp_path / "packages/p199/far.py").touch()
    disk = Lookup()
    assert imports.targets(Import("far", (), 0, 0), python, Where(tmp_path / "a.py", tmp_path, (), disk)) == ()
    assert disk.looks == 20


def test_a_manifest_is_parsed_again_once_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    parsed: list[str] = []

    def parse(text: str) -> str:
        parsed.append(text)
        return text

    for text in ("one", "one", "another"):
        file.write_text(text) if not file.exists() or file.read_text() != text else None
        assert Lookup().manifest(file, parse) == text
    assert parsed == ["one", "another"]


def test_only_a_short_regular_file_is_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "long").write_text("x" * 100)
    assert Lookup().manifest(tmp_path / "long", str.upper, 99) is None
    assert Lookup().manifest(tmp_path, str.upper) is None
    assert Lookup().manifest(tmp_path / "none", str.upper) is None
