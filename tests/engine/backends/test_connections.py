"""How both backends over HTTP reach their servers: certificates, logins, keys, proxies and addresses."""

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hearth.engine import backends
from hearth.engine.errors import BackendUnavailable, HearthError, RemoteNotAllowed, SettingsError
from hearth.engine.settings import ChatSettings, CompletionSettings, OllamaSettings, OpenAISettings, Settings
from tests.engine.backends.asking import QUICK, collect, completion, question
from tests.fakes.http import CERTIFICATE, Reply
from tests.fakes.ollama import FakeOllama
from tests.fakes.openai import FakeOpenAI

MODEL = "qwen2.5-coder"
OLLAMA, OPENAI = "ollama", "openai_compatible"
BOTH = pytest.mark.parametrize("name", [OLLAMA, OPENAI])


def fake_of(name: str) -> FakeOllama | FakeOpenAI:
    return FakeOllama({MODEL: ["completion", "insert"]}) if name == OLLAMA else FakeOpenAI("vllm")


@pytest.fixture
def start(closing: list[Any]) -> Callable[..., Any]:
    async def start(name: str, tls: bool = False) -> FakeOllama | FakeOpenAI:
        fake = fake_of(name)
        fake.http.tls = tls
        await fake.http.start()
        closing.append(fake.http)
        return fake

    return start


@pytest.fixture
def asked(closing: list[Any]) -> Callable[..., Any]:
    """The text of an answer by the backend of that name."""

    async def asked(name: str, **options: Any) -> str:
        made: Any = OllamaSettings(**options) if name == OLLAMA else OpenAISettings(**options)
        settings = Settings(CompletionSettings(model=MODEL), ChatSettings(model=MODEL), **{name: made})
        backend: Any = backends.create(name, settings, lambda status: None)
        backend.patience = QUICK
        closing.append(backend)
        return (await collect(backend.complete(completion()))).text

    return asked


@BOTH
async def test_a_certificate_of_one_s_own_is_told_and_can_be_trusted(start: Any, asked: Any, name: str) -> None:
    fake = await start(name, tls=True)
    url = f"{fake.http.url}/v1"[: None if name == OPENAI else -3]
    with pytest.raises(BackendUnavailable, match=rf"certificate of .* is not trusted.*{name}\.ca_file") as raised:
        await asked(name, url=url)
    assert "Is the server running" not in str(raised.value)
    assert await asked(name, url=url, ca_file=str(CERTIFICATE)) == "value + 1"


@BOTH
async def test_the_certificates_of_the_environment_count_for_this_machine_too(
    start: Any, asked: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = await start(name, tls=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    assert await asked(name, url=fake.http.url) == "value + 1"


@BOTH
@pytest.mark.parametrize("content", [None, "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n", ""])
async def test_a_file_without_certificates_is_a_wrong_setting(
    start: Any, asked: Any, name: str, tmp_path: Path, content: str | None
) -> None:
    fake = await start(name, tls=True)
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingsError, match=r"ca\.pem"):
        await asked(name, url=fake.http.url, ca_file=str(file))


@BOTH
async def test_tls_where_none_is_spoken_is_told(start: Any, asked: Any, name: str) -> None:
    fake = await start(name)
    url = fake.http.url.replace("http:", "https:")
    with pytest.raises(BackendUnavailable, match=r"does not speak TLS.*http://|broke"):
        await asked(name, url=url)


@BOTH
async def test_a_login_in_the_address_is_sent_and_is_no_other_machine(start: Any, asked: Any, name: str) -> None:
    fake = await start(name)
    assert await asked(name, url=fake.http.url.replace("//", "//me:se%40cret@")) == "value + 1"
    wanted = "Basic " + base64.b64encode(b"me:se@cret").decode()
    assert {request.headers.get("authorization") for request in fake.http.requests} == {wanted}


@BOTH
async def test_no_key_of_anybody_else_is_sent(
    start: Any, asked: Any, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither Ollama's cloud's nor OpenAI's, nor a login that a `.netrc` has for the host."""
    fake = await start(name)
    monkeypatch.setenv("OLLAMA_API_KEY", "for-the-cloud")
    monkeypatch.setenv("OPENAI_API_KEY", "for-another-server")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password sesame\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert await asked(name, url=fake.http.url) == "value + 1"
    assert all("authorization" not in request.headers for request in fake.http.requests)


async def test_a_key_is_not_taken_along_by_a_redirect(
    start: Any, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sesame")
    fake, other = await start(OPENAI), await start(OPENAI)

    async def redirect(request: Any) -> Reply:
        return Reply(307, {}, {"location": other.http.url + request.path})

    fake.http.handler = redirect
    with pytest.raises(HearthError):
        await asked(OPENAI, url=f"{fake.http.url}/v1", api_key_env="MY_KEY")
    assert fake.http.requests and other.http.requests == []


@BOTH
@pytest.mark.parametrize(
    "variables",
    [
        {"ALL_PROXY": "socks5://127.0.0.1:9"},
        {"HTTP_PROXY": "socks5h://127.0.0.1:9", "HTTPS_PROXY": "socks4://127.0.0.1:9"},
        {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "localhost,[::1]"},
        {"HTTP_PROXY": "http://proxy:port", "ALL_PROXY": "nothing at all"},
    ],
)
async def test_proxies_of_the_environment_do_not_hinder_a_server_on_this_machine(
    start: Any, asked: Any, name: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
        monkeypatch.setenv(variable.lower(), value)
    fake = await start(name)
    assert await asked(name, url=fake.http.url) == "value + 1"


@BOTH
async def test_a_proxy_that_cannot_be_used_is_one_clear_message(
    asked: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    for scheme in ("http", "https"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme.upper()}_PROXY", raising=False)
    with pytest.raises(SettingsError, match=r"SOCKS proxy.*NO_PROXY"):
        await asked(name, url="http://gpu.example.org", allow_remote=True)


@BOTH
@pytest.mark.parametrize("spelling", ["127.0.0.1:{}", "0.0.0.0:{}", ":{}", "http://0.0.0.0:{}/", "localhost:{}"])
async def test_addresses_work_as_people_write_them(start: Any, asked: Any, name: str, spelling: str) -> None:
    fake = await start(name)
    assert await asked(name, url=spelling.format(fake.http.port)) == "value + 1"


async def test_the_variable_of_ollama_itself_counts_where_no_address_is_set(
    start: Any, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, other = await start(OLLAMA), await start(OLLAMA)
    monkeypatch.setenv("OLLAMA_HOST", f"0.0.0.0:{fake.http.port}")
    assert await asked(OLLAMA) == "value + 1"
    assert await asked(OLLAMA, url=other.http.url) == "value + 1"
    assert len(fake.http.asked("/api/generate")) == len(other.http.asked("/api/generate")) == 1


async def test_a_variable_that_names_another_machine_must_be_allowed(
    asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "gpu.example.org")
    with pytest.raises(RemoteNotAllowed, match=r"OLLAMA_HOST: http://gpu\.example\.org:11434.*allow_remote"):
        await asked(OLLAMA)


@pytest.mark.parametrize("kind", ["lmstudio", "vllm", "openai", "ollama", "llama.cpp", "router"])
@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/", "/v1/chat/completions", "/v1/models"])
async def test_the_address_may_lack_v1_or_be_that_of_a_page(
    asked: Any, closing: list[Any], kind: Any, ending: str
) -> None:
    fake = FakeOpenAI(kind, (MODEL,))
    await fake.http.start()
    closing.append(fake.http)
    assert await asked(OPENAI, url=f"{fake.http.url}{ending}") == "value + 1"


@BOTH
async def test_what_a_server_offers_is_listed(start: Any, closing: list[Any], name: str) -> None:
    fake = await start(name)
    made: Any = OllamaSettings(fake.http.url) if name == OLLAMA else OpenAISettings(fake.http.url)
    backend: Any = backends.create(name, Settings(**{name: made}), lambda status: None)
    closing.append(backend)
    assert isinstance(backend, backends.Served)
    site, models = await backend.offers()
    assert fake.http.url in site and models == (MODEL,)


async def test_two_requests_at_once_make_one_connection(start: Any, closing: list[Any]) -> None:
    fake = await start(OLLAMA)
    settings = Settings(
        CompletionSettings(model=MODEL), ChatSettings(model=MODEL), ollama=OllamaSettings(url=fake.http.url)
    )
    backend: Any = backends.create(OLLAMA, settings, lambda status: None)
    closing.append(backend)
    await asyncio.gather(collect(backend.complete(completion())), collect(backend.chat(question())))
    assert len(fake.http.asked("/api/generate")) == len(fake.http.asked("/api/chat")[:1]) == 1
