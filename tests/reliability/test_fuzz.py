"""A few thousand of the cases of `fuzz.py`, and by name those that once did harm."""

import asyncio
import io
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hearth.engine import paths
from hearth.engine.host import transport, wire
from hearth.lsp_server import framing
from hearth.lsp_server.protocol import well_formed
from tests.e2e.editor import SERVER
from tests.hosts import stop_host
from tests.reliability import fuzz_bytes, fuzz_lsp


@pytest.fixture(autouse=True)
def _no_model() -> None:
    paths.config_file().write_text(fuzz_lsp.CONFIG, "utf-8")


async def _client() -> fuzz_lsp.Client:
    return await fuzz_lsp.started()


@pytest.mark.parametrize("seed", [11, 12])
def test_random_messages_are_answered_once_and_never_touch_another_document(seed: int) -> None:
    assert asyncio.run(fuzz_lsp.run(400, seed)).errors > 0


def test_random_frames_are_messages_or_refused() -> None:
    assert 0 < fuzz_bytes.fuzz_wire(1500, 11) < 1500


def test_damaged_model_headers_are_read_or_refused(tmp_path: Path) -> None:
    assert 0 < fuzz_bytes.fuzz_gguf(700, 11, tmp_path) < 700


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("textDocument/inlineCompletion", {"textDocument": None}, -32602),
        ("textDocument/inlineCompletion", 7, -32602),
        ("textDocument/codeAction", {"range": {"start": {"line": float("inf"), "character": 0}}}, -32602),
        (
            "textDocument/completion",
            {"textDocument": {"uri": []}, "position": {"line": 2**70, "character": -1}},
            -32601,
        ),
        ("no/such", {}, -32601),
        ("\ud800", {}, -32601),
        (7, {}, -32600),
        ("initialize", {"capabilities": {}}, -32600),
    ],
)
async def test_a_request_that_cannot_be_read_is_answered_with_an_error(
    method: Any, params: Any, code: int
) -> None:
    client = await _client()
    id = client.request(method, params)
    await client.settle()
    assert client.answers[id] == 1
    assert client.last["id"] == id and client.last["error"]["code"] in (code, -32602, -32603)


async def test_requests_before_initialize_and_after_shutdown_are_refused_with_their_own_codes() -> None:
    client = fuzz_lsp.Client()
    client.server.protocol.set_writer(client)
    client.request("hearth/chat/list", {})
    assert client.last["error"]["code"] == -32002
    client = await _client()
    client.request("shutdown", None)
    await client.settle()
    client.request("hearth/chat/list", {})
    assert client.last["error"]["code"] == -32600


async def test_an_answer_of_the_client_that_makes_no_sense_ends_the_wait_for_it() -> None:
    client = await _client()
    future = client.server.protocol.send_request("workspace/applyEdit", {"edit": {}}, msg_id="ours")
    client.send(b'{"jsonrpc": "2.0", "id": "ours", "result": 7}')
    assert future.done() and future.exception() is not None


async def test_nothing_is_kept_of_messages_that_are_dealt_with() -> None:
    client = await _client()
    for version in range(2, 50):
        document = {"uri": fuzz_lsp.WITNESS, "version": version}
        client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": "x"}]})
        client.notify("textDocument/didFocus", {"textDocument": {"uri": fuzz_lsp.WITNESS}})
    client.request("workspace/executeCommand", {"command": "hearth.pause"})
    await client.settle()
    async with asyncio.timeout(60):
        while len(client.server.protocol._request_futures) >= 5:
            await asyncio.sleep(0.01)


async def test_shutdown_is_answered_while_a_command_waits_for_the_client() -> None:
    client = await _client()
    client.silent = True
    asked = {"command": "hearth.explain", "arguments": [{"uri": fuzz_lsp.WITNESS}]}
    command = client.request("workspace/executeCommand", asked)
    await asyncio.sleep(0.05)
    id = client.request("shutdown", None)
    await client.settle()
    assert (client.answers[command], client.answers[id]) == (1, 1)
    assert client.last["id"] == id and "result" in client.last


async def test_a_language_that_is_no_text_is_plain_text() -> None:
    client = await _client()
    item = {"uri": fuzz_lsp.OTHER, "languageId": 7, "version": 1, "text": "x"}
    client.notify("textDocument/didOpen", {"textDocument": item})
    document = client.server.documents.get(fuzz_lsp.OTHER)
    assert document is not None and document.language == "plaintext"


async def test_an_object_inside_of_a_message_that_looks_like_a_message_is_not_one() -> None:
    client = await _client()
    client.notify("workspace/didChangeConfiguration", {"settings": {"jsonrpc": "2.0", "method": "exit"}})
    client.request("hearth/chat/list", {})
    await client.settle()
    assert "result" in client.last


@pytest.mark.parametrize(
    ("text", "expected"),
    [("\ud83d\ude00", "😀"), ("a\ud800b", "a\ufffdb"), ("\udc00\ud800", "\ufffd\ufffd"), ("é😀", "é😀")],
)
def test_surrogates_become_characters_of_the_same_length_in_utf_16(text: str, expected: str) -> None:
    assert well_formed(text) == expected
    assert len(text.encode("utf-16-le", "surrogatepass")) == len(expected.encode("utf-16-le"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"Content-Length: 5\r\n", b"Content-Length: 5\r\n"),
        (b"content-length:5\n", b"Content-Length: 5\r\n"),
        (b"garbage}Content-Length: 5\r\n", b"Content-Length: 5\r\n"),
        (b"Content-Length: -5\r\n", b"Ignored: 1\r\n"),
        (b"Content-Length: 99999999999999999999\r\n", b""),
        (b"x" * 200_000, b"Ignored: 1\r\n"),
    ],
)
def test_header_lines_are_read_with_patience_and_within_bounds(line: bytes, expected: bytes) -> None:
    assert framing.BoundedInput(io.BytesIO(line)).readline() == expected


@asynccontextmanager
async def _served() -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *SERVER, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=dict(os.environ)
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _framed(message: Any) -> bytes:
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


async def test_a_server_process_lives_on_after_a_wrong_length_and_garbage() -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}
    async with _served() as process:
        assert process.stdin and process.stdout
        process.stdin.write(b"\0\xff garbage\r\n" + _framed([1]) + b"Content-Length: 3\r\n\r\n{}" + b"\n")
        process.stdin.write(b"Content-Length: 2\r\n\r\n{}{}" + _framed(hello))
        async with asyncio.timeout(30):
            header = await process.stdout.readuntil(b"\r\n\r\n")
            body = await process.stdout.readexactly(int(header.split(b"\r\n")[0].split()[1]))
        assert json.loads(body)["id"] == 1


async def test_a_length_that_cannot_be_ends_the_server_in_good_order() -> None:
    async with _served() as process:
        assert process.stdin
        process.stdin.write(b"Content-Length: 99999999999999999999\r\n\r\n")
        async with asyncio.timeout(30):
            assert await process.wait() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="the socket is a Unix one")
async def test_a_host_that_is_talked_nonsense_to_lives_and_answers_others() -> None:
    """Each stream on its own connection, to a real host process."""
    import random

    from hearth.engine.host import starter

    rng = random.Random(5)
    found = await starter.connect(idle_minutes=1.0, crash_budget=3)
    try:
        for _ in range(150):
            reader, writer = await transport.connect(paths.runtime_dir())
            writer.write(_without_shutdown(rng))
            if writer.can_write_eof():
                writer.write_eof()
            async with asyncio.timeout(10):
                await reader.read()
            writer.close()
        found.writer.write(wire.encode(wire.Hello(wire.PROTOCOL, starter.OURS)))
        async with asyncio.timeout(10):
            while not isinstance(welcome := await wire.read(found.reader, "host"), wire.Welcome):
                assert welcome is not None, "the host has gone"
        assert welcome.pid == found.pid
    finally:
        found.writer.close()
        stop_host(Path(os.environ["HEARTH_HOME"]))


def _without_shutdown(rng: Any) -> bytes:
    """A `Shutdown` is sound, and the host leaves; and what names a model is sound and loads one."""
    while True:
        data = fuzz_bytes.stream(rng, "client")
        if not any(word in data for word in (b"Shutdown", b"Load", b"Chat", b"Complete", b"Inspect")):
            return data
