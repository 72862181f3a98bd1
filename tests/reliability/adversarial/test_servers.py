"""Servers that misbehave: each ends in a right answer or one clear error, costs little, and is let go of."""

import asyncio
import os
import re
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Any, Literal

import pytest
import typer

from hearth.engine import backends
from hearth.engine.backends.shared.http import Patience
from hearth.engine.errors import HearthError
from hearth.engine.settings import ChatSettings, CompletionSettings, OllamaSettings, OpenAISettings, Settings
from hearth.engine.types import Piece, Status
from hearth.lsp_server.commands import doctor, terminal
from tests.engine.backends.asking import Answer, collect, completion, question
from tests.pace import is_over
from tests.reliability.adversarial.misbehaviours import (
    LATE,
    MISBEHAVIOURS,
    MODEL,
    OLLAMA,
    OPENAI,
    TEXT,
    Misbehaviour,
    good,
    head,
    line,
    message,
    said,
)
from tests.reliability.adversarial.raw_server import RawServer
from tests.reliability.adversarial.watchdog import Watchdog

# For servers that let their callers wait; with all others a busy machine may take its time.
HASTE = Patience(
    connect=60.0,
    first_token=0.5,
    page=0.5,
    token=0.005,
    figures=0.1,
    loading=0.05,
    pause=0.001,
    longest_pause=0.01,
    loading_pause=0.01,
    outage=0.0,
    tries=2,
)
CALM = replace(HASTE, first_token=120.0, page=120.0)
# Seconds of its own CPU time that the event loop may take for one step; 0.04 were measured.
STEP = 0.1
CREATE = backends.create
PAGES = {
    "/v1/models": b'{"object":"list","data":[{"id":"qwen2.5-coder","owned_by":"vllm"}]}',
    "/api/tags": b'{"models":[{"model":"qwen2.5-coder"}]}',
    "/api/show": b'{"template":"","capabilities":["completion"],"details":{},"model_info":{}}',
}
CASES = [
    pytest.param(server, each, id=f"{server}: {each.name}") for each in MISBEHAVIOURS for server in each.servers
]
SOME = CASES if os.environ.get("HEARTH_SOAK") else CASES[::5]  # `make soak` takes all, everywhere


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    with RawServer() as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """What is imported when it is first needed is no work of an answer."""
    import httpx

    from hearth.engine.backends.shared import bounds, client

    assert {httpx, bounds, client}


@pytest.fixture(scope="module")
def longest() -> Iterator[list[float]]:
    """The longest step of each case; `pytest -s` shows the longest of all."""
    steps: list[float] = []
    yield steps
    print(f"\n{len(steps)} cases, the longest step of the event loop {1000 * max(steps, default=0):.0f} ms")


@pytest.fixture
def watchdog(monkeypatch: pytest.MonkeyPatch, longest: list[float]) -> Iterator[Watchdog]:
    watchdog = Watchdog()
    watchdog.watch(monkeypatch)
    yield watchdog
    longest.append(watchdog.longest)


def scripted(kind: str, misbehaviour: Misbehaviour, everywhere: bool = False) -> Any:
    """Answers with what it should where the server says what it is, unless it misbehaves `everywhere`."""

    async def script(path: str) -> AsyncIterator[bytes]:
        if path in PAGES and not everywhere:
            yield head(kind=("application/json")) + PAGES[path]
        elif path.endswith("/props") and not everywhere:
            yield head(status="404 Not Found", kind="application/json") + b'{"detail":"Not Found"}'
        else:
            async for step in misbehaviour.answer(kind):
                yield step

    return script


def settings(kind: str, url: str) -> Settings:
    name = "ollama" if kind == OLLAMA else "openai_compatible"
    return Settings(
        CompletionSettings(backend=name, model=MODEL),
        ChatSettings(backend=name, model=MODEL, think=False),
        ollama=OllamaSettings(url=url),
        openai_compatible=OpenAISettings(url=f"{url}/v1"),
    )


def backend_of(kind: str, url: str, patience: Patience = CALM) -> Any:
    statuses: list[Status] = []
    made: Any = CREATE(settings(kind, url).completion.backend, settings(kind, url), statuses.append)
    made.patience = patience
    return made


def patience_with(each: Misbehaviour) -> Patience:
    return HASTE if LATE in each.error else CALM


async def asked(kind: str, url: str, ask: str, patience: Patience = CALM) -> Answer | dict[str, str] | HearthError:
    """What is answered, or what is told. Anything but an error for the user is a failure of Hearth."""
    backend = backend_of(kind, url, patience)
    try:
        async with asyncio.timeout(250):
            if ask == "complete":
                return await collect(backend.complete(completion(raw=True)))
            if ask == "chat":
                return await collect(backend.chat(question(think=False)))
            examined: dict[str, str] = await backend.examine()
            return examined
    except HearthError as error:
        return error
    finally:
        await backend.close()


def let_go(server: RawServer) -> bool:
    """Whether nobody holds a connection to it any more; waits for what is on its way."""
    for _ in range(500):
        if not server.open:
            return True
        time.sleep(0.01)
    return False


def is_clear(message: str) -> bool:
    """One line that can be read, written and shown."""
    message.encode()
    return 10 < len(message) < 700 and all(letter.isprintable() for letter in message)


@pytest.mark.parametrize(("kind", "each"), CASES)
def test_an_answer_is_right_or_one_clear_error(
    server: RawServer, watchdog: Watchdog, kind: str, each: Misbehaviour
) -> None:
    server.script = scripted(kind, each)
    for ask in ("complete", "chat"):
        outcome = asyncio.run(asked(kind, server.url, ask, patience_with(each)))
        if each.error and not (each.is_either and isinstance(outcome, Answer)):
            assert isinstance(outcome, HearthError), (ask, outcome)
            assert re.search(each.error, str(outcome)) and is_clear(str(outcome)), (ask, str(outcome))
        else:
            assert isinstance(outcome, Answer), (ask, str(outcome))
            outcome.text.encode()
            assert len(outcome.text) + len(outcome.thinking) < 10_000
            assert each.text is None or outcome.text == each.text, ask
            assert outcome.reason == (each.reason or "eog"), ask
        assert let_go(server), f"{ask}: the server is still being listened to"
    assert not is_over(watchdog.longest, STEP), watchdog.step


@pytest.mark.parametrize(("kind", "each"), SOME)
def test_a_server_that_misbehaves_everywhere_is_examined_all_the_same(
    server: RawServer, watchdog: Watchdog, kind: str, each: Misbehaviour
) -> None:
    server.script = scripted(kind, each, everywhere=True)
    for ask in ("examine", "complete"):
        outcome = asyncio.run(asked(kind, server.url, ask, HASTE))
        told = str(outcome) if isinstance(outcome, HearthError) else ""
        assert not told or is_clear(told), told
        if isinstance(outcome, dict):
            assert all(is_clear(f"{heading}: {words}") for heading, words in outcome.items())
        assert let_go(server)
    assert not is_over(watchdog.longest, STEP), watchdog.step


@pytest.mark.parametrize(("kind", "each"), SOME)
def test_doctor_says_what_it_found_or_what_is_wrong(
    server: RawServer, kind: str, each: Misbehaviour, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    server.script = scripted(kind, each, everywhere=True)
    monkeypatch.setattr(terminal, "user_settings", lambda *_: settings(kind, server.url))
    monkeypatch.setattr(backends, "create", lambda *_: backend_of(kind, server.url, HASTE))
    try:
        doctor.doctor()
    except typer.Exit as end:
        assert end.exit_code == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert "server" in said.out or said.err.strip(), "it says one or the other"
    assert let_go(server)


LONG_TEXTS = {
    "blank lines": "\n" * 50_000,
    "lines": "    y = foo(1)\n    z = 2\n" * 4_000,
    "brackets": "(" * 60_000,
    "quotes": "\"a'b" * 9_000,
    "words": "abc def " * 9_000,
    "backslashes": "\\" * 60_000,
    "comments": "# \n" * 20_000,
    "indentation": " " * 60_000,
    "steps": "".join(f"{' ' * depth}if x:\n" for depth in range(400)),
}


@pytest.mark.parametrize("mode", ["line", "block", "span"])
@pytest.mark.parametrize("text", LONG_TEXTS)
def test_the_stop_rules_take_whatever_is_said(
    server: RawServer, watchdog: Watchdog, text: str, mode: Literal["line", "block", "span"]
) -> None:
    said_at_once = message(OPENAI, LONG_TEXTS[text])
    del said_at_once["choices"][0]["delta"]
    long = Misbehaviour(text, lambda kind: [head(kind), line(kind, said_at_once) + good(kind)])
    server.script = scripted(OPENAI, long)
    asked_for = completion(typed="    ")
    policy = replace(asked_for.stop, mode=mode, max_lines=10**6, language="python", comment="#")

    async def once() -> Answer:
        backend = backend_of(OPENAI, server.url)
        try:
            return await collect(backend.complete(replace(asked_for, stop=policy, max_tokens=500)))
        finally:
            await backend.close()

    assert len(asyncio.run(once()).text) < 50_000
    assert not is_over(watchdog.longest, STEP), watchdog.step


ENDLESS = [case for case in CASES if re.search("without an end|for ever|10 MB|200 MB", str(case.id))]


@pytest.mark.parametrize(("kind", "each"), ENDLESS)
def test_what_has_no_end_costs_little_memory(server: RawServer, kind: str, each: Misbehaviour) -> None:
    server.script = scripted(kind, each)
    asyncio.run(asked(kind, server.url, "complete", patience_with(each)))  # what is made once is made
    tracemalloc.start()
    try:
        asyncio.run(asked(kind, server.url, "complete", patience_with(each)))
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", [OPENAI, OLLAMA])
@pytest.mark.parametrize("ask", ["complete", "chat"])
def test_who_asks_no_more_is_heard_by_the_server(server: RawServer, kind: str, ask: str) -> None:
    piece = said(kind, "x ")
    server.script = scripted(kind, Misbehaviour("streams", lambda _: _endless(head(kind), piece), pause=0.002))

    async def once() -> None:
        backend = backend_of(kind, server.url)
        stream = backend.complete(completion(raw=True)) if ask == "complete" else backend.chat(question())
        async with aclosing(stream):
            assert isinstance(await anext(stream), Piece)
        assert await asyncio.to_thread(let_go, server), "while the connection's owner still lives"
        await backend.close()

    asyncio.run(once())


@pytest.mark.parametrize("kind", [OPENAI, OLLAMA])
def test_a_redirect_takes_neither_code_nor_key_along(
    server: RawServer, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTH_TEST_KEY", "open-sesame")
    with RawServer() as elsewhere:
        elsewhere.script = scripted(kind, Misbehaviour("good", lambda _: [head(kind), good(kind)]))
        away = Misbehaviour(
            "away", lambda _: [head(kind, "307 There", location=f"{elsewhere.url}/v1/completions")]
        )
        for everywhere in (False, True):
            server.script = scripted(kind, away, everywhere)
            for ask in ("complete", "chat", "examine"):
                asyncio.run(asked(kind, server.url, ask))
        assert elsewhere.asked == []


@pytest.mark.parametrize("kind", [OPENAI, OLLAMA])
def test_behind_a_fault_comes_a_right_answer(server: RawServer, kind: str) -> None:
    """One backend for all: no fault leaves anything behind."""
    right = Misbehaviour("good", lambda _: [head(kind), good(kind)])

    async def all_of_them() -> None:
        backend = backend_of(kind, server.url)
        for each in [each for each in MISBEHAVIOURS if kind in each.servers and LATE not in each.error][::3]:
            server.script = scripted(kind, each)
            with suppress(HearthError):
                await collect(backend.complete(completion(raw=True)))
            server.script = scripted(kind, right)
            assert (await collect(backend.complete(completion(raw=True)))).text == TEXT, each.name
        await backend.close()

    asyncio.run(all_of_them())


def _endless(*steps: bytes) -> Iterator[bytes]:
    first, *others = steps
    yield first
    while True:
        yield from others
