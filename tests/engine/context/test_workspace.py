import os
from pathlib import Path

from hearth.engine.context.ignore import Verdict
from hearth.engine.context.symbols import Symbols
from hearth.engine.context.workspace import MAX_FILES, changed, symbols_of_file


def test_a_file_is_read_again_once_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("def one(): pass\n")
    assert names(symbols_of_file(file, [str(tmp_path)])) == ["one"]
    file.write_text("def two(): pass\n")
    os.utime(file, ns=(1, 1))
    assert names(symbols_of_file(file, [str(tmp_path)])) == ["two"]


def test_a_file_that_holds_a_key_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("KEY = '" + "AK" + "IA" + "A" * 16 + "'\ndef one(): pass\n")
    found = symbols_of_file(file, [str(tmp_path)])
    assert isinstance(found, Verdict)
    assert "AWS" in found.reason


def test_a_file_that_is_ignored_or_gone_says_so(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("a.py\n")
    (tmp_path / "a.py").write_text("def one(): pass\n")
    ignored = symbols_of_file(tmp_path / "a.py", [str(tmp_path)])
    gone = symbols_of_file(tmp_path / "b.py", [str(tmp_path)])
    assert isinstance(ignored, Verdict)
    assert ".gitignore" in ignored.reason
    assert isinstance(gone, Verdict)


def test_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"# \xff\xfe\ndef one(): pass\n")
    assert names(symbols_of_file(tmp_path / "a.py", [str(tmp_path)])) == ["one"]


def test_a_changed_file_is_forgotten_and_told_if_it_had_been_read(tmp_path: Path) -> None:
    read, unread = tmp_path / "a.py", tmp_path / "b.py"
    read.write_text("def one(): pass\n")
    symbols_of_file(read, [str(tmp_path)])
    assert changed([read, unread]) == [read]
    assert changed([read, unread]) == []


def test_no_more_files_are_kept_than_agreed(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.py" for number in range(MAX_FILES + 1)]
    for file in files:
        file.write_text("x = 1\n")
        symbols_of_file(file, [str(tmp_path)])
    assert changed(files) == files[1:]


def names(found: Symbols | Verdict) -> list[str]:
    assert isinstance(found, Symbols)
    return [definition.name for definition in found.definitions]
