"""A real llama-server with a real model behind the language server.

llama-server is unpacked from a Debian package the first time. Where it cannot be had (other systems, no package
mirror) these tests fail and say so: nothing else shows that the backend works with a server as it is.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from hearth.engine import backends
from hearth.engine.errors import RequestRefused
from hearth.engine.settings import CompletionSettings, OpenAISettings, Settings
from hearth.engine.types import Finished
from tests.conftest import MODEL
from tests.e2e.editor import PATIENCE, Editor, editor
from tests.engine.backends.asking import completion
from tests.llama_server import LlamaServer, running
from tests.lsp_server.acting import acting
from tests.tiny_model import write_tiny_gguf
from tests.waiting import until

pytestmark = pytest.mark.model

AREA = "def area(width, height):\n    # width times height\n    return width * ‸\n\n\nprint(area(2, 3))\n"
LONG = "Count from 1 to 1000 in words, every number on a line of its own."


@pytest.fixture
async def server(model_home: Path) -> AsyncIterator[LlamaServer]:
    [model] = (model_home / "models" / MODEL).glob("*.gguf")
    async with running(model, threads=1) as server:  # two that spin on a busy machine are slower than one
        yield server


def settings(server: LlamaServer, fim: str = "auto") -> dict[str, Any]:
    # Any name will do for llama-server: what its model can do is asked of its vocabulary.
    model = {"backend": "openai_compatible", "model": "served"}
    return {
        "completion": {**model, "deadline_ms": 60_000},
        "chat": model,
        "openai_compatible": {"url": server.url, "fim": fim},
    }


@pytest.mark.parametrize("fim", ["raw", "infill"])
async def test_ghost_text_comes_from_the_server_and_it_stops_with_the_line(server: LlamaServer, fim: str) -> None:
    async with editor(settings(server, fim)) as ed:
        ed.open(AREA)
        assert (await ed.ghost()).startswith("height")
        await server.until_busy(0)
        assert ed.messages == []


async def test_a_chat_streams_and_stop_ends_it_at_the_server_too(server: LlamaServer) -> None:
    async with acting(settings=settings(server)) as ed:
        answer = await ed.question("Reply with one word: hello.")
        assert (answer.reason, answer.text != "") == ("eog", True)
        assert "".join(text for _, text in ed.pieces) == answer.text
        long = asyncio.create_task(ed.question(LONG, conversation="0123456789abcdef"))
        await server.until_busy(1)
        heard = len(ed.pieces)
        await until(lambda: len(ed.pieces) > heard + 3)
        await ed.client.protocol.send_request_async("hearth/chat/stop", {"conversation": "0123456789abcdef"})
        assert (await long).reason == "stopped"
        await server.until_busy(0)


async def test_a_cancelled_completion_is_stopped_at_the_server(server: LlamaServer) -> None:
    above = "".join(f"def f{number}(x):\n    return x + {number}\n\n\n" for number in range(80))
    async with editor(settings(server)) as ed:
        ed.open(f"{above}def write_all(names):\n    ‸")
        asked = asyncio.ensure_future(request_that_can_be_cancelled(ed))
        await server.until_busy(1)
        ed.client.cancel_request(lsp.CancelParams("cancel-me"))
        with pytest.raises(Exception, match="cancel"):
            await asyncio.wait_for(asked, PATIENCE)
        await server.until_busy(0)
        ed.open(AREA, "other.py")
        assert (await ed.ghost()).startswith("height")


async def test_who_finds_the_server_busy_is_answered_all_the_same(server: LlamaServer) -> None:
    async with editor(settings(server)) as ed:
        async with occupied(server):
            ed.open(AREA)
            asked = asyncio.create_task(ed.ghost())
            await asyncio.sleep(1)  # it stands in the queue meanwhile, which the server does not tell
        assert (await asked).startswith("height")
        assert ed.messages == []


async def test_a_killed_server_is_told_once_and_used_again_when_it_is_back(server: LlamaServer) -> None:
    async with editor(settings(server)) as ed:
        ed.open(AREA)
        assert (await ed.ghost()).startswith("height")
        server.kill()
        for name in ("one.py", "two.py"):
            ed.open(AREA, name)
            assert await ed.ghost() == ""
        assert [message for message in ed.messages if "Nothing answers" in message] == ed.messages
        assert len(ed.messages) == 1
        await server.start()
        ed.open(AREA, "three.py")
        assert (await ed.ghost()).startswith("height")
        assert kinds(ed)[-1] == "ready"


async def test_a_server_killed_in_the_middle_of_an_answer_leaves_nobody_waiting(server: LlamaServer) -> None:
    async with acting(settings=settings(server)) as ed:
        asked = asyncio.create_task(ed.question(LONG))
        await until(lambda: len(ed.pieces) > 3)
        server.kill()
        answer = await asyncio.wait_for(asked, PATIENCE)
        assert answer.reason == "error" and "broke" in answer.message


async def test_a_server_with_several_models_is_asked_by_name(tmp_path: Path) -> None:
    """The names tell no family: the vocabulary of the model that is named does."""
    for seed, name in enumerate(("my-coder", "other")):
        write_tiny_gguf(tmp_path / f"{name}.gguf", seed)
    async with running(tmp_path, threads=1) as server:
        for fim in ("auto", "infill"):
            backend = backend_of(server, "my-coder", fim)
            finished = [event async for event in backend.complete(completion(raw=True))][-1]
            assert isinstance(finished, Finished) and finished.reason in ("eog", "limit")
            await backend.close()
        backend = backend_of(server, "mine", "auto")
        with pytest.raises(RequestRefused, match=r"model 'mine' not found. It offers: my-coder, other"):
            [event async for event in backend.complete(completion())]
        assert "my-coder, other" in (await backend.examine())["models"]
        await backend.close()


def backend_of(server: LlamaServer, model: str, fim: str) -> Any:
    options = OpenAISettings(url=server.url, fim=fim)
    asked = Settings(CompletionSettings(model=model), openai_compatible=options)
    return backends.create("openai_compatible", asked, lambda status: None)


@asynccontextmanager
async def occupied(server: LlamaServer) -> AsyncIterator[None]:
    """Somebody else uses the server's slot."""
    body = {"prompt": "One, two, three,", "n_predict": 2000, "ignore_eos": True, "stream": True}
    async with server.http.stream("POST", "/completion", json=body) as response:
        assert json.loads((await anext(response.aiter_lines())).removeprefix("data:"))["content"]
        yield


async def request_that_can_be_cancelled(ed: Editor) -> Any:
    params = lsp.InlineCompletionParams(
        lsp.InlineCompletionContext(lsp.InlineCompletionTriggerKind.Automatic),
        lsp.TextDocumentIdentifier(ed.uri),
        ed.at(ed.cursor),
    )
    return await ed.client.protocol.send_request_async(
        lsp.TEXT_DOCUMENT_INLINE_COMPLETION, params, msg_id="cancel-me"
    )


def kinds(ed: Editor) -> list[str]:
    return [status.kind for status in ed.statuses]
