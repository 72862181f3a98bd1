"""Sizes, times and numbers have bounds, and a client that goes away stops the model."""

import asyncio
from typing import Any

import pytest

from hearth.engine.types import ChatPrompt
from hearth.lsp_server.http_api.connections import Bounds
from tests.lsp_server.http_api.served import Served, request, serving
from tests.lsp_server.http_api.test_completions import shown_in
from tests.waiting import until

MODELS = request("GET /v1/models HTTP/1.1")
QUESTION = b'{"messages": [{"role": "user", "content": "What?"}], "stream": true}'
ENDLESS = "20:" + "|".join(["word "] * 500)


def chat_request(body: bytes = QUESTION) -> bytes:
    return request(f"POST /v1/chat/completions HTTP/1.1\nContent-Length: {len(body)}", body)


async def all_of(reader: asyncio.StreamReader) -> bytes:
    """Up to the moment when the server ends the connection."""
    return await asyncio.wait_for(reader.read(), 30)


async def ended(served: Served) -> None:
    """Return once the model is asked nothing any more."""
    await until(lambda: not any(each.is_busy for each in served.doors._open), "the end of the answer")


class Stopped:
    """How far a scripted model has come with what it was asked."""

    def __init__(self, served: Served, kind: str = "chat") -> None:
        self.closed = asyncio.Event()
        self.begun = asyncio.Event()
        whole = getattr(served.model, kind)

        async def watched(asked: Any) -> Any:
            self.begun.set()
            try:
                async for event in whole(asked):
                    yield event
            finally:
                self.closed.set()

        setattr(served.model, kind, watched)


@pytest.mark.parametrize("when", ["before the first word", "while it streams"])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/api/chat"])
async def test_a_client_that_goes_away_stops_the_model(when: str, path: str) -> None:
    script = "60000:never" if when == "before the first word" else ENDLESS
    async with serving(chat=script) as served:
        model = Stopped(served)
        reader, writer = await served.connect()
        writer.write(request(f"POST {path} HTTP/1.1\nContent-Length: {len(QUESTION)}", QUESTION))
        await asyncio.wait_for(model.begun.wait(), 30)
        if when == "while it streams":
            await asyncio.wait_for(reader.readuntil(b"word "), 30)
        writer.transport.abort()
        await asyncio.wait_for(model.closed.wait(), 30)
        await ended(served)


async def test_a_completion_that_nobody_waits_for_is_stopped() -> None:
    async with serving("60000:never") as served:
        model = Stopped(served, "complete")
        _, writer = await served.connect()
        body = b'{"prompt": "x = "}'
        writer.write(request(f"POST /v1/completions HTTP/1.1\nContent-Length: {len(body)}", body))
        await asyncio.wait_for(model.begun.wait(), 30)
        writer.transport.abort()
        await asyncio.wait_for(model.closed.wait(), 30)
        await ended(served)
        assert (await served.client.get("/v1/models")).status_code == 200


async def test_one_connection_serves_many_requests() -> None:
    async with serving() as served:
        reader, writer = await served.connect()
        for _ in range(3):
            writer.write(MODELS)
            await asyncio.wait_for(reader.readuntil(b"]}"), 30)
        writer.write(MODELS + MODELS + request("GET /v1/models HTTP/1.1\nConnection: close"))  # in one go
        assert (await all_of(reader)).count(b"HTTP/1.1 200") == 3


async def test_what_was_sent_ahead_is_answered_in_turn() -> None:
    async with serving(chat="5:It |adds.") as served:
        reader, writer = await served.connect()
        writer.write(chat_request() + request("GET /v1/models HTTP/1.1\nConnection: close"))
        said = await all_of(reader)
        assert said.index(b"[DONE]") < said.index(b'"object":"list"')


async def test_a_body_in_chunks_and_one_that_waits_for_leave() -> None:
    async with serving() as served:
        reader, writer = await served.connect()
        writer.write(request("POST /v1/completions HTTP/1.1\nTransfer-Encoding: chunked\nExpect: 100-continue"))
        assert b"100" in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        writer.write(b'9\r\n{"prompt"\r\n9\r\n: "x = "}\r\n0\r\n\r\n')
        assert b"HTTP/1.1 200" in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello tls\r\n\r\n", 400),
        (b"hello\r\n\r\n", 400),
        (b"GET /v1/models HTTP/1.1\r\n\r\n", 400),  # no Host
        (b"GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 100_000, 431),
        (b"GET /" + b"x" * 100_000, 431),
        (request("POST /v1/completions HTTP/1.1\nContent-Length: 99999999999"), 413),
        (
            request("POST /v1/completions HTTP/1.1\nTransfer-Encoding: chunked") + b"fffffff\r\n" + b"x" * 9_000,
            413,
        ),
        (request("POST /v1/completions HTTP/1.1\nContent-Length: -1"), 400),
        (request("POST /v1/completions HTTP/1.1\nContent-Length: 1\nContent-Length: 2"), 400),
        (request("GET http://127.0.0.1/v1/models HTTP/1.1"), 404),
        (request("GET /v1/completions HTTP/1.1"), 405),
        (request("DELETE /v1/models HTTP/1.1"), 405),
    ],
    ids=lambda each: repr(each[:60]) if isinstance(each, bytes) else str(each),
)
async def test_what_is_no_request_or_too_long_is_refused(sent: bytes, status: int) -> None:
    async with serving(bounds=Bounds(body=8_000, lingering=0.1)) as served:
        reader, writer = await served.connect()
        writer.write(sent)
        if status != 405 and status != 404:
            said = await all_of(reader)
            writer.close()
            await until(lambda: not served.doors._open, "the end of the connection")
        else:
            said = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        assert said.startswith(b"HTTP/1.1 %d" % status)
        assert served.model.requests == []
        assert (await served.client.get("/v1/models")).status_code == 200


async def test_a_body_that_is_too_long_gets_its_answer_all_the_same() -> None:
    """To close at once would take the answer away from a client that is still sending."""
    async with serving(bounds=Bounds(body=100_000)) as served:
        answer = await served.client.post("/v1/completions", content=b"x" * 300_000)
        assert answer.status_code == 413


@pytest.mark.parametrize(
    "sent", [b"", b"GET /v1/mod", request("POST /v1/completions HTTP/1.1\nContent-Length: 9")]
)
async def test_a_client_that_says_nothing_more_is_not_waited_for(sent: bytes) -> None:
    async with serving(bounds=Bounds(idle=0.2, request=0.2, lingering=0.1)) as served:
        reader, writer = await served.connect()
        writer.write(sent)
        said = await all_of(reader)
        assert said.startswith(b"HTTP/1.1 408") if sent else said == b""


async def test_an_answer_that_takes_too_long_is_ended() -> None:
    async with serving(chat="60000:never", bounds=Bounds(answer=0.2)) as served:
        model = Stopped(served)
        answer = await served.post("/v1/chat/completions", messages=[{"role": "user", "content": "What?"}])
        assert answer.status_code == 504
        assert model.closed.is_set()


async def test_a_client_that_does_not_read_is_left() -> None:
    words = "0:" + "|".join(["word " * 20_000] * 100)
    async with serving(chat=words, bounds=Bounds(taken=0.2)) as served:
        model = Stopped(served)
        _, writer = await served.connect()
        writer.write(chat_request())
        await asyncio.wait_for(model.closed.wait(), 30)
        await until(lambda: not served.doors._open, "the end of the connection")
        writer.transport.abort()


async def test_silent_clients_keep_nobody_out() -> None:
    async with serving(most=4) as served:
        silent = [await served.connect() for _ in range(12)]
        assert (await served.client.get("/v1/models")).status_code == 200
        assert len(served.doors._open) <= 4
        for _, writer in silent:
            writer.close()


async def test_whoever_is_being_answered_is_not_turned_out() -> None:
    async with serving(chat="20:" + "|".join(["word "] * 30), most=2) as served:
        busy = [await served.connect() for _ in range(2)]
        for reader, writer in busy:
            writer.write(chat_request())
            await asyncio.wait_for(reader.readuntil(b"word "), 30)
        reader, _ = await served.connect()
        assert await all_of(reader) == b""  # there is no room
        for reader, _ in busy:
            assert b"[DONE]" in await asyncio.wait_for(reader.readuntil(b"[DONE]"), 30)


@pytest.mark.parametrize("script", ["60000:never", ENDLESS], ids=["silent", "streaming"])
async def test_too_many_requests_at_once_are_told_so(script: str) -> None:
    async with serving(chat=script) as served:
        clients = [await served.connect() for _ in range(8)]
        for reader, writer in clients:
            writer.write(chat_request())
            if script == ENDLESS:
                await asyncio.wait_for(reader.readuntil(b"word "), 30)
        await until(lambda: sum(isinstance(each.prompt, ChatPrompt) for each in served.model.requests) == 8)
        answer = await served.post("/v1/completions", prompt="x = ")
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "1"


async def test_a_newer_request_about_the_same_text_takes_over() -> None:
    """Editors that cannot cancel send the next request on another connection."""
    async with serving("300:width * height") as served:
        older = asyncio.create_task(served.post("/v1/completions", prompt="def area(width, height):\n    return"))
        await until(lambda: served.model.requests, "the first request")
        newer = await served.post("/v1/completions", prompt="def area(width, height):\n    return ")
        assert newer.json()["choices"][0]["text"] == "width * height"
        assert (await older).json()["choices"][0] | {"text": ""} == newer.json()["choices"][0] | {"text": ""}


async def test_the_next_request_goes_on_with_the_answer_of_one_that_was_given_up() -> None:
    """Editors end a request with each key; on a slow machine no answer would ever come if each began again."""
    async with serving("300:width| * height") as served:
        _, writer = await served.connect()
        body = b'{"prompt": "def area(width, height):\\n    return ", "suffix": "\\n"}'
        writer.write(request(f"POST /v1/completions HTTP/1.1\nContent-Length: {len(body)}", body))
        await until(lambda: served.model.requests, "the request")
        writer.transport.abort()
        answer = await served.post("/v1/completions", prompt="def area(width, height):\n    return ", suffix="\n")
        assert answer.json()["choices"][0]["text"] == "width * height"
        asked = [each for each in served.model.requests if shown_in(each.prompt, "return ")]
        assert len(asked) == 1


async def test_what_fails_inside_is_told_without_details(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as served:

        async def complete(*_: object) -> None:
            raise RuntimeError("the user's own code")

        monkeypatch.setattr(served.answering, "complete", complete)
        answer = await served.post("/v1/completions", prompt="x = ")
        assert answer.status_code == 500
        assert "own code" not in answer.text
        assert "internal error" in answer.json()["error"]["message"]


async def test_what_fails_while_it_streams_ends_the_stream_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(chat="It |adds.") as served:
        whole = served.model.chat

        async def chat(asked: Any) -> Any:
            async for event in whole(asked):
                yield event
                raise RuntimeError("broken")

        monkeypatch.setattr(served.model, "chat", chat)
        messages = [{"role": "user", "content": "What?"}]
        said = (await served.post("/v1/chat/completions", messages=messages, stream=True)).text
        assert '"It "' in said
        assert "internal error" in said
        assert "[DONE]" not in said
        lines = (await served.post("/api/chat", messages=messages)).text.splitlines()
        assert lines[-1].startswith('{"error":')
