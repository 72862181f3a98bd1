"""Commands where the terminal cannot show every letter, and where there is no home to write to."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hearth.engine.stats import records

SETTINGS = """
[completion]
backend = "scripted"
model = "→ ünïcödé ✨"
[chat]
backend = "scripted"
model = "Grüße ✨ an die Welt."
"""
CODE = "def grüße(a, b):\n    return a + b\n"
LINES = [
    "complete FILE:1:1",
    "complete FILE:1:1 --json",
    "explain FILE",
    "inspect FILE:1:1",
    "chat",
    "stats",
    "stats --json",
    "settings",
    "settings --markdown",
    "models list",
    "models recommend",
    "models search qwen",
    "doctor",
    "stop",
    "--help",
    "--version",
]
ENCODINGS = {
    "ascii": {"PYTHONIOENCODING": "ascii:strict"},
    "cp1252": {"PYTHONIOENCODING": "cp1252:strict"},
    "C": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "hömé ✨"
    home.mkdir(mode=0o700)
    (home / "hearth.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "größe.py").write_text(CODE, "utf-8")
    monkeypatch.setenv("HEARTH_HOME", str(home))
    monkeypatch.delenv("HEARTH_DEBUG", raising=False)
    monkeypatch.chdir(tmp_path)
    return home


def hearth(line: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", "-m", "hearth.lsp_server.cli", *line.replace("FILE", "größe.py").split()]
    said = "Grüße?\n".encode()
    return subprocess.run(
        command, input=said, env={**os.environ, **env}, capture_output=True, timeout=120, check=False
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("line", LINES)
def test_a_letter_that_a_terminal_cannot_show_costs_that_letter_only(line: str, encoding: str, home: Path) -> None:
    if line == "stats":
        records.append([record()])
    done = hearth(line, **ENCODINGS[encoding])
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert done.stdout


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_program_gets_the_text_byte_by_byte_all_the_same(encoding: str, home: Path) -> None:
    done = hearth("complete FILE:1:1", **ENCODINGS[encoding])
    assert "✨".encode() in done.stdout and b"\r" not in done.stdout
    said = json.loads(hearth("complete FILE:1:1 --json", **ENCODINGS[encoding]).stdout)
    assert "✨" in said["text"]


NOWHERE = {
    "HEARTH_HOME": "",
    "XDG_CONFIG_HOME": "",
    "XDG_DATA_HOME": "",
    "XDG_STATE_HOME": "",
    "XDG_CACHE_HOME": "",
}


@pytest.mark.parametrize("where", ["/proc/nobody", "/dev/null", "relative", ""])
@pytest.mark.parametrize("line", ["--version", "stop", "stats", "settings", "models list", "models recommend"])
def test_a_command_works_without_a_home(line: str, where: str, home: Path) -> None:
    done = hearth(line, **NOWHERE, HOME=where, TMPDIR=str(home))
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr


def test_what_is_logged_is_not_part_of_the_output(home: Path) -> None:
    """A library that warns, and a host that dies: the log says it."""
    code = (
        "import logging, sys; from hearth.lsp_server import commands;"
        "from hearth.lsp_server.commands import stats;"
        "stats.records.load = lambda since: logging.getLogger('hearth.x').error('aside') or [];"
        "sys.argv[1:] = ['stats']; sys.exit(commands.run())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and done.stderr == ""
    assert "aside" in (home / "logs" / "command.log").read_text()


def record() -> records.SuggestionRecord:
    return records.SuggestionRecord(
        at=time.time(),
        language="python",
        model="m",
        latency_ms=50.0,
        confidence=0.9,
        characters=8,
        lines=1,
        shown=True,
        outcome="accepted",
        saved=7,
    )
