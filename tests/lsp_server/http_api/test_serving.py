"""`hearth serve --http` as a user starts it."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

SETTINGS = """
[completion]
backend = "scripted"
model = "width * height"
[chat]
backend = "scripted"
model = "It |adds."
"""


@dataclass(frozen=True)
class Running:
    process: asyncio.subprocess.Process
    told: str
    url: str
    token_file: Path

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token_file.read_text().strip()}"}


@asynccontextmanager
async def running(home: Path, *options: str, port: int = 0) -> AsyncIterator[Running]:
    (home / "hearth.toml").write_text(SETTINGS)
    process = await started(home, "--http", str(port), *options)
    assert process.stderr
    try:
        told = (await asyncio.wait_for(process.stderr.readline(), 60)).decode()
        found = re.search(r"listening on (http://127\.0\.0\.1:\d+)/v1; the token is in (.+)$", told)
        assert found, told
        yield Running(process, told, found[1], Path(found[2]))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def started(home: Path, *options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "hearth.lsp_server.cli", "serve", *options),
        env={**os.environ, "HEARTH_HOME": str(home)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=None if sys.platform == "win32" else _heed_interrupts,
    )


def _heed_interrupts() -> None:
    """What runs in the background of a shell ignores them, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def test_an_editor_asks_a_running_server(tmp_path: Path) -> None:
    async with running(tmp_path, "--ollama") as server, httpx.AsyncClient(trust_env=False, timeout=60) as client:
        body = {"prompt": "def area(width, height):\n    return ", "suffix": "\n"}
        answer = await client.post(f"{server.url}/v1/completions", json=body, headers=server.headers)
        assert answer.json()["choices"][0]["text"] == "width * height"
        token = server.token_file.read_text().strip()
        answer = await client.post(f"{server.url}/{token}/api/generate", json={**body, "stream": False})
        assert answer.json()["response"] == "width * height"
        question = {"messages": [{"role": "user", "content": "What?"}]}
        async with client.stream(
            "POST", f"{server.url}/v1/chat/completions", json={**question, "stream": True}, headers=server.headers
        ) as stream:
            assert [line async for line in stream.aiter_lines()][-2] == "data: [DONE]"


async def test_the_token_is_told_nobody(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        token = server.token_file.read_text().strip()
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(f"{server.url}/{token}/v1/models")
            await client.get(f"{server.url}/{token}/nothing")
        command = " ".join(psutil.Process(server.process.pid).cmdline())
        logged = (tmp_path / "logs" / "server.log").read_text()
        assert token not in server.told + command + logged


async def test_the_next_server_has_the_same_token(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        headers = first.headers
    async with running(tmp_path) as second, httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{second.url}/v1/models", headers=headers)).status_code == 200


async def test_only_the_loopback_interface_listens(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        found = [each.laddr.ip for each in psutil.Process(server.process.pid).net_connections("inet")]
        assert set(found) == {"127.0.0.1"}


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=str)
async def test_it_stops_when_it_is_told_to(how: signal.Signals, tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        server.process.send_signal(how)
        assert await asyncio.wait_for(server.process.wait(), 30) == 0
        assert server.process.stderr is not None
        assert await server.process.stderr.read() == b""


async def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        process = await started(tmp_path, "--http", str(other.getsockname()[1]))
        _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert said.startswith(b"hearth: cannot listen on port ")
    assert said.count(b"\n") == 1


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--ollama",), b"--ollama needs --http PORT"),
        (("--http", "0", "--stdio"), b"--http is a server of its own"),
        (("--http", "0", "--tcp", "0"), b"--http is a server of its own"),
        (("--http", "99999"), b"is no port"),
        (("--http", "x"), b"is no port"),
    ],
    ids=str,
)
async def test_a_command_line_that_makes_no_sense(options: tuple[str, ...], why: bytes, tmp_path: Path) -> None:
    process = await started(tmp_path, *options)
    said, error = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, said) == (2, b"")
    assert why in error


async def test_the_longest_requests_hold_up_nobody(tmp_path: Path) -> None:
    """`conftest.py` looks at the steps of the server's event loop."""
    code = "def area(width, height):\n    return width * height\n\n\n"
    async with running(tmp_path, "--ollama") as server, httpx.AsyncClient(trust_env=False, timeout=60) as client:
        for marked in ("<|fim_prefix|>{}<|fim_suffix|>{}<|fim_middle|>", "{}{}", "[SUFFIX]{}[PREFIX]{}"):
            prompt = marked.format(code * 30_000, code * 25_000)
            answer = await client.post(
                f"{server.url}/v1/completions", json={"prompt": prompt}, headers=server.headers
            )
            assert answer.status_code == 200
        for path, length in (
            ("/v1/chat/completions", 900_000),
            ("/v1/chat/completions", 3_000_000),
            ("/api/chat", 900_000),
        ):
            question = {"messages": [{"role": "user", "content": (code * 60_000)[:length]}], "stream": False}
            answer = await client.post(f"{server.url}{path}", json=question, headers=server.headers)
            assert answer.status_code == (200 if length < 1_000_000 else 400)


async def test_no_model_is_fetched_that_nobody_chose(tmp_path: Path) -> None:
    """An editor would ask; here a message says what to do."""
    process = await started(tmp_path, "--http", "0")
    assert process.stderr is not None
    try:
        told = (await asyncio.wait_for(process.stderr.readline(), 60)).decode()
        found = re.search(r"(http://\S+/v1); the token is in (.+)$", told)
        assert found
        headers = {"Authorization": f"Bearer {Path(found[2]).read_text().strip()}"}
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            answer = await client.post(f"{found[1]}/completions", json={"prompt": "x = "}, headers=headers)
        assert answer.status_code == 503
        assert "hearth models recommend" in answer.json()["error"]["message"]
        said = (await asyncio.wait_for(process.stderr.readline(), 60)).decode()
        assert "hearth models recommend" in said
        assert not (tmp_path / "models").exists()
    finally:
        process.kill()
        await process.wait()


async def test_without_a_model_it_says_what_to_do(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        pass
    (tmp_path / "hearth.toml").unlink()
    settings = '[downloads]\nallowed = false\n[completion]\nmodel = "no-such-model"\n'
    (tmp_path / "hearth.toml").write_text(settings)
    process = await started(tmp_path, "--http", "0")
    assert process.stderr is not None
    told = (await asyncio.wait_for(process.stderr.readline(), 60)).decode()
    url = re.search(r"http://\S+/v1", told)
    assert url
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            body = {"prompt": "x = ", "hearth": {"invoked": True}}
            answer = await client.post(f"{url[0]}/completions", json=body, headers=server.headers)
        assert answer.status_code == 503
        assert "no model named 'no-such-model'" in answer.json()["error"]["message"]
    finally:
        process.kill()
        await process.wait()
