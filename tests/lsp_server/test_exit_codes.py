"""What each subcommand ends with: 0 it worked, 1 it did not and one line says why, 2 the line makes no sense."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hearth.lsp_server import commands
from hearth.lsp_server.commands.models import app as models
from tests.lsp_server.test_tcp import framed, initialize

SETTINGS = """
[completion]
backend = "scripted"
model = "hello"
[chat]
backend = "scripted"
model = "It adds."
"""
CODE = "def add(a, b):\n    return a + b\n"
LONG = "x" * 5000
# For each subcommand: what works, what fails, and what makes no sense. FILE is a file that is there.
RIGHT = [
    "complete FILE:1:1",
    "explain FILE",
    "chat",
    "inspect FILE:1:1",
    "stats",
    "stats --json",
    "stats --delete",
    "settings",
    "settings --markdown",
    "stop",
]
RIGHT += ["models list", "models search qwen", "models recommend", "models use qwen2.5-coder-0.5b-instruct"]
RIGHT += ["doctor", "--version", "--help", "serve --help", "act bug FILE --help", "bench --help", "demo --help"]
RIGHT += ["import theirs.json --yes"]
WRONG = ["complete FILE:99:1", "explain none.py", "chat none.py", "inspect none.py:1:1", "bench none.py"]
WRONG += ["commit", "import none.yaml", "import FILE", "import --from nonsense", "import theirs.json"]
WRONG += ["act nonsense FILE", "act document none.py", "act fix FILE", "models search zzzz"]
WRONG += [f"models {each} no-such-model" for each in ("pull", "path", "remove", "verify", "use")]
SENSELESS = [
    "",
    "nonsense",
    "complete",
    "explain",
    "act",
    "inspect",
    "stats --days 0",
    "stats --nonsense",
    "models",
]
SENSELESS += ["models pull", "models path", "models use x --role none", "bench --keys 0", "chat --nonsense"]
SENSELESS += ["import a b", "serve --ollama", "serve --http x", "serve --http 0 --tcp 0"]
SENSELESS += ["serve --nonsense", "serve --tcp x", "serve --tcp 99999", "serve --tcp -1", "doctor x", "demo x"]
STRANGE = ["a\0b.gguf", "~nobody-at-all/x.gguf", f"/{LONG}.gguf", f"hf:a/b/{'x' * 300}.gguf", f"ollama:{LONG}"]
STRANGE += [f"lmstudio:a/b/{'x' * 300}.gguf", "a\nb", "", "hf:../../x", "\ud800"]


def ended(line: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """(exit code, what was said on stderr)."""
    monkeypatch.setattr(sys, "argv", ["hearth", *line])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"What?\n")))
    return commands.run(), capsys.readouterr().err


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "hearth.toml").write_text(SETTINGS)
    (tmp_path / "sample.py").write_text(CODE)
    (tmp_path / "theirs.json").write_text('{"models": [{"provider": "ollama", "model": "m"}]}')
    monkeypatch.setenv("HEARTH_HOME", str(home))
    monkeypatch.delenv("HEARTH_DEBUG", raising=False)
    monkeypatch.chdir(tmp_path)


def hearth(line: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "hearth.lsp_server.cli", *line.replace("FILE", "sample.py").split()]
    return subprocess.run(command, input="What?\n", capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("line", RIGHT)
def test_what_works_ends_with_0(line: str) -> None:
    done = hearth(line)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", WRONG)
def test_what_fails_ends_with_1_and_one_line(line: str) -> None:
    done = hearth(line)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr


@pytest.mark.parametrize("line", SENSELESS)
def test_what_makes_no_sense_ends_with_2(line: str) -> None:
    done = hearth(line)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize(
    "line",
    [
        *(["models", each, "NAME"] for each in ("pull", "path", "remove", "verify", "use")),
        *([each, "NAME:1:1"] for each in ("complete", "inspect")),
        *([each, "NAME"] for each in ("explain", "bench", "chat", "import")),
        ["import", "--from", "NAME"],
        ["complete", "sample.py:1:1", "--model", "NAME"],
        ["act", "document", "NAME:1-2"],
        ["act", "NAME", "sample.py:1-2"],
        ["models", "search", "NAME"],
        ["chat", "--model", "NAME", "--backend", "local"],
        ["chat", "--backend", "NAME"],
    ],
    ids=" ".join,
)
def test_a_strange_name_is_a_short_clear_error(
    line: list[str], name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = ended([each.replace("NAME", name) for each in line], monkeypatch, capsys)
    if code == 0:  # a scripted model may be called anything, and an empty name is none
        assert line[0] in ("complete", "chat", "models")
        return
    assert code in (1, 2) and said.strip()
    assert "Traceback" not in said and "unexpected error" not in said
    assert len(said) < 1500


def test_every_subcommand_is_here() -> None:
    said = " ".join(RIGHT + WRONG + SENSELESS)
    for command in commands.app.registered_commands:
        name = command.name or getattr(command.callback, "__name__", "")
        assert f"{name} " in said, name
    for command in models.registered_commands:
        name = command.name or getattr(command.callback, "__name__", "")
        assert f"models {name}" in said, name


def test_an_error_that_nobody_expected_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("with the user's code in it")

    monkeypatch.setattr("hearth.lsp_server.commands.stats.records.load", fail)
    code, said = ended(["stats"], monkeypatch, capsys)
    assert code == 1 and "ValueError" in said and "user's code" not in said
    monkeypatch.setenv("HEARTH_DEBUG", "1")
    with pytest.raises(ValueError):
        ended(["stats"], monkeypatch, capsys)


@pytest.mark.parametrize(("shut_down", "code"), [(True, 0), (False, 1)])
def test_exit_without_shutdown_ends_with_1(shut_down: bool, code: int) -> None:
    said = initialize({}) + framed({"jsonrpc": "2.0", "method": "initialized", "params": {}})
    if shut_down:
        said += framed({"jsonrpc": "2.0", "id": 2, "method": "shutdown"})
    said += framed({"jsonrpc": "2.0", "method": "exit"})
    server = [sys.executable, "-P", "-m", "hearth.lsp_server.cli", "serve"]
    done = subprocess.run(server, input=said, capture_output=True, timeout=120, env=os.environ)
    assert done.returncode == code and b"Traceback" not in done.stderr
