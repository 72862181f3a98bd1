"""`hearth import`: settings of Continue and llama.vscode, shown, asked about, and written."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hearth.engine.settings import Settings
from hearth.lsp_server.importing import continue_settings, llama_vscode, sources
from hearth.lsp_server.importing.proposal import Proposal, Unreadable
from hearth.lsp_server.settings import Layer, resolve

CONTINUE = """
name: My Config
version: 1.0.0
schema: v1
models:
  - name: Chat
    provider: ollama
    model: llama3.1:8b
    defaultCompletionOptions:
      temperature: 0.7
      maxTokens: 1500
  - name: Cloud
    provider: anthropic
    model: claude
    apiKey: sk-ant-verysecret
    roles: [chat]
  - name: Tab
    provider: ollama
    model: qwen2.5-coder:1.5b
    roles:
      - autocomplete
    autocompleteOptions:
      multilineCompletions: never
      maxPromptTokens: 2048
      disableInFiles: ["*.md", "secrets/**"]
rules:
  - Be brief.
"""

CONTINUE_JSON = """{
  // the old form
  "models": [{"title": "Local", "provider": "lmstudio", "model": "qwen2.5-coder-7b-instruct",
              "apiKey": "${{ secrets.LMSTUDIO_KEY }}", "completionOptions": {"temperature": 0.2}}],
  "tabAutocompleteModel": {"provider": "llama.cpp", "model": "qwen2.5-coder", "apiBase": "http://localhost:8012/"},
  "tabAutocompleteOptions": {"disable": true},
  "slashCommands": [{"name": "edit"}], /* "x": // */
}
"""

VSCODE = r"""{
  "editor.fontSize": 14,
  "files.exclude": {"**/*.js": true, "a,]": "//no comment, }",},
  "llama-vscode.endpoint": "http://127.0.0.1:8012",
  "llama-vscode.endpoint_chat": "http://127.0.0.1:8011", // another server
  "llama-vscode.auto": false,
  "llama-vscode.n_predict": 96,
  "llama-vscode.api_key": "sk-verysecret",
  "llama-vscode.ring_n_chunks": 0,
  "llama-vscode.languageSettings": {"*": true, "markdown": false, "go": true, "c": false},
}
"""


def settings_of(proposal: Proposal) -> dict[str, Any]:
    return {".".join(name): value for name, value in proposal.settings.items()}


def read(text: str, name: str, tmp_path: Path) -> Proposal:
    path = tmp_path / name
    path.write_text(text)
    return sources.of_file(path).read(sources.content_of(path))


def test_continues_yaml(tmp_path: Path) -> None:
    proposal = read(CONTINUE, "config.yaml", tmp_path)
    assert settings_of(proposal) == {
        "ollama.url": "http://127.0.0.1:11434",
        "completion.backend": "ollama",
        "completion.model": "qwen2.5-coder:1.5b",
        "completion.max_lines": 1,
        "completion.prefix_tokens": 2048,
        "chat.backend": "ollama",
        "chat.model": "llama3.1:8b",
        "chat.temperature": 0.7,
        "chat.max_tokens": 1500,
    }
    assert proposal.ignored == ["*.md", "secrets/**"]
    assert "'claude' is a further model for chat" in " ".join(proposal.notes)
    assert "no counterpart to rules" in " ".join(proposal.notes)


def test_continues_json(tmp_path: Path) -> None:
    proposal = read(CONTINUE_JSON, "config.json", tmp_path)
    assert settings_of(proposal) == {
        "openai_compatible.url": "http://localhost:8012/v1",
        "completion.backend": "openai_compatible",
        "completion.model": "qwen2.5-coder",
        "completion.automatic": False,
    }
    assert "one server of each kind: http://127.0.0.1:1234/v1" in " ".join(proposal.notes)


def test_llama_vscode(tmp_path: Path) -> None:
    proposal = read(VSCODE, "settings.json", tmp_path)
    assert settings_of(proposal) == {
        "openai_compatible.url": "http://127.0.0.1:8012/v1",
        "openai_compatible.fim": "infill",
        "completion.backend": "openai_compatible",
        "completion.model": "default",
        "completion.automatic": False,
        "completion.max_tokens": 96,
        "completion.languages_off": ["c", "markdown"],
        "context.enabled": False,
    }
    assert "No key was copied" in " ".join(proposal.notes)
    assert "http://127.0.0.1:8011/v1" in " ".join(proposal.notes)


@pytest.mark.parametrize(
    ("command", "model"),
    [
        ("llama-server -m /models/qwen.gguf --port 8012", "/models/qwen.gguf"),
        ('llama-server --model "/my models/qwen.gguf" -ngl 99', "/my models/qwen.gguf"),
        ("llama-server --fim-qwen-1.5b-default", "qwen2.5-coder-1.5b"),
        ("llama-server --fim-qwen-7b-spec --port 8012", "qwen2.5-coder-7b"),
    ],
)
def test_a_model_that_a_command_starts_is_one_that_hearth_runs(command: str, model: str) -> None:
    proposal = llama_vscode.read({"llama-vscode.launch_completion": command})
    assert settings_of(proposal) == {"completion.backend": "local", "completion.model": model}


@pytest.mark.parametrize("command", ["", "llama-server", "llama-server --fim-qwen-999b-default", "x -m", 3])
def test_a_command_that_names_no_model(command: object) -> None:
    values = {"llama-vscode.launch_completion": command, "llama-vscode.endpoint": "http://127.0.0.1:8012"}
    assert settings_of(llama_vscode.read(values))["completion.backend"] == "openai_compatible"


@pytest.mark.parametrize(
    "model",
    [
        {"provider": "ollama", "model": "m", "apiBase": "http://10.0.0.3:11434"},
        {"provider": "openai", "model": "m", "apiBase": "https://llm.example/v1", "apiKey": "sk-verysecret"},
        {"provider": "openai", "model": "gpt-4o", "apiKey": "sk-verysecret"},
        {"provider": "mistral", "model": "codestral-latest"},
        {"provider": "", "model": "m"},
        {"uses": "anthropic/claude"},
        {"provider": "ollama"},
        {"provider": "ollama", "model": 3, "apiBase": 3},
        {"provider": "ollama", "model": "m", "apiBase": "http://user:verysecret@evil.example:99999999/"},
        {"provider": "ollama", "model": "m", "apiBase": "http://[::1"},
    ],
    ids=str,
)
def test_nothing_that_would_send_code_away_is_proposed(model: dict[str, Any]) -> None:
    proposal = continue_settings.read({"models": [{**model, "roles": ["chat", "autocomplete"]}]})
    assert settings_of(proposal) == {}
    assert proposal.notes
    assert "verysecret" not in str(proposal)


@pytest.mark.parametrize(
    "content",
    [
        {"models": [None, 3, "x", [], {}], "tabAutocompleteModel": [None, 3]},
        {"models": {"a": 1}, "tabAutocompleteModel": 3, "tabAutocompleteOptions": []},
        {"models": [{"provider": "ollama", "model": "m", "defaultCompletionOptions": {"maxTokens": -3}}]},
        {"models": [{"provider": "ollama", "model": "m", "roles": "chat", "autocompleteOptions": 3}]},
        {"models": [{"provider": "ollama", "model": "m", "defaultCompletionOptions": {"temperature": "hot"}}]},
    ],
    ids=str,
)
def test_odd_values_are_left_out(content: dict[str, Any]) -> None:
    proposal = continue_settings.read(content)
    layer: dict[str, Any] = {}
    for (section, name), value in proposal.settings.items():
        layer.setdefault(section, {})[name] = value
    assert resolve([Layer("", layer)])[1] == []
    assert "-3" not in str(proposal.settings)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("config.yaml", "models: [", "cannot be read"),
        ("config.yaml", "- a\n- b\n", "holds no settings"),
        ("config.yaml", "a: !!python/object/apply:os.system ['true']\nmodels: []\n", "cannot be read"),
        ("config.yaml", "a: &a [1]\nmodels: [" + "*a, " * 2_000 + "]\n", "too many aliases"),
        ("config.json", "{", "cannot be read"),
        ("config.json", "[" * 100_000, "cannot be read"),
        ("settings.json", "{}", "does not look like"),
        ("settings.json", '{"editor.fontSize": 1}', "does not look like"),
    ],
    ids=lambda each: each[:30],
)
def test_what_cannot_be_read_is_told(name: str, text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=why):
        read(text, name, tmp_path)


# The command.


def hearth(home: Path, folder: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "hearth.lsp_server.cli", "import", *arguments],
        env={**os.environ, "HEARTH_HOME": str(home / "hearth"), "HOME": str(home), "COLUMNS": "200"},
        cwd=folder,
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / ".continue").mkdir(parents=True)
    (home / ".continue" / "config.yaml").write_text(CONTINUE)
    (home / "hearth").mkdir()
    return home


def written(home: Path) -> dict[str, Any]:
    path = home / "hearth" / "hearth.toml"
    return tomllib.loads(path.read_text()) if path.exists() else {}


def test_it_shows_what_it_would_set_and_asks(home: Path, tmp_path: Path) -> None:
    for said in ("", "n\n"):
        done = hearth(home, tmp_path, said=said)
        assert done.returncode == 1
        for shown in ("Continue: ", "completion.model", "qwen2.5-coder:1.5b", "chat.temperature", "Set this?"):
            assert shown in done.stdout
        assert "• " in done.stdout
        assert written(home) == {}


def test_it_writes_what_was_agreed_to_and_nothing_else(home: Path, tmp_path: Path) -> None:
    path = home / "hearth" / "hearth.toml"
    path.write_text("# mine\n[completion]\nmax_lines = 7 # few\nmax_tokens = 99\n")
    done = hearth(home, tmp_path, said="y\n")
    assert done.returncode == 0, done.stderr
    text = path.read_text()
    assert text.startswith("# mine\n[completion]\n")
    found = tomllib.loads(text)
    assert (found["completion"]["max_lines"], found["completion"]["max_tokens"]) == (1, 99)
    assert found["chat"] == {"backend": "ollama", "model": "llama3.1:8b", "temperature": 0.7, "max_tokens": 1500}
    assert "ollama" not in found  # its address is the usual one
    again = hearth(home, tmp_path, "--yes")
    assert "There is nothing to set" in again.stdout
    settings, problems = resolve([Layer("", found)])
    assert problems == []
    assert settings.chat.model != Settings().chat.model


def test_ignore_rules_go_into_the_folder(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".continueignore").write_text("# private\nnotes/\n*.csv\n")
    (folder / ".hearthignore").write_text("*.csv")
    done = hearth(home, folder, "--yes")
    assert done.returncode == 0, done.stderr
    assert (folder / ".hearthignore").read_text() == "*.csv\nnotes/\n*.md\nsecrets/**\n"


def test_no_key_is_written_or_shown(home: Path, tmp_path: Path) -> None:
    (home / ".continue" / "config.yaml").write_text(
        "models:\n  - {provider: openai, model: m, apiBase: 'http://127.0.0.1:9/v1', apiKey: sk-verysecret}\n"
    )
    done = hearth(home, tmp_path, "--yes")
    assert written(home)["openai_compatible"] == {"url": "http://127.0.0.1:9/v1"}
    assert "verysecret" not in done.stdout + done.stderr
    assert "api_key_env" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is that of Linux")
def test_with_several_it_wants_to_know_which(home: Path, tmp_path: Path) -> None:
    folder = home / ".config" / "Code" / "User"
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text(VSCODE)
    done = hearth(home, tmp_path, "--yes")
    assert done.returncode == 1
    assert "--from continue or --from llama.vscode" in done.stderr
    done = hearth(home, tmp_path, "--from", "llama.vscode", "--yes")
    assert done.returncode == 0, done.stderr
    assert written(home)["completion"]["languages_off"] == ["c", "markdown"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--from", "copilot"), "--from takes continue or llama.vscode"),
        (("nothing.yaml",), "No such file"),
        (("empty.json",), "does not look like"),
    ],
    ids=str,
)
def test_what_cannot_be_imported_is_told_in_one_line(
    arguments: tuple[str, ...], why: str, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty.json").write_text("{}")
    done = hearth(home, tmp_path, *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert why in done.stderr
    assert written(home) == {}


def test_without_anything_to_import_it_says_where_it_looked(tmp_path: Path) -> None:
    done = hearth(tmp_path, tmp_path)
    assert done.returncode == 1
    assert ".continue" in done.stderr
