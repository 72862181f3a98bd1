"""An editor whose answers come from Ollama: a model that is missing, and everything that can go wrong.

Ollama is a fake of its documented shapes over real HTTP: what the real one words differently is not shown here.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from lsprotocol import types as lsp

from tests.e2e.editor import Editor, editor
from tests.engine.backends.trouble import OLLAMA, TROUBLES, Troubled
from tests.fakes.ollama import FakeOllama
from tests.waiting import until

MODEL = "qwen2.5-coder:7b"
AREA = "def area(width, height):\n    return width * ‸\n"


@pytest.fixture
async def fake() -> AsyncIterator[FakeOllama]:
    fake = FakeOllama(library=[MODEL], pieces=("height",))
    await fake.http.start()
    yield fake
    await fake.http.stop()


@asynccontextmanager
async def asking(fake: FakeOllama, **able: bool) -> AsyncIterator[Editor]:
    settings = {
        "completion": {"backend": "ollama", "model": MODEL},
        "ollama": {"url": fake.http.url},
        "stats": {"enabled": False},
    }
    async with editor(settings, experimental={"hearth": able}) as ed:
        yield ed


async def test_a_missing_model_is_pulled_with_one_click_and_then_answers(fake: FakeOllama) -> None:
    offered: list[lsp.ShowMessageRequestParams] = []

    def on_question(params: lsp.ShowMessageRequestParams) -> lsp.MessageActionItem:
        offered.append(params)
        return (params.actions or [])[0]

    fake.pull_pause = 0.05
    async with asking(fake, buttons=True) as ed:
        ed.client.feature(lsp.WINDOW_SHOW_MESSAGE_REQUEST)(on_question)
        ed.open(AREA)
        assert await ed.ghost() == ""
        await ed.until("ready")
        ed.open(AREA, "other.py")
        assert await ed.ghost() == "height"
        [question] = offered
        assert f"does not have the model {MODEL}" in question.message
        assert [each.title for each in question.actions or []] == [f"Pull {MODEL}"]
        percents = [status.percent for status in ed.statuses if status.kind == "downloading"]
        assert percents == sorted(percents) and percents[-1] == 100
        assert ed.messages == []
    assert len(fake.http.asked("/api/pull")) == 1


async def test_without_buttons_it_is_told_once_how_to_get_it_and_a_command_gets_it(fake: FakeOllama) -> None:
    async with asking(fake) as ed:
        ed.open(AREA)
        for key in "hei":
            assert await ed.ghost() == ""
            ed.type(key)
        [told] = ed.messages
        assert f"`hearth models pull ollama:{MODEL}`" in told
        assert fake.http.asked("/api/pull") == [], "nothing is downloaded unasked"
        await ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams("hearth.fetch", []))
        assert ed.statuses[-1].kind == "ready"
        ed.open(AREA, "other.py")
        assert await ed.ghost() == "height"


async def test_cancelling_the_bar_ends_the_pull_at_the_server(fake: FakeOllama) -> None:
    fake.pull_pause = 0.2
    async with asking(fake) as ed:
        ed.open(AREA)
        assert await ed.ghost() == ""
        fetching = asyncio.ensure_future(
            ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams("hearth.fetch", []))
        )
        await ed.until("downloading")
        bars: dict[Any, Any] = ed.client.progress_reports
        tokens = await until(
            lambda: [token for token, steps in bars.items() if steps and "Downloading" in steps[0].title],
            "the progress bar",
        )
        ed.client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(tokens[0]))
        await asyncio.wait_for(fetching, 60)
        await asyncio.wait_for(fake.http.asked("/api/pull")[0].disconnected.wait(), 60)
        assert re.search(r"stopped\. What has come is kept", ed.statuses[-1].message)
        assert MODEL not in fake.capabilities


@pytest.mark.parametrize(
    ("model", "remote"),
    [("qwen3-coder:480b-cloud", {}), (MODEL, {MODEL: "https://ollama.com:443"})],
    ids=["told by its name", "told by Ollama"],
)
async def test_a_model_of_the_cloud_gets_no_code_and_the_user_is_told_why(
    fake: FakeOllama, model: str, remote: dict[str, str]
) -> None:
    fake.capabilities, fake.remote = {model: ["completion", "insert"]}, remote
    settings = {
        "completion": {"backend": "ollama", "model": model},
        "chat": {"backend": "ollama", "model": model},
        "ollama": {"url": fake.http.url},
    }
    async with editor(settings) as ed:
        ed.open(AREA)
        assert await ed.ghost() == ""
        [told] = ed.messages
        assert f"{model} does not run on this machine" in told and "allow_remote" in told
    assert {request.path for request in fake.http.requests} <= {"/api/show"}


async def test_whatever_goes_wrong_is_told_and_the_editor_works_on(fake: FakeOllama) -> None:
    fake.capabilities = {MODEL: ["completion", "insert"]}
    troubled = Troubled(OLLAMA, fake.http.handler)
    fake.http.handler = troubled
    async with asking(fake) as ed:
        for number, trouble in enumerate(each for each in TROUBLES if OLLAMA in each.servers):
            troubled.trouble = trouble
            told = len(ed.messages)
            ed.open(AREA, f"a{number}.py")
            assert await ed.ghost() == "", trouble.name
            assert ed.statuses[-1].kind == "error" and re.search(trouble.says, ed.statuses[-1].message), (
                trouble.name
            )
            assert len(ed.messages) <= told + 1, trouble.name  # none where another trouble has the same words
            assert all("internal error" not in message for message in ed.messages), trouble.name
            troubled.trouble = None
            ed.open(AREA, f"b{number}.py")
            assert await ed.ghost() == "height", trouble.name
            assert ed.statuses[-1].kind == "ready", trouble.name
