"""The first run: nothing is downloaded before the user has chosen a model, where the client can ask."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from hearth.lsp_server.params import plain
from tests import waiting
from tests.e2e.editor import Editor, editor
from tests.engine.models.fake_hub import FakeHub, running

DEFAULT = "qwen2.5-coder-0.5b-instruct"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with running(FakeHub({})) as server:  # it has no model: each request is an attempt to get one
        yield server


@asynccontextmanager
async def first_run(hub: FakeHub, home: Path, model: str = "", can_ask: bool = True) -> AsyncIterator[Editor]:
    env = {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HOME": str(home / "user")}
    settings: dict[str, Any] = {"downloads": {"mirror": "hub"}}
    settings |= {"completion": {"model": model}} if model else {}
    async with editor(settings, home, env=env, experimental={"hearth": {"chooseModel": can_ask}}) as ed:
        ed.client.feature("hearth/chooseModel")(lambda params: asked(ed).append(plain(params)))
        yield ed


def asked(ed: Editor) -> list[Any]:
    """What came with `hearth/chooseModel`."""
    found: list[Any] = ed.__dict__.setdefault("asked", [])
    return found


async def test_one_question_comes_with_the_first_file_and_nothing_is_fetched(hub: FakeHub, tmp_path: Path) -> None:
    async with first_run(hub, tmp_path) as ed:
        ed.open("x = ‸\n")
        await waiting.until(lambda: asked(ed), "the question")
        assert await ed.ghost() == "" and await ed.ghost(automatic=False) == ""
        ed.open("y = ‸\n", "other.py")
        assert await ed.ghost() == ""
        answer = await ed.client.protocol.send_request_async("hearth/chat", {"message": "Why?"})
        assert "Choose one" in answer.message
        assert hub.requests == [] and len(asked(ed)) == 1 and ed.messages == []
        (question,) = asked(ed)
        assert question["models"][0]["recommended"] and question["models"][-1]["fastest"]
        assert all(each["bytes"] > 10**8 and each["licence"] and each["reason"] for each in question["models"])
        assert [(each.kind, each.retry) for each in ed.statuses if each.kind == "error"] == [("error", True)]


async def test_fetch_gets_the_model_after_that(hub: FakeHub, tmp_path: Path) -> None:
    async with first_run(hub, tmp_path) as ed:
        ed.open("x = ‸\n")
        await waiting.until(lambda: asked(ed), "the question")
        await ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams("hearth.fetch", []))
        assert hub.requests, "it was chosen"


async def test_the_settings_of_what_was_chosen_need_no_second_question(hub: FakeHub, tmp_path: Path) -> None:
    async with first_run(hub, tmp_path) as ed:
        ed.open("x = ‸\n")
        await waiting.until(lambda: asked(ed), "the question")
        settings = {"completion": {"backend": "scripted", "model": "hello", "deadline_ms": 60_000}}
        ed.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({"hearth": settings}))
        await ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams("hearth.fetch", []))
        assert await ed.ghost() == "hello"
        assert hub.requests == [] and len(asked(ed)) == 1


async def test_a_model_that_the_settings_name_has_been_chosen(hub: FakeHub, tmp_path: Path) -> None:
    async with first_run(hub, tmp_path, model="qwen2.5-coder-1.5b-instruct") as ed:
        ed.open("x = ‸\n")
        await ed.ghost()
        assert hub.requests and asked(ed) == []


async def test_a_client_that_cannot_ask_gets_the_default_as_before(hub: FakeHub, tmp_path: Path) -> None:
    async with first_run(hub, tmp_path, can_ask=False) as ed:
        ed.open("x = ‸\n")
        await ed.ghost()
        assert hub.requests and asked(ed) == []
