"""What the user sees and can do while a model is downloaded, and after that went wrong."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from tests import waiting
from tests.e2e.editor import Editor, editor
from tests.engine.models.fake_hub import FakeHub, running
from tests.hosts import stop_host
from tests.tiny_model import write_tiny_gguf

NAME = "owner/Tiny-GGUF/tiny-q4.gguf"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    content = write_tiny_gguf(tmp_path / "made" / "tiny.gguf").read_bytes()
    with running(FakeHub({NAME: content}, trickle=0.015)) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "hearth"
    stop_host(tmp_path / "hearth")


@asynccontextmanager
async def downloading(hub: FakeHub, home: Path, **able: bool) -> AsyncIterator[Editor]:
    """An editor whose first request has begun a download."""
    env = {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HOME": str(home / "user")}
    settings = {"completion": {"model": f"hf:{NAME}"}, "downloads": {"mirror": "hub"}}
    async with editor(settings, home, env=env, experimental={"hearth": able}) as ed:
        ed.open("x = ‸\n")
        asking = asyncio.ensure_future(ed.request())
        await until(ed, lambda status: status.kind == "downloading" and (status.percent or 0) > 5)
        yield ed
        await asyncio.wait_for(asking, 60)


async def until(ed: Editor, wanted: Callable[[Any], bool]) -> Any:
    return (await waiting.until(lambda: [status for status in ed.statuses if wanted(status)], "the status"))[0]


async def until_error(ed: Editor) -> Any:
    return await until(ed, lambda status: status.kind == "error")


def bar(ed: Editor) -> tuple[str, Any]:
    """The token of the download's progress bar and how it began."""
    begun: list[tuple[Any, Any]] = [(token, steps[0]) for token, steps in ed.client.progress_reports.items()]
    ((token, begin),) = [(token, begin) for token, begin in begun if "Downloading" in begin.title]
    return str(token), begin


async def run(ed: Editor, command: str) -> None:
    await ed.client.workspace_execute_command_async(lsp.ExecuteCommandParams(command, []))


async def test_cancelling_the_bar_ends_the_download_until_it_is_asked_for_again(hub: FakeHub, home: Path) -> None:
    async with downloading(hub, home) as ed:
        token, begin = bar(ed)
        assert begin.cancellable
        ed.client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
        told = await until_error(ed)
        assert re.search(r"cancelled.*are kept", told.message) and told.retry
        asked = len(hub.requests)
        ed.type("1")
        assert await ed.ghost() == ""
        assert len(hub.requests) == asked, "a keystroke began it again"
        await run(ed, "hearth.fetch")
        await ed.until("ready")
        assert re.fullmatch(r"bytes=[1-9]\d*-", hub.downloads()[-1]), "it did not go on where it had stopped"
        assert len([text for text in ed.messages if "cancelled" in text]) == 1
        steps: list[Any] = ed.client.progress_reports[token]
        assert any(re.match(r"\d+ of \d+ MB", getattr(step, "message", None) or "") for step in steps)


async def test_the_command_ends_a_download_too(hub: FakeHub, home: Path) -> None:
    async with downloading(hub, home) as ed:
        await run(ed, "hearth.stopFetching")
        assert "cancelled" in (await until_error(ed)).message


async def test_a_failed_download_is_told_once_however_much_is_typed(hub: FakeHub, home: Path) -> None:
    hub.status = 429
    async with editor(
        {"completion": {"model": f"hf:{NAME}"}}, home, env={"HF_ENDPOINT": hub.url, "HOME": str(home / "user")}
    ) as ed:
        ed.open("x = ‸\n")
        for key in "abc":
            assert await ed.ghost() == ""
            ed.type(key)
        assert len([text for text in ed.messages if "429" in text]) == 1
        assert [status.kind for status in ed.statuses].count("error") == 1
        assert len(hub.requests) == 1
        await run(ed, "hearth.fetch")
        assert len([text for text in ed.messages if "429" in text]) == 2, "asked for, so told again"


async def test_retry_is_a_button_for_clients_that_have_them(hub: FakeHub, home: Path) -> None:
    offered: list[lsp.ShowMessageRequestParams] = []
    async with downloading(hub, home, buttons=True) as ed:

        def on_question(params: lsp.ShowMessageRequestParams) -> lsp.MessageActionItem:
            offered.append(params)
            return (params.actions or [])[0]

        ed.client.feature(lsp.WINDOW_SHOW_MESSAGE_REQUEST)(on_question)
        await run(ed, "hearth.stopFetching")
        await ed.until("ready")
        assert [each.title for each in offered[0].actions or []] == ["Retry"]
        assert len(offered) == 1 and ed.messages == [], "told by the bar and the question alone"
