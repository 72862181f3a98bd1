"""Answers that break off, and failures of our own: the client gets what there is, and something it can show."""

import os
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.chat import history
from hearth.engine.errors import HostDied
from hearth.engine.types import ChatRequest, Finished, Piece
from hearth.lsp_server import chatting, rewriting
from hearth.lsp_server.server import COMMANDS
from hearth.lsp_server.words.client import Client
from tests.reliability import fuzz_lsp
from tests.waiting import until

SETTINGS = {"chat": {"backend": "scripted", "model": "It adds.", "keep_history": True}}


def breaks(monkeypatch: pytest.MonkeyPatch, error: Exception, *pieces: Piece) -> None:
    """The model says those pieces, and then what runs it is gone."""

    async def chat(self: ScriptedBackend, request: ChatRequest) -> AsyncGenerator[Piece | Finished, None]:
        for piece in pieces:
            yield piece
        raise error

    monkeypatch.setattr(ScriptedBackend, "chat", chat)


async def asked(client: fuzz_lsp.Client, method: str, params: Any) -> Any:
    id = client.request(method, params)
    await client.settle()
    await until(lambda: client.answers[id], f"the answer to {method}")
    assert client.answers[id] == 1
    assert client.last["id"] == id
    return client.last["result"]


@pytest.fixture
async def client() -> fuzz_lsp.Client:
    client = await fuzz_lsp.started()
    client.server.configuration.take({"hearth": SETTINGS}, "the test")
    client.server.configuration.set_complete()
    return client


GONE = HostDied("the model's process went away")


@pytest.mark.parametrize("error", [GONE, RuntimeError("a bug")], ids=["gone", "bug"])
async def test_what_was_streamed_before_the_end_is_kept(
    client: fuzz_lsp.Client, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, error, Piece("Let me see.", part="thinking"), Piece("It "), Piece("adds"))
    answer = await asked(client, "hearth/chat", {"message": "What?", "conversation": "mine"})
    assert (answer["text"], answer["thinking"], answer["reason"]) == ("It adds", "Let me see.", "error")
    assert answer["message"] and "a bug" not in answer["message"]
    kept = history.load("mine")
    assert kept is not None and [turn.answer for turn in kept.turns] == ["It adds"]


async def test_the_next_question_goes_on_behind_a_broken_answer(
    client: fuzz_lsp.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        breaks(patch, GONE, Piece("It adds"))
        await asked(client, "hearth/chat", {"message": "What?", "conversation": "mine"})
    answer = await asked(client, "hearth/chat", {"message": "Really?", "conversation": "mine"})
    assert answer["text"] == "It adds." and answer["reason"] == "eog"
    kept = history.load("mine")
    assert kept is not None and [turn.answer for turn in kept.turns] == ["It adds", "It adds."]


@pytest.mark.parametrize("error", [GONE, RuntimeError("a bug")], ids=["gone", "bug"])
async def test_an_answer_that_never_began_is_an_answer_with_a_reason(
    client: fuzz_lsp.Client, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, error)
    answer = await asked(client, "hearth/chat", {"message": "What?", "conversation": "mine"})
    assert {**answer, "message": ""} == {
        **{"conversation": "mine", "text": "", "thinking": "", "used": [], "leftOut": [], "forgotten": 0},
        **{"reason": "error", "message": ""},
    }
    assert answer["message"] and "a bug" not in answer["message"]


async def test_an_internal_error_of_a_chat_is_an_answer_with_a_reason(
    client: fuzz_lsp.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chatting, "answer", _fails)
    answer = await asked(client, "hearth/chat", {"message": "What?"})
    assert answer["reason"] == "error" and "internal error" in answer["message"]


async def test_an_action_whose_resolving_fails_comes_back_as_it_was(
    client: fuzz_lsp.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewriting, "wanted", _fails)
    action = {"title": "Document", "kind": "refactor", "data": {"action": "document"}}
    assert await asked(client, "codeAction/resolve", action) == action


@pytest.mark.parametrize("command", ["hearth.chat", "hearth.explain", "hearth.act"])
async def test_every_command_that_fails_has_a_result_and_tells(
    client: fuzz_lsp.Client, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chatting, "answer", _fails)
    monkeypatch.setattr(rewriting, "wanted", _fails)
    arguments: list[Any] = ["What?"] if command == "hearth.chat" else [{}]
    result = await asked(client, "workspace/executeCommand", {"command": command, "arguments": arguments})
    assert result is (False if command == "hearth.act" else None)
    assert client.errors == 0
    assert any("internal error" in each for each in client.server.client._shown)


async def test_all_commands_are_behind_the_boundary(client: fuzz_lsp.Client) -> None:
    for name in COMMANDS:
        handler = client.server.protocol.fm.commands[name]
        assert "guarded_command" in getattr(handler, "func", handler).__qualname__, name


@pytest.mark.parametrize("what", ["write", "refused", "error"])
async def test_an_answer_that_cannot_be_shown_is_the_result_all_the_same(
    client: fuzz_lsp.Client, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.server.client.can = replace(client.server.client.can, documents_shown=True)
    said: list[str] = []
    monkeypatch.setattr(Client, "_show", lambda self, message, kind: said.append(message))
    if what == "write":
        monkeypatch.setattr(os, "fsync", _full)
    client.reply_with = {"success": False} if what == "refused" else "nonsense"
    arguments = ["What?", {"conversation": "mine"}]
    result = await asked(client, "workspace/executeCommand", {"command": "hearth.chat", "arguments": arguments})
    assert result["text"] == "It adds." and client.errors == 0
    assert said.count("It adds.") == 1


async def test_a_chat_that_cannot_be_deleted_is_told_with_the_reason(
    client: fuzz_lsp.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked(client, "hearth/chat", {"message": "What?", "conversation": "mine"})
    monkeypatch.setattr(Path, "unlink", _full)
    assert await asked(client, "hearth/chat/delete", {"conversation": "mine"}) is False
    assert any("mine.json cannot be deleted: No space left" in each for each in client.server.client._shown)


async def test_half_a_character_in_an_answer_costs_nothing_else(
    client: fuzz_lsp.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, GONE, Piece("It \ud83d"))
    await asked(client, "hearth/chat", {"message": "What?", "conversation": "mine"})
    kept = history.load("mine")
    assert kept is not None and kept.turns[0].answer == "It ?"


def _fails(*_: Any, **__: Any) -> Any:
    raise RuntimeError("a bug")


def _full(*_: Any, **__: Any) -> Any:
    raise OSError(28, "No space left on device")
