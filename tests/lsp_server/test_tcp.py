"""`hearth serve --tcp`: who may talk to the server on a loopback port."""

import asyncio
import json
import os
import re
import resource
import signal
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from hearth.lsp_server import framing, tcp


@dataclass(frozen=True)
class Server:
    process: asyncio.subprocess.Process
    port: int
    token_file: Path
    told: str

    @property
    def token(self) -> str:
        return self.token_file.read_text()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)


@asynccontextmanager
async def running(home: Path) -> AsyncIterator[Server]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "hearth.lsp_server.cli", "serve", "--tcp", "0"),
        env={**os.environ, "HEARTH_HOME": str(home)},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    try:
        told = (await asyncio.wait_for(process.stderr.readline(), 60)).decode()
        found = re.search(r"listening on 127\.0\.0\.1:(\d+); .* in (.+)$", told)
        assert found, told
        yield Server(process, int(found[1]), Path(found[2]), told)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def initialize(options: Any, method: str = "initialize") -> bytes:
    params = {"processId": None, "rootUri": None, "capabilities": {}, "initializationOptions": options}
    return framed({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def framed(message: Any) -> bytes:
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


async def message(reader: asyncio.StreamReader) -> Any:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
    length = re.search(rb"Content-Length: (\d+)", head)
    assert length
    return json.loads(await asyncio.wait_for(reader.readexactly(int(length[1])), 30))


async def messages_until(reader: asyncio.StreamReader, id: int) -> list[Any]:
    """All that comes, up to the answer of that request."""
    found = [await message(reader)]
    while found[-1].get("id") != id:
        found.append(await message(reader))
    return found


async def test_the_token_lies_in_a_private_file_and_is_not_told(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        assert stat.S_IMODE(server.token_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(server.token_file.parent.stat().st_mode) == 0o700
        assert len(server.token) >= 32
        command = " ".join(psutil.Process(server.process.pid).cmdline())
        logged = (tmp_path / "logs" / "server.log").read_text()
        assert server.token not in server.told + command + logged


async def test_who_brings_the_token_is_served_and_nobody_else_may_come(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        reader, writer = await server.connect()
        writer.write(initialize({"token": server.token, "completion": {"max_lines": 3}}))
        (answer,) = await messages_until(reader, 1)
        assert answer["result"]["serverInfo"]["name"] == "hearth"
        with pytest.raises(ConnectionRefusedError):
            await server.connect()
        assert not server.token_file.exists()

        writer.write(framed({"jsonrpc": "2.0", "method": "initialized", "params": {}}))
        writer.write(framed({"jsonrpc": "2.0", "id": 2, "method": "shutdown"}))
        came = await messages_until(reader, 2)
        assert not [each for each in came if each.get("method") == "window/showMessage"], "token: a wrong setting?"
        writer.write(framed({"jsonrpc": "2.0", "method": "exit"}))
        assert await asyncio.wait_for(server.process.wait(), 30) == 0


@pytest.mark.parametrize("last", [b"", b"Content-Length: 99\r\n\r\n{", b"x" * 300_000], ids=["", "cut", "endless"])
async def test_the_server_leaves_when_its_client_goes_without_a_word(tmp_path: Path, last: bytes) -> None:
    async with running(tmp_path) as server:
        reader, writer = await server.connect()
        writer.write(initialize({"token": server.token}))
        await messages_until(reader, 1)
        writer.write(last)
        writer.close()
        assert await asyncio.wait_for(server.process.wait(), 30) == 0
        assert server.process.stderr is not None
        assert await server.process.stderr.read() == b""


STRANGERS = {
    "no token": initialize({}),
    "no options": initialize(None),
    "a wrong token": initialize({"token": "x" * 43}),
    "an empty token": initialize({"token": ""}),
    "a token that is no text": initialize({"token": ["x"]}),
    "half a surrogate": initialize({"token": "\ud800"}),
    "options that are a list": initialize(["token"]),
    "another method": initialize({"token": "TOKEN"}, "shutdown"),
    "a batch": framed([{"jsonrpc": "2.0", "method": "initialize"}]),
    "no JSON": b"Content-Length: 5\r\n\r\n{{{{{",
    "deep JSON": b"Content-Length: 200000\r\n\r\n" + b"[" * 200000,
    "a web page": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
    "no length": b"GET / HTTP/1.1\r\n\r\n",
    "a length of blanks": b"Content-Length:" + b" " * 40 + b"\r\n\r\n",
    "too long a message": b"Content-Length: 99999999999999\r\n\r\n",
    "a negative length": b"Content-Length: -1\r\n\r\n",
    "an endless head": b"x" * 500_000,
}


async def test_strangers_are_turned_away_without_an_answer_and_the_client_still_comes_in(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        for name, said in STRANGERS.items():
            reader, writer = await server.connect()
            writer.write(said.replace(b"TOKEN", server.token.encode()))
            assert await asyncio.wait_for(rest(reader), 30) == b"", name
            writer.close()
        reader, writer = await server.connect()
        writer.write(initialize({"token": server.token}))
        assert (await messages_until(reader, 1))[-1]["result"]


async def test_many_silent_connections_do_not_pile_up(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        silent = [await server.connect() for _ in range(40)]
        closed = await asyncio.wait_for(asyncio.gather(*(rest(reader) for reader, _ in silent[:20])), 30)
        assert set(closed) == {b""}
        for _, writer in silent:
            writer.close()


@pytest.mark.parametrize("count", [16, 200])
async def test_silent_connections_do_not_keep_the_client_out(tmp_path: Path, count: int) -> None:
    async with running(tmp_path) as server:
        silent = [await server.connect() for _ in range(count)]
        reader, writer = await server.connect()
        writer.write(initialize({"token": server.token}))
        assert (await messages_until(reader, 1))[-1]["result"]
        assert set(await asyncio.wait_for(asyncio.gather(*(rest(each) for each, _ in silent)), 30)) == {b""}
        for _, writer in silent:
            writer.close()


async def test_a_message_that_is_too_long_ends_the_server_before_it_is_read(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        reader, writer = await server.connect()
        writer.write(initialize({"token": server.token}))
        await messages_until(reader, 1)
        before = psutil.Process(server.process.pid).memory_info().rss
        writer.write(b"Content-Length: %d\r\n\r\n" % (framing.MAX_MESSAGE + 1))
        assert await asyncio.wait_for(server.process.wait(), 30) == 0
        assert before < framing.MAX_MESSAGE


async def test_bytes_in_front_of_a_header_do_not_lose_the_message(tmp_path: Path) -> None:
    """As on standard input."""
    async with running(tmp_path) as server:
        reader, writer = await server.connect()
        writer.write(initialize({"token": server.token}))
        await messages_until(reader, 1)
        writer.write(b"junk" + framed({"jsonrpc": "2.0", "id": 2, "method": "shutdown"}))
        assert (await messages_until(reader, 2))[-1]["id"] == 2


async def test_a_token_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    (tmp_path / "temporary").mkdir()
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "hearth.lsp_server.cli", "serve", "--tcp", "0"),
        env={**os.environ, "HEARTH_HOME": str(tmp_path / "home"), "TMPDIR": "/dev/null"},
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=_no_files,
    )
    _, said = await asyncio.wait_for(server.communicate(), 60)
    assert server.returncode == 1
    (line,) = said.decode().splitlines()
    assert line.startswith("hearth: the token cannot be written for the client: ")


def _no_files() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


async def test_who_says_nothing_is_not_waited_for() -> None:
    assert await tcp.first_message(asyncio.StreamReader(), "token", seconds=0.05) is None


async def test_the_token_is_taken_out_of_what_is_passed_on() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(initialize({"token": "right", "completion": {"max_lines": 3}}) + b"what follows")
    passed_on = await tcp.first_message(reader, "right")
    assert passed_on is not None
    assert json.loads(passed_on)["params"]["initializationOptions"] == {"completion": {"max_lines": 3}}
    reader.feed_eof()
    assert await reader.read() == b"what follows"


async def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "hearth.lsp_server.cli", "serve", "--tcp", str(server.port)),
            env={**os.environ, "HEARTH_HOME": str(tmp_path)},
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await asyncio.wait_for(second.communicate(), 60)
        assert second.returncode == 1
        assert (
            said.decode() == f"hearth: cannot listen on port {server.port} of 127.0.0.1: Address already in use\n"
        )


async def rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:  # reset, because what we said was not read to its end
        return b""
