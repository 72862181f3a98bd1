"""`hearth act`, `hearth explain` and `hearth chat`, with scripted answers."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hearth.engine import paths
from hearth.engine.chat import history
from hearth.lsp_server.commands import app

CODE = "def add(a, b):\n    return a + b\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "calc.py"
    path.write_text(CODE)
    return path


def run(answer: str, *arguments: str, typed: str = "") -> Result:
    settings = (
        f'[completion]\nbackend = "scripted"\nmodel = ""\n[chat]\nbackend = "scripted"\nmodel = "{answer}"\n'
    )
    paths.config_file().parent.mkdir(parents=True, exist_ok=True)
    paths.config_file().write_text(settings)
    return CliRunner().invoke(app, list(arguments), input=typed)


def test_act_shows_a_diff_and_changes_nothing(file: Path) -> None:
    result = run("Adds two numbers.", "act", "document", f"{file}:1")
    assert result.exit_code == 0, result.output
    assert '+    """Adds two numbers."""' in result.output
    assert file.read_text() == CODE


def test_act_writes_when_told_to_and_keeps_the_files_mode(file: Path) -> None:
    file.chmod(0o755)
    assert run("Adds two numbers.", "act", "document", f"{file}:1", "--write").exit_code == 0
    assert file.read_text() == 'def add(a, b):\n    """Adds two numbers."""\n    return a + b\n'
    assert file.stat().st_mode & 0o777 == 0o755


def test_act_makes_a_file_of_tests(file: Path) -> None:
    assert run("def test_add():\\n    assert add(1, 2) == 3", "act", "test", f"{file}:1", "--write").exit_code == 0
    tests = file.with_name("test_calc.py").read_text()
    assert tests == "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nonsense", "FILE:1"), "there is no action 'nonsense'"),
        (("bug", "FILE:99"), "has 3 lines"),
        (("bug", "no-such-file.py:1"), "No such file"),
        (("instruct", "FILE:1"), "say what to do"),
        (("fix", "FILE:1"), "say what is wrong"),
        (("implement", "FILE:1"), "makes no sense"),
        (("bug", "FILE:1"), "add is missing from the answer; nothing was changed"),
    ],
)
def test_what_cannot_be_done_is_one_line(file: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run("x = 1", "act", *(each.replace("FILE", str(file)) for each in arguments))
    assert result.exit_code == 1
    assert message in result.output.replace("\n", " ")
    assert file.read_text() == CODE


def test_explain_prints_the_answer_and_keeps_no_history(file: Path) -> None:
    result = run("It |**adds**.", "explain", f"{file}:1-2")
    assert result.exit_code == 0 and result.output == "It **adds**.\n"
    assert history.listed() == []


def test_what_is_piped_is_one_question_however_many_lines_it_has(file: Path) -> None:
    result = run("Yes.", "chat", f"{file}:1", typed="Is it?\n\nReally?\n")
    assert (result.exit_code, result.output) == (0, "Yes.\n")
    (kept,) = history.listed()
    assert [turn.question for turn in kept.turns] == ["Is it?\n\nReally?"]
    assert "def add" in kept.turns[0].sent


DIFF = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"


def test_a_diff_from_a_pipe_is_explained() -> None:
    result = run("Yes.", "chat", typed=DIFF)
    assert (result.exit_code, result.output) == (0, "Yes.\n")
    ((turn,),) = [kept.turns for kept in history.listed()]
    assert turn.question.startswith("Explain briefly what this change does")
    assert f"```diff\n{DIFF}" in turn.sent


def test_what_is_piped_may_be_what_a_question_is_about() -> None:
    key = "gh" + "p_" + "aB3dE6gH9" * 4
    result = run("Yes.", "chat", "-q", "Why?", typed=f"one\ntoken = '{key}'\n")
    assert (result.exit_code, result.output) == (0, "Yes.\n")
    ((turn,),) = [kept.turns for kept in history.listed()]
    assert turn.question == "Why?" and "standard input" in turn.sent and "one\n" in turn.sent
    assert key not in turn.sent


def test_an_empty_pipe_asks_nothing() -> None:
    result = run("Yes.", "chat", typed="\n")
    assert (result.exit_code, result.output, history.listed()) == (0, "", [])
