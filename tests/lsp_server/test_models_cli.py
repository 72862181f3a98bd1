import asyncio
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hearth.engine import paths
from hearth.engine.models import catalog, store
from hearth.engine.models.fit import Machine
from hearth.lsp_server.commands import app
from tests.engine.models.fake_hub import FakeHub, running
from tests.engine.models.stores import put_into_ollama
from tests.fakes.ollama import FakeOllama
from tests.tiny_model import write_tiny_gguf
from tests.waiting import blocking_until

NAME = "hf:o/r/a.gguf"


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other stores, no way out, and a machine that is everywhere the same."""
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "user"))
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "ollama"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(Machine, "here", staticmethod(lambda: Machine(8 * 2**30, 4)))


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_tiny_gguf(tmp_path / "tiny.gguf")


@pytest.fixture
def hub(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with running(FakeHub({"o/r/a.gguf": tiny.read_bytes()})) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


@contextmanager
def serving(fake: FakeOllama) -> Iterator[FakeOllama]:
    """Beside the command, which has an event loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(fake.http.start(), loop).result(10)
    try:
        yield fake
    finally:
        asyncio.run_coroutine_threadsafe(fake.http.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


def hearth(*arguments: str, ok: bool = True) -> Result:
    result = CliRunner().invoke(app, ["models", *arguments])
    assert (result.exit_code == 0) == ok, result.output
    return result


def refusal(*arguments: str) -> str:
    """The one line on stderr."""
    result = hearth(*arguments, ok=False)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1 and "Traceback" not in result.output
    return result.stderr


def test_list_shows_every_row_and_what_else_lies_here(tiny: Path) -> None:
    own = Path(os.environ["HOME"]) / ".lmstudio/models/p/m/other.gguf"
    own.parent.mkdir(parents=True)
    own.write_bytes(tiny.read_bytes())
    shown = hearth("list").stdout
    assert all(id in shown for id in catalog.models())
    broken = own.with_name("broken.gguf")
    broken.write_bytes(b"GGUF" + bytes(40))
    shown = hearth("list").stdout
    [line] = [line for line in shown.splitlines() if "lmstudio:p/m/other.gguf" in line]
    assert "LM Studio, for both, licence not stated in the file, fits" in line
    assert "broken.gguf  0 MB, LM Studio: not a usable GGUF file" in shown
    rows = {row["id"]: row for row in json.loads(hearth("list", "--json").stdout)}
    assert rows["lmstudio:p/m/other.gguf"]["path"] == str(own)
    assert rows["qwen2.5-coder-32b-instruct"]["fits"] is False
    assert rows["qwen2.5-coder-3b"]["non_commercial"] is True
    assert rows["qwen2.5-coder-0.5b"]["store"] is None


def test_looking_at_models_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError(f"tried to get out: {arguments}")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    for command in (
        ["list"],
        ["search", "coder"],
        ["recommend"],
        ["use", "qwen2.5-coder:7b"],
        ["use", "ollama:x"],
    ):
        hearth(*command)


def test_search_shows_the_rows_with_all_words() -> None:
    shown = hearth("search", "falcon", ok=False).stderr
    assert "No model of the catalog has 'falcon'" in shown
    assert "starcoder2-3b" in hearth("search", "starcoder2:3b").stdout, "as Ollama calls it"
    shown = hearth("search", "deepseek", "chat").stdout
    assert "deepseek-r1-distill-qwen-7b" in shown and "granite" not in shown


def test_pull_path_verify_and_remove_go_together(hub: FakeHub) -> None:
    assert "is ready" in hearth("pull", NAME).stdout
    path = Path(hearth("path", NAME).stdout.removesuffix("\n"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest in hearth("verify", NAME).stdout
    assert f"removed {path}" in hearth("remove", NAME).stdout
    assert not path.exists()
    assert "hearth models pull" in refusal("path", NAME)


def test_verify_of_a_plain_file_says_that_there_is_no_digest(tiny: Path) -> None:
    assert "no digest" in hearth("verify", str(tiny)).stdout


def test_pull_says_size_and_licence_first() -> None:
    result = hearth("pull", "qwen2.5-coder-3b", ok=False)
    assert "3.3 GB, Qwen Research License" in result.stdout
    assert "does not allow commercial use" in result.stdout
    assert "cannot be reached" in result.stderr


def test_a_name_from_an_article_says_which_model_it_is() -> None:
    told = hearth("pull", "deepseek-r1:7b", ok=False).stdout
    assert "deepseek-r1:7b is deepseek-r1-distill-qwen-7b in Hearth's catalog." in told
    assert "4.7 GB, MIT" in told
    hearth("use", "deepseek-r1:7b", "--role", "chat")
    assert tomllib.loads(paths.config_file().read_text())["chat"]["model"] == "deepseek-r1-distill-qwen-7b"


def test_a_model_of_ollamas_is_pulled_by_ollama_and_used_where_it_lies(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeOllama(library=["tiny:1b"])
    with serving(fake):
        paths.config_file().write_text(f'[ollama]\nurl = "{fake.http.url}"\n')
        assert "but in no folder that Hearth can read" in hearth("pull", "ollama:tiny:1b", ok=False).stderr
        assert len(fake.http.asked("/api/pull")) == 1
        put_into_ollama(Path(os.environ["HOME"]), "tiny:1b", tiny)
        monkeypatch.setenv("OLLAMA_MODELS", str(Path(os.environ["HOME"]) / ".ollama/models"))
        assert "ollama:tiny:1b is ready" in hearth("pull", "ollama:tiny:1b").stdout
        assert "ollama:tiny:1b is ready" in hearth("pull", "tiny:1b").stdout, "as an article writes it"
        assert len(fake.http.asked("/api/pull")) == 1, "what is there is not asked for"
        assert "no model other in its library" in refusal("pull", "ollama:other")
        paths.config_file().write_text(f'[ollama]\nurl = "{fake.http.url}"\n[downloads]\nallowed = false\n')
        assert "switched off" in refusal("pull", "ollama:other")
        assert len(fake.http.asked("/api/pull")) == 2
    paths.config_file().write_text(f'[ollama]\nurl = "{fake.http.url}"\n')
    assert "Is Ollama running" in refusal("pull", "ollama:other")


def test_an_interrupted_pull_ends_at_ollama_too() -> None:
    fake = FakeOllama(library=["tiny:1b"], pull_pause=1.0)
    with serving(fake):
        paths.config_file().write_text(f'[ollama]\nurl = "{fake.http.url}"\n')
        pull = pulling("ollama:tiny:1b")
        blocking_until(lambda: fake.http.asked("/api/pull") or pull.poll() is not None, "the pull")
        pull.send_signal(signal.SIGINT)
        _, told = pull.communicate(timeout=60)
        assert pull.returncode == 130
        assert "goes on from there" in told and "Traceback" not in told
        blocking_until(fake.http.asked("/api/pull")[0].disconnected.is_set, "the end of the pull")


def pulling(name: str) -> "subprocess.Popen[str]":
    """In a process that Ctrl-C ends, also where these tests run in the background, which ignores it."""
    command = [sys.executable, "-m", "hearth.lsp_server.cli", "models", "pull", name]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command,
        stdout=pipe,
        stderr=pipe,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_pull_respects_that_downloads_are_off(hub: FakeHub) -> None:
    paths.config_file().write_text("[downloads]\nallowed = false\n")
    assert "switched off" in refusal("pull", NAME)
    assert hub.requests == []


def test_an_interrupted_pull_says_that_it_can_go_on(hub: FakeHub, tiny: Path) -> None:
    hub.pace = threading.Event()
    pull = pulling(NAME)
    half = tiny.stat().st_size // 2

    def has_half() -> bool:
        assert pull.poll() is None
        return any(path.stat().st_size >= half for path in paths.models_dir().rglob("*.part"))

    blocking_until(has_half, "half of the file")
    pull.send_signal(signal.SIGINT)
    _, told = pull.communicate(timeout=60)
    hub.pace.set()
    assert pull.returncode == 130
    assert "goes on from there" in told and "Traceback" not in told
    assert store.find(NAME) is None
    hub.requests.clear()
    hearth("pull", NAME)
    assert hub.downloads() == [f"bytes={half}-"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("path", "qwen2.5-coder-0.5"), "Did you mean"),
        (("pull", "no-such-model-at-all"), "no model named"),
        (("verify", "qwen2.5-coder-0.5b"), "not on this disk"),
        (("remove", "qwen2.5-coder-0.5b"), "keeps no files"),
        (("path", "/no/such/file.gguf"), "There is no file"),
        (("use", "no-such-model-at-all"), "no model named"),
        (("use", "qwen2.5-coder-0.5b", "--role", "chat"), "for completion only"),
    ],
)
def test_an_error_is_one_line_and_exit_code_1(arguments: tuple[str, ...], complaint: str) -> None:
    assert complaint in refusal(*arguments)


def test_recommend_names_a_model_for_each_job_and_says_why() -> None:
    report = json.loads(hearth("recommend", "--json").stdout)
    assert (report["cores"], report["gpu"]) == (4, 0)
    shown = hearth("recommend").stdout
    for job in ("completion", "chat"):
        assert catalog.by_id(report[job]["id"]).plays(job)
        assert report[job]["id"] in shown and report[job]["reason"] in shown


def test_recommend_on_a_machine_without_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "here", staticmethod(lambda: Machine(2**30, 1)))
    assert "No model of the catalog fits" in refusal("recommend")
    assert json.loads(hearth("recommend", "--json").stdout)["completion"] is None


def test_use_writes_the_setting_and_says_what_is_missing() -> None:
    told = hearth("use", "qwen2.5-coder-1.5b").stdout
    assert "hearth models pull qwen2.5-coder-1.5b" in told
    hearth("use", "qwen2.5-coder-7b-instruct", "--role", "chat")
    settings = tomllib.loads(paths.config_file().read_text())
    assert settings == {
        "completion": {"model": "qwen2.5-coder-1.5b"},
        "chat": {"model": "qwen2.5-coder-7b-instruct"},
    }


def test_use_tells_of_a_licence_that_forbids_commercial_use_before_anything_is_fetched() -> None:
    assert "does not allow commercial use" in hearth("use", "codestral").stdout
    assert tomllib.loads(paths.config_file().read_text())["completion"]["model"] == "codestral-22b-v0.1"
    assert "commercial use" not in hearth("use", "starcoder2:3b").stdout


def test_use_of_a_relative_path_writes_where_the_file_is(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny.parent)
    hearth("use", "tiny.gguf")
    assert tomllib.loads(paths.config_file().read_text())["completion"]["model"] == str(tiny)


def test_use_leaves_a_broken_settings_file_alone() -> None:
    paths.config_file().write_text("[completion\n")
    assert "cannot be read, so it was not changed" in refusal("use", "qwen2.5-coder-1.5b")
    assert paths.config_file().read_text() == "[completion\n"
