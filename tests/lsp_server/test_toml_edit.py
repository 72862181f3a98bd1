import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.errors import SettingsError
from hearth.lsp_server.commands.toml_edit import Change, set_value, set_values


def edited(tmp_path: Path, before: str, value: str = "new") -> str:
    path = tmp_path / "hearth.toml"
    path.write_bytes(before.encode())
    set_value(path, "completion", "model", value)
    return path.read_bytes().decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[completion]\nmodel = "new"\n'),
        ("debug = true\n", 'debug = true\n\n[completion]\nmodel = "new"\n'),
        ("debug = true", 'debug = true\n\n[completion]\nmodel = "new"\n'),
        ("[completion]", '[completion]\nmodel = "new"\n'),
        ("[completion]\nmax_lines = 3\n", '[completion]\nmax_lines = 3\nmodel = "new"\n'),
        ("[completion]\n# mine\n\n[chat]\n", '[completion]\n# mine\nmodel = "new"\n\n[chat]\n'),
        (
            "# mine\n[completion] # fast\n  model = 'old' # why\nmax_lines = 3\n\n[chat]\nmodel = \"old\"\n",
            '# mine\n[completion] # fast\n  model = "new" # why\nmax_lines = 3\n\n[chat]\nmodel = "old"\n',
        ),
        ("[chat]\nmodel = 'c'\n", "[chat]\nmodel = 'c'\n\n[completion]\nmodel = \"new\"\n"),
        ("[completion]\r\nmodel = 'old'\r\n", '[completion]\r\nmodel = "new"\r\n'),
        ("[chat]\r\nmodel = 'c'\r\n", "[chat]\r\nmodel = 'c'\r\n\r\n[completion]\r\nmodel = \"new\"\r\n"),
        ("completion = { model = 'old' } # why\n", 'completion = { model = "new" } # why\n'),
        ("completion.model = 'old'\n", 'completion.model = "new"\n'),
        ('[completion]\nmodel = """\nold"""\n', '[completion]\nmodel = "new"\n'),
        (
            '[completion]\nnote = """\n[chat]\n"""\nmodel = "old"\n',
            '[completion]\nnote = """\n[chat]\n"""\nmodel = "new"\n',
        ),
    ],
)
def test_only_the_one_line_changes(tmp_path: Path, before: str, after: str) -> None:
    assert edited(tmp_path, before) == after


@pytest.mark.parametrize("before", ["completion = 3\n", "[[completion]]\nmax_lines = 3\n"])
def test_what_cannot_be_edited_safely_is_left_alone(tmp_path: Path, before: str) -> None:
    with pytest.raises(SettingsError, match=r'model = "new" in \[completion\]'):
        edited(tmp_path, before)
    assert (tmp_path / "hearth.toml").read_text() == before


def test_several_values_are_set_at_once_or_none(tmp_path: Path) -> None:
    path = tmp_path / "hearth.toml"
    path.write_text("# mine\n[completion]\nmax_lines = 3 # few\n")
    changes = [
        Change("completion", "max_lines", 7),
        Change("chat", "temperature", 0.5),
        Change("completion", "automatic", False),
        Change("completion", "languages_off", ["go", "c"]),
    ]
    set_values(path, changes)
    assert path.read_text().startswith("# mine\n[completion]\nmax_lines = 7 # few\n")
    assert tomllib.loads(path.read_text()) == {
        "completion": {"max_lines": 7, "automatic": False, "languages_off": ["go", "c"]},
        "chat": {"temperature": 0.5},
    }
    path.write_text(before := "chat = 3\n")
    with pytest.raises(SettingsError, match=r"max_lines = 7 in \[completion\], temperature = 0.5 in \[chat\]"):
        set_values(path, changes)
    assert path.read_text() == before


def test_the_file_and_its_folder_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "hearth.toml"
    set_value(path, "chat", "model", "m")
    assert tomllib.loads(path.read_text()) == {"chat": {"model": "m"}}


def test_a_link_to_a_settings_file_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "hearth.toml"
    real.write_text("debug = true\n")
    link.symlink_to(real)
    set_value(link, "chat", "model", "m")
    assert link.is_symlink()
    assert tomllib.loads(real.read_text()) == {"debug": True, "chat": {"model": "m"}}


@given(value=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_can_be_a_value(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    text = edited(tmp_path_factory.mktemp("toml"), "[completion]\nmodel = 'old'\n", value)
    assert tomllib.loads(text) == {"completion": {"model": value}}


def test_the_mark_that_editors_on_windows_put_in_front_stays(tmp_path: Path) -> None:
    before = "\ufeff[completion]\r\nmodel = 'old' # mine\r\n"
    assert edited(tmp_path, before) == '\ufeff[completion]\r\nmodel = "new" # mine\r\n'
