"""The examples for people who know Ollama or LM Studio, and for teams, run as they stand in docs/.

Ollama and LM Studio are fakes of their documented shapes and folders, and a small model stands for the 7B one:
that the real programs answer like this is not shown here.
"""

import asyncio
import os
import re
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from hearth.engine.models import catalog
from hearth.lsp_server import settings as raw_settings
from tests.conftest import MODEL
from tests.engine.models.stores import put_into_lm_studio, put_into_ollama
from tests.fakes.http import Reply, Request, Streamed
from tests.fakes.ollama import FakeOllama
from tests.fakes.openai import FakeOpenAI
from tests.hosts import stop_host
from tests.tiny_model import write_tiny_gguf

DOCS = Path(__file__).parents[1] / "docs"
PAGES = (DOCS / "models.md", DOCS / "team.md")
HEADING = "## If you know Ollama or LM Studio"
TEAM = "# A team on one machine with a GPU"
QUESTION = b"Why is the sky blue?\n"


def section(heading: str) -> str:
    text = "\n## \n".join(page.read_text("utf-8") for page in PAGES)
    assert heading in text, f"neither page has a section {heading!r}"
    return text.partition(heading)[2].partition("\n## ")[0]


def blocks(heading: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", section(heading), re.DOTALL)


# By which its test finds each command of the section.
COMMANDS = (
    *("models recommend", "models list", "models search", "chat --model", "^echo", "use ollama:", "use lmstudio:"),
    *("--backend ollama", "pull deepseek", "pull ollama:"),
)


def commands() -> set[str]:
    """Of the section, as one would type them."""
    inline = re.findall(r"`([^`\n]*\bhearth [^`\n]+)`", section(HEADING).replace("\\|", "|"))
    return {*inline, *(line for block in blocks(HEADING, "sh") for line in block.splitlines())}


def example(pattern: str) -> str:
    """The only command that `pattern` matches."""
    assert pattern in COMMANDS
    found: str
    [found] = {command for command in commands() if re.search(pattern, command)}
    return found


async def typed(command: str, home: Path, user: Path | None = None) -> str:
    """What the command prints; it must succeed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "HEARTH_HOME": str(home), "HF_ENDPOINT": "http://127.0.0.1:9"}
    env |= {"HOME": str(user), "USERPROFILE": str(user)} if user else {}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_shell(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env)
    printed, errors = await asyncio.wait_for(process.communicate(QUESTION), 120)
    assert process.returncode == 0, errors.decode()
    return printed.decode()


def test_every_command_of_the_section_is_run_by_one_of_these_tests() -> None:
    tests = Path(__file__).read_text("utf-8")
    for command in commands():
        [pattern] = [each for each in COMMANDS if re.search(each, command)]
        assert f'example("{pattern}")' in tests, command


@pytest.fixture
async def fake_ollama() -> AsyncIterator[FakeOllama]:
    fake = FakeOllama({"deepseek-r1:7b": ["completion", "thinking"]}, {}, ("Rayleigh ", "scattering."), ("Hm.",))
    await fake.http.start()
    yield fake
    await fake.http.stop()


@pytest.fixture
async def fake_lm_studio() -> AsyncIterator[FakeOpenAI]:
    models = ("qwen2.5-coder-7b-instruct", "deepseek-r1-distill-qwen-7b")
    fake = FakeOpenAI("lmstudio", models, pieces=("Rayleigh ", "scattering."), reasoning=("Hm.",))
    await fake.http.start()
    yield fake
    await fake.http.stop()


@pytest.fixture
def real_home(model_home: Path) -> Iterator[Path]:
    yield model_home
    stop_host(model_home)


async def test_recommend_list_and_search(tmp_path: Path) -> None:
    assert "hearth models pull" in await typed(example("models recommend"), tmp_path)
    assert MODEL in await typed(example("models list"), tmp_path)
    assert "deepseek-r1" in await typed(example("models search"), tmp_path)


@pytest.mark.model
async def test_chat_with_a_model_of_the_catalog(real_home: Path) -> None:
    command = example("chat --model")
    wanted = command.split()[-1]
    assert catalog.by_id(wanted).plays("chat") and catalog.by_id(wanted).reasoning
    assert (await typed(command.replace(wanted, MODEL), real_home)).strip()
    assert "sky" in (await typed(example("^echo"), real_home)).lower()


async def test_models_in_other_programs_folders_are_used_where_they_lie(tmp_path: Path) -> None:
    user, tiny = tmp_path / "user", write_tiny_gguf(tmp_path / "tiny.gguf")
    for command, put in (
        (example("use ollama:"), put_into_ollama),
        (example("use lmstudio:"), put_into_lm_studio),
    ):
        name = command.split()[3]
        put(user, name.partition(":")[2], tiny)
        told = await typed(command, tmp_path, user)
        assert f"model = {name}" in told and "not on this disk" not in told


async def test_ollama_as_it_runs(tmp_path: Path, fake_ollama: FakeOllama) -> None:
    (tmp_path / "hearth.toml").write_text(f'[ollama]\nurl = "{fake_ollama.http.url}"\n')
    printed = await typed(example("--backend ollama"), tmp_path)
    assert "Rayleigh scattering." in printed and "Hm." not in printed


async def test_a_name_from_an_article_is_what_ollama_has_on_this_disk(tmp_path: Path) -> None:
    command = example("pull deepseek")
    user, name = tmp_path / "user", command.split()[-1]
    assert catalog.by_ollama_name(name) is not None, "without Ollama it must be in the catalog"
    blob = put_into_ollama(user, name, write_tiny_gguf(tmp_path / "tiny.gguf"))
    assert await typed(command, tmp_path, user) == f"ollama:{name} is ready: {blob}\n"


async def test_the_running_ollama_gets_a_model(tmp_path: Path, fake_ollama: FakeOllama) -> None:
    command = example("pull ollama:").partition("#")[0]
    user, name = tmp_path / "user", command.split()[3].partition(":")[2]
    fake_ollama.capabilities, fake_ollama.library = {}, [name]
    # The fake writes no files, so what a real pull would have brought lies there as soon as it is asked for it.
    pulling = fake_ollama.http.handler

    async def handler(request: Request) -> Reply | Streamed:
        put_into_ollama(user, name, write_tiny_gguf(tmp_path / "tiny.gguf"))
        return await pulling(request)

    fake_ollama.http.handler = handler
    (tmp_path / "hearth.toml").write_text(f'[ollama]\nurl = "{fake_ollama.http.url}"\n')
    assert f"ollama:{name} is ready" in await typed(command, tmp_path, user)
    assert [request.path for request in fake_ollama.http.requests] == ["/api/pull"]


async def test_lm_studio_as_it_runs(tmp_path: Path, fake_lm_studio: FakeOpenAI) -> None:
    [settings] = blocks(HEADING, "toml")
    url = "http://127.0.0.1:1234"
    assert url in settings
    (tmp_path / "hearth.toml").write_text(settings.replace(url, fake_lm_studio.http.url))
    printed = await typed("hearth chat", tmp_path)
    assert "Rayleigh scattering." in printed and "Hm." not in printed


@pytest.mark.model
async def test_the_engine_as_a_library(real_home: Path, tmp_path: Path) -> None:
    [program] = blocks(HEADING, "python")
    assert len([line for line in program.splitlines() if line.strip()]) <= 10
    (tmp_path / "example.py").write_text(program)
    printed = await typed(f"'{sys.executable}' '{tmp_path / 'example.py'}'", real_home)
    first, _, answer = printed.partition("\n")
    assert first == "height" and "list" in answer.lower()


def test_the_teams_settings_are_real_ones() -> None:
    [settings] = blocks(TEAM, "toml")
    layer: dict[str, Any] = tomllib.loads(settings)
    resolved, problems = raw_settings.resolve([raw_settings.Layer("docs/team.md", layer)])
    assert problems == [] and resolved.openai_compatible.allow_remote
