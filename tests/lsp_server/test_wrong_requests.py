"""What is wrong with a request is an answer to it: the model's status stays what it was."""

from typing import Any

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.errors import BackendUnavailable
from hearth.engine.types import Status
from tests.reliability import fuzz_lsp

SECRET = "file:///project/.env"
PLACE = {"textDocument": {"uri": fuzz_lsp.OTHER}, "position": {"line": 0, "character": 0}}
RANGE = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}
SETTINGS = {name: {"backend": "scripted", "model": "x"} for name in ("completion", "chat")}
READY = Status("ready", "scripted")


@pytest.fixture
async def client() -> fuzz_lsp.Client:
    client = await fuzz_lsp.started()
    client.server.configuration.take({"hearth": SETTINGS}, "the test")
    client.server.configuration.set_complete()
    for uri, text in ((SECRET, "KEY=1\n"), (fuzz_lsp.OTHER, "x = 1\n")):
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        client.notify("textDocument/didOpen", {"textDocument": item})
    await client.settle()
    client.server.status(READY)
    return client


def shown(client: fuzz_lsp.Client) -> set[str]:
    return client.server.client._shown


@pytest.mark.parametrize("item", [7, None, [], {"command": 7}, {"command": {"arguments": "id"}}], ids=str)
@pytest.mark.parametrize(
    "method",
    [
        "textDocument/didShowCompletion",
        "textDocument/didPartiallyAcceptCompletion",
        "hearth/didRejectCompletion",
    ],
)
async def test_a_notification_that_is_not_understood_is_told(
    client: fuzz_lsp.Client, method: str, item: Any
) -> None:
    client.notify(method, {"item": item})
    client.request("hearth/digest", PLACE)  # requests and notifications are handled in turn
    await client.settle()
    assert client.server.status.current == READY
    assert any("not understood" in each for each in shown(client)), shown(client)


@pytest.mark.parametrize(
    ("method", "params", "empty", "why"),
    [
        ("hearth/inspect", {**PLACE, "textDocument": {"uri": SECRET}}, None, "contains secrets"),
        ("hearth/inspect", {"textDocument": {"uri": fuzz_lsp.OTHER}}, None, "not understood"),
        ("hearth/digest", {"textDocument": 7}, None, "not understood"),
        ("hearth/chat/stop", {}, False, "not understood"),
        ("hearth/chat/delete", {"conversation": "../x"}, False, "not a valid name for a conversation"),
    ],
)
async def test_a_request_that_cannot_be_followed_has_an_empty_answer_and_a_message(
    client: fuzz_lsp.Client, method: str, params: Any, empty: Any, why: str
) -> None:
    client.request(method, params)
    await client.settle()
    assert client.last["result"] == empty
    assert client.server.status.current == READY
    assert any(why in each for each in shown(client))


async def test_a_prompt_is_inspected_while_paused_as_who_asks_by_hand_is_answered(client: fuzz_lsp.Client) -> None:
    client.server.status.pause()
    client.request("hearth/inspect", PLACE)
    await client.settle()
    assert "x = 1" in client.last["result"]["prompt"]
    assert client.server.status.current == Status("paused")
    assert client.server.status.resume() == READY


@pytest.mark.parametrize(
    "data",
    [
        {"action": "document", "uri": fuzz_lsp.OTHER, "range": {"start": {"line": "x", "character": 0}}},
        {"action": "document", "uri": fuzz_lsp.OTHER, "range": RANGE, "diagnostic": {"range": 7}},
        {"action": "document", "uri": fuzz_lsp.OTHER, "range": RANGE, "diagnostic": 7},
        {"action": 7, "uri": fuzz_lsp.OTHER, "range": RANGE},
    ],
    ids=str,
)
async def test_an_action_that_is_none_is_refused_with_the_reason(client: fuzz_lsp.Client, data: Any) -> None:
    client.request("workspace/executeCommand", {"command": "hearth.act", "arguments": [data]})
    await client.settle()
    assert client.last["result"] is False
    assert client.server.status.current == READY
    assert not any("internal error" in each for each in shown(client))


@pytest.mark.parametrize("command", ["hearth.explain", "hearth.chat"])
async def test_a_place_that_is_none_is_refused_with_the_reason(client: fuzz_lsp.Client, command: str) -> None:
    place = {"uri": fuzz_lsp.OTHER, "range": {"start": 7}}
    arguments: list[Any] = ["What?", place] if command == "hearth.chat" else [place]
    client.request("workspace/executeCommand", {"command": command, "arguments": arguments})
    await client.settle()
    assert client.last["result"] is None
    assert client.server.status.current == READY
    assert not any("internal error" in each for each in shown(client))


async def test_what_is_wrong_with_the_backend_is_the_status(
    client: fuzz_lsp.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: Any) -> Any:
        raise BackendUnavailable("nothing answers")

    monkeypatch.setattr(ScriptedBackend, "probe", gone)
    client.request("hearth/inspect", PLACE)
    await client.settle()
    assert client.server.status.current == Status("error", "nothing answers")
