"""Every status and stream form of `trouble.TROUBLES`: one clear message each, and the next answer is a good one.

The servers are fakes over real HTTP, with the real clients in front: real ones may word things differently.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from hearth.engine import backends
from hearth.engine.backends.shared.http import Outage, Patience, Unreachable
from hearth.engine.errors import BackendUnavailable, HearthError
from hearth.engine.settings import ChatSettings, CompletionSettings, OllamaSettings, OpenAISettings, Settings
from hearth.engine.types import Status
from tests.engine.backends.asking import QUICK, collect, completion, question
from tests.engine.backends.trouble import (
    LLAMA_SERVER,
    LM_STUDIO,
    LOADS,
    OLLAMA,
    TROUBLES,
    VLLM,
    Troubled,
)
from tests.fakes.ollama import FakeOllama
from tests.fakes.openai import FakeOpenAI

MODEL = "qwen2.5-coder"
FAKES: dict[str, Callable[[], Any]] = {
    OLLAMA: lambda: FakeOllama({MODEL: ["completion", "insert"]}),
    LM_STUDIO: lambda: FakeOpenAI("lmstudio"),
    LLAMA_SERVER: lambda: FakeOpenAI("llama.cpp"),
    VLLM: lambda: FakeOpenAI("vllm"),
}


@pytest.fixture
def start(closing: list[Any], statuses: list[Status]) -> Any:
    async def start(server: str, **options: Any) -> tuple[Troubled, Any]:
        fake = FAKES[server]()
        for name, value in options.items():
            setattr(fake, name, value)
        troubled = Troubled(server, fake.http.handler)
        fake.http.handler = troubled
        await fake.http.start()
        settings = Settings(
            CompletionSettings(model=MODEL),
            ChatSettings(model=MODEL, think=False),
            ollama=OllamaSettings(url=fake.http.url),
            openai_compatible=OpenAISettings(url=f"{fake.http.url}/v1"),
        )
        name = "ollama" if server == OLLAMA else "openai_compatible"
        backend: Any = backends.create(name, settings, statuses.append)
        backend.patience = QUICK
        closing.extend([fake.http, backend])
        return troubled, backend

    return start


@pytest.mark.parametrize("ask", ["complete", "chat"])
@pytest.mark.parametrize("server", FAKES)
async def test_trouble_is_told_once_and_over_when_it_is_over(
    start: Any, statuses: list[Status], server: str, ask: str
) -> None:
    """All troubles after each other and one connection for all: nothing is left behind by any of them."""
    troubled, backend = await start(server)

    def stream() -> Any:
        return backend.complete(completion(raw=True)) if ask == "complete" else backend.chat(question(think=False))

    for trouble in (each for each in TROUBLES if server in each.servers):
        statuses.clear()
        troubled.seen.clear()
        troubled.trouble = trouble
        said = set()
        for _ in range(2):
            with pytest.raises(HearthError) as raised:
                await collect(stream())
            said.add((type(raised.value), str(raised.value)))
        [(kind, message)] = said
        assert issubclass(kind, trouble.error) and re.search(trouble.says, message), (trouble.name, message)
        assert troubled.seen, f"{trouble.name}: nothing was asked"
        assert "\n" not in message and "<" not in message and len(message) < 500, trouble.name
        assert "secret" not in message, "what the server quotes of the request may be the user's code"
        assert {status.message for status in statuses if status.kind == "error"} == {message}, trouble.name
        troubled.trouble = None
        assert (await collect(stream())).text == "value + 1", trouble.name
        assert statuses[-1].kind == "ready", trouble.name


@pytest.mark.parametrize("server", FAKES)
async def test_a_very_slow_first_byte_is_waited_for_but_not_for_ever(start: Any, server: str) -> None:
    _, backend = await start(server, pause=0.2)
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    backend.patience = Patience(first_token=0.05)
    await backend.close()
    with pytest.raises(BackendUnavailable, match=r"has not answered for 0\.05 seconds"):
        await collect(backend.complete(completion()))


@pytest.mark.parametrize(
    ("answering", "told"),
    [
        ("llama-3-8b", True),
        ("qwen2.5-coder", False),
        ("publisher/Qwen2.5-Coder", False),
        ("/models/qwen2.5-coder-q4_k_m.gguf", False),
    ],
)
@pytest.mark.parametrize("server", [LM_STUDIO, LLAMA_SERVER])
async def test_a_server_that_answers_with_another_model_is_found_out(
    start: Any, statuses: list[Status], server: str, answering: str, told: bool
) -> None:
    _, backend = await start(server, answering=answering)
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    # llama-server has one model, which answers to any name.
    expected = told and server == LM_STUDIO
    assert (f"answers with {answering}, not with {MODEL}" in statuses[-1].help) == expected


@pytest.mark.parametrize("server", FAKES)
async def test_a_server_that_loads_is_asked_about_once_a_second_and_used_as_soon_as_it_is_there(
    start: Any, statuses: list[Status], server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    troubled, backend = await start(server)
    backend.patience = Patience()
    troubled.trouble = LOADS

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 8:
            troubled.trouble = None

    monkeypatch.setattr("hearth.engine.backends.shared.streaming._pause", pause)
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert len(pauses) == 8, "when it is there, nobody waits any longer"
    assert (min(pauses), max(pauses)) == (Patience().pause, Patience().loading_pause)
    assert [status.kind for status in statuses] == ["loading", "ready"]


@pytest.mark.parametrize("server", FAKES)
async def test_a_dead_server_is_left_alone_for_a_moment_and_found_as_soon_as_it_is_back(
    start: Any, statuses: list[Status], server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(seconds_a_look=0.02)  # what it takes to find out
    monkeypatch.setattr("hearth.engine.backends.shared.http.now", clock)
    troubled, backend = await start(server)
    http = troubled.healthy.__self__.http
    backend.patience = replace(QUICK, outage=Patience().outage)
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    await http.stop()
    with pytest.raises(BackendUnavailable, match="Nothing answers at"):
        await collect(backend.complete(completion()))
    await http.start()
    asked = len(http.requests)
    for _ in range(3):  # keystrokes
        with pytest.raises(BackendUnavailable, match="Nothing answers at"):
            await collect(backend.complete(completion()))
    assert len(http.requests) == asked, "within the moment it is not knocked at"
    assert (await collect(backend.chat(question(think=False)))).text == "value + 1", (
        "but who asks by hand is served"
    )
    clock.time += 10 * clock.seconds_a_look
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert [status.kind for status in statuses] == ["ready", "error", "ready"]


@pytest.mark.parametrize(("took", "left_alone"), [(0.002, 0.02), (2.0, 1.0)], ids=["refused at once", "timed out"])
def test_how_long_it_is_left_alone_follows_what_it_takes_to_find_out(
    monkeypatch: pytest.MonkeyPatch, took: float, left_alone: float
) -> None:
    clock = Clock()
    monkeypatch.setattr("hearth.engine.backends.shared.http.now", clock)
    outage = Outage()
    outage.began(Unreachable("Nothing answers."), took, at_most=1.0)
    clock.time += 0.99 * left_alone
    with pytest.raises(Unreachable):
        outage.check()
    clock.time += 0.02 * left_alone
    outage.check()


@dataclass
class Clock:
    seconds_a_look: float = 0.0
    time: float = 1000.0

    def __call__(self) -> float:
        self.time += self.seconds_a_look
        return self.time
