"""Who is answered: whoever brings the token, and no web page."""

import stat
from pathlib import Path

import httpx
import pytest

from hearth.engine.errors import BackendUnavailable
from hearth.lsp_server.http_api import guard
from hearth.lsp_server.http_api.routes import LLAMA, OLLAMA, OPENAI
from tests.lsp_server.http_api.served import TOKEN, Served, serving

BODY = {"prompt": "x = "}


async def ask(served: Served, headers: dict[str, str], path: str = "/v1/completions") -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", trust_env=False) as stranger:
        return await stranger.post(path, json=BODY, headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"X-Api-Key": "wrong"},
    ],
    ids=str,
)
async def test_without_the_token_nobody_is_answered(headers: dict[str, str]) -> None:
    async with serving() as served:
        answer = await ask(served, headers)
        assert answer.status_code == 401
        assert "token" in answer.json()["error"]["message"]
        assert TOKEN not in answer.text
        assert served.model.requests == []


@pytest.mark.parametrize("path", [*OPENAI, *LLAMA, *OLLAMA, "/", "/nothing", "/wrong/api/generate"])
async def test_no_path_is_open_to_strangers(path: str) -> None:
    async with serving() as served:
        del served.client.headers["Authorization"]
        assert (await served.client.get(path)).status_code == 401
        assert (await served.client.post(path, json=BODY)).status_code == 401
        assert served.model.requests == []


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ({"Authorization": f"Bearer {TOKEN}"}, "/v1/completions"),
        ({"authorization": f"bearer {TOKEN}"}, "/v1/completions"),
        ({"X-Api-Key": TOKEN}, "/v1/completions"),
        ({"Api-Key": TOKEN}, "/v1/completions"),
        ({}, f"/{TOKEN}/v1/completions"),
        ({"Authorization": "Bearer something"}, f"/{TOKEN}/v1/completions"),
        ({"Authorization": f"Bearer {TOKEN}"}, f"/{TOKEN}/v1/completions?x=1"),
    ],
)
async def test_the_token_comes_in_a_header_or_in_the_address(headers: dict[str, str], path: str) -> None:
    async with serving() as served:
        assert (await ask(served, headers, path)).status_code == 200


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Host", "evil.example"),
        ("Host", "evil.example:8765"),
        ("Host", "127.0.0.1.evil.example"),
        ("Host", "localhost.evil.example:1"),
        ("Host", ""),
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://localhost:3000"),
        ("Origin", "https://127.0.0.1"),
        ("Origin", "file://"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ],
)
async def test_no_web_page_is_answered_even_with_the_token(header: str, value: str) -> None:
    async with serving() as served:
        answer = await ask(served, {"Authorization": f"Bearer {TOKEN}", header: value})
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
        assert served.model.requests == []


async def test_a_page_may_not_ask_whether_it_may_ask() -> None:
    async with serving() as served:
        headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
        answer = await served.client.options("/v1/completions", headers=headers)
        assert answer.status_code == 403
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:1234", "[::1]:80"])
async def test_names_of_this_machine_are_its_own(host: str) -> None:
    async with serving() as served:
        assert (await ask(served, {"Authorization": f"Bearer {TOKEN}", "Host": host})).status_code == 200
        own = {"Authorization": f"Bearer {TOKEN}", "Host": host, "Origin": f"http://{host}"}
        assert (await ask(served, own)).status_code == 200


def test_the_token_is_kept_and_private() -> None:
    first = guard.own_token()
    assert len(first) >= 43
    assert guard.own_token() == first
    assert stat.S_IMODE(guard.token_file().stat().st_mode) == 0o600
    guard.token_file().write_text("short")
    assert guard.own_token() != "short"
    guard.token_file().unlink()
    assert guard.own_token() != first


def test_a_token_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(guard, "token_file", lambda: tmp_path / "file" / "http.token")
    with pytest.raises(BackendUnavailable, match="cannot be written"):
        guard.own_token()
