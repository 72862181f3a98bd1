"""Every subcommand that quotes others: a model, a file's name, the arguments. In-process, as `typer` runs them."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hearth.engine import paths
from hearth.lsp_server import commands
from hearth.lsp_server.commands import app
from tests.nasty import hidden_in

NASTY = "say\x1b]52;c;cm0=\x07 \x1b[2J[red]red[/red]\x9b1m\u202e\u200b|split \x1b]0;t|itle\x07end"
SAID = "say [red]red[/red]split end"
NAME = "calc[red]\x1b]0;title\x07\u202e.py"  # of a file
CODE = "def add(a, b):\n    return \n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_text(CODE)
    return path


def run(answer: str, *arguments: str, typed: str = "") -> Result:
    script = json.dumps(answer)
    settings = "".join(f'[{job}]\nbackend = "scripted"\nmodel = {script}\n' for job in ("completion", "chat"))
    paths.config_file().parent.mkdir(parents=True, exist_ok=True)
    paths.config_file().write_text(settings)
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, list(arguments), input=typed)


@pytest.mark.parametrize(
    "arguments",
    [
        ("complete", "FILE:2:12", "--json"),
        ("complete", "FILE:99:1"),
        ("complete", "FILE/nothing:1:1"),
        ("complete", "\x1b[31m[red]nonsense[/red]"),
        ("explain", "FILE:1-2"),
        ("explain", "FILE:1-2", "Why \x1b[2J?"),
        ("explain", "FILE:7"),
        ("act", "instruct", "FILE:1-2", "-i", "do \x1b[2J"),
        ("act", "document", "FILE:1"),
        ("act", "\x1b[2J", "FILE:1"),
        ("inspect", "FILE:2:12"),
        ("inspect", "FILE:2:12", "--json"),
        ("models", "path", "\x1b[2J[red]x[/red]"),
        ("models", "search", "\x1b[2J[red]x[/red]"),
        ("models", "verify", "FILE"),
        ("models", "remove", "ollama:\x1b[2J"),
        ("bench", "FILE"),
        ("stats",),
    ],
    ids=lambda arguments: "-".join(arguments[:2]).encode("ascii", "backslashreplace").decode(),
)
def test_no_subcommand_prints_what_a_terminal_obeys(file: Path, arguments: tuple[str, ...]) -> None:
    result = run(NASTY, *(each.replace("FILE", str(file)) for each in arguments))
    assert hidden_in(result.output) == set()
    assert result.output and (result.exception is None or isinstance(result.exception, SystemExit))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", f"http://[::1/{NASTY}", "http://evil.example"])
def test_the_settings_of_others_command_no_terminal(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    models = [
        {"provider": provider, "model": NASTY, "apiBase": url, "apiKey": NASTY} for provider in ("ollama", NASTY)
    ]
    options = {"disableInFiles": [NASTY]}
    path = tmp_path / NAME.replace(".py", ".json")
    path.write_text(
        json.dumps({"models": models, "tabAutocompleteModel": models, "tabAutocompleteOptions": options})
    )
    result = run(NASTY, "import", str(path), "--yes")
    assert hidden_in(result.output) == set()
    assert "[red]red[/red]" in result.output


def test_an_answer_in_a_pipe_is_its_words(file: Path) -> None:
    assert run(NASTY, "explain", f"{file}:1-2").output == f"{SAID}\n"
    assert SAID in run(NASTY, "chat", f"{file}:1", typed="Is it?\n").output


def test_a_completion_is_what_would_be_inserted(file: Path) -> None:
    assert run("a\u202e + b\x1b", "complete", f"{file}:2:12").output == "a + b"
    report = json.loads(run("a\u202e + b", "complete", f"{file}:2:12", "--json").output)
    assert report["text"] == "a + b"


def test_markup_in_a_diff_and_in_a_file_s_name_is_text(file: Path) -> None:
    output = run("Adds [bold]two[/bold] numbers.", "act", "document", f"{file}:1").output
    assert "Adds [bold]two[/bold] numbers." in output and "calc[red]" in output


def test_what_is_written_holds_nothing_hidden(file: Path) -> None:
    assert run("Adds\u202e two\x1b numbers.", "act", "document", f"{file}:1", "--write").exit_code == 0
    assert '"""Adds two numbers."""' in file.read_text()


@pytest.mark.parametrize(
    "arguments",
    [("\x1b[2J[red]x",), ("chat", "--\x1b[2J[red]x"), ("bench", "--keys", "\x1b[2J[red]x"), ("explain",)],
)
def test_arguments_that_make_no_sense_are_one_line(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["hearth", *arguments])
    assert commands.run() == 2
    told = capsys.readouterr().err
    assert told.startswith("hearth: ") and hidden_in(told) == set() and "\x1b" not in told


def test_help_is_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["hearth", "--help"])
    assert commands.run() in (0, None)
    assert "complete" in capsys.readouterr().out
