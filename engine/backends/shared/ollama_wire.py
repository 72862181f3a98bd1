"""Ollama's own API over HTTP: what is asked, what comes back, and what its errors mean for the user.

Sources: docs/api.md and api/types.go of ollama/ollama. Answers are JSON objects, one a line.
"""

import asyncio
import json
import os
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from hearth.engine.backends.shared import address, client, json_text, sse
from hearth.engine.backends.shared.address import Address
from hearth.engine.backends.shared.http import Patience, Site, error_text, no_protocol, refusal, unreachable
from hearth.engine.errors import (
    BackendUnavailable,
    DownloadFailed,
    HearthError,
    ModelMissing,
    RemoteNotAllowed,
    SettingsError,
)
from hearth.engine.msgspec_types import register
from hearth.engine.settings import OllamaSettings

if TYPE_CHECKING:
    import httpx

PORT = 11434
# Behind the last byte the server checks the digest of the whole file, and says nothing meanwhile.
_PULL_SILENCE_SECONDS = 900.0
_PULL_BYTES = 2**30  # of progress: a line of it comes several times a second, for hours
_KEPT = "What has come is kept: the next time it goes on from there."
_CLOUD = "ollama.com"  # whose key OLLAMA_API_KEY is


class Said(msgspec.Struct, frozen=True):
    content: str | None = None
    thinking: str | None = None


class Part(msgspec.Struct, frozen=True):
    """One line of a stream: of /api/generate, /api/chat or /api/pull. Durations are nanoseconds."""

    response: str | None = None
    thinking: str | None = None
    message: Said | None = None
    done: bool | None = None
    done_reason: str | None = None
    error: Any = None
    prompt_eval_count: Any = None
    prompt_eval_duration: Any = None
    eval_count: Any = None
    eval_duration: Any = None
    status: str | None = None
    digest: str | None = None
    total: Any = None
    completed: Any = None


class Shown(msgspec.Struct, frozen=True):
    """What /api/show says of a model. `remote_host`: where it really runs, if not here."""

    template: str | None = None
    parameters: str | None = None
    capabilities: list[str] | None = None
    model_info: dict[str, Any] | None = None
    remote_host: str | None = None
    remote_model: str | None = None


class Row(msgspec.Struct, frozen=True):
    name: str = ""
    model: str = ""


class Listed(msgspec.Struct, frozen=True):
    models: list[Row] | None


register(Said, Part, Shown, Row, Listed)
_PART = msgspec.json.Decoder(Part)


class Refused(Exception):
    """The server said no. `status` is 0 inside a stream."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(error_text(body))
        self.status, self.body = status, body


@dataclass(frozen=True, slots=True)
class Pulling:
    """How far a pull is: the server's own word, and bytes of the files that it has named so far (0: none yet)."""

    doing: str
    done: int = 0
    total: int = 0


@dataclass
class Connection:
    """All methods raise one of `FAILURES` or of `httpx.HTTPError`: see `explained`."""

    options: OllamaSettings
    patience: Patience
    whole: int = 0  # bytes of an answer, where it may be longer than others
    http: "httpx.AsyncClient" = field(init=False)
    _url: str = field(init=False)

    def __post_init__(self) -> None:
        found = place(self.options)
        self._url, key = found.url, _key_for(found)
        self.http = client.new(found, self.patience, self.options.ca_file, key, by_line=True, whole=self.whole)

    async def show(self, model: str) -> Shown:
        return read_shown(await self._page("POST", "show", {"model": model}))

    async def models(self) -> list[str]:
        listed = msgspec.convert(await self._page("GET", "tags"), Listed)
        return [row.model or row.name for row in listed.models or []]

    async def stream(self, path: str, fields: Mapping[str, Any]) -> AsyncGenerator[Part, None]:
        """POST /api/`path`: the lines of the answer as they come."""
        body = json.dumps({**fields, "stream": True}, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Type": "application/json"}
        async with self.http.stream("POST", f"{self._url}/api/{path}", content=body, headers=headers) as response:
            if not response.is_success:
                raise _refused(response.status_code, await response.aread())
            async with aclosing(sse.lines(response.aiter_bytes())) as lines:
                async for line in lines:
                    if not line.strip():
                        continue
                    part = _decoded(line)
                    if part.error:
                        raise Refused(0, {"error": part.error})
                    yield part

    async def close(self) -> None:
        await self.http.aclose()

    async def _page(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        response = await self.http.request(method, f"{self._url}/api/{path}", json=body)
        if not response.is_success:
            raise _refused(response.status_code, response.content)
        return await asyncio.to_thread(json_text.loaded, response.content)


def read_shown(page: Any) -> Shown:
    """The JSON of /api/show. Raises `ValueError` for other JSON."""
    return msgspec.convert(page, Shown)


def place(options: OllamaSettings) -> Address:
    """Where Ollama is: as the setting says, or OLLAMA_HOST where it says nothing, as `ollama` itself reads it.

    Raises `SettingsError` for what is no address.
    """
    host = os.environ.get("OLLAMA_HOST", "").strip()
    return address.read(host if host and options.url == OllamaSettings().url else options.url, PORT)


def checked(options: OllamaSettings) -> Address:
    """The same, if it may be used. Raises `RemoteNotAllowed` or `SettingsError`."""
    found = place(options)
    try:
        address.check(found.url, options.allow_remote)
    except RemoteNotAllowed as error:
        if found.url == address.read(options.url, PORT).url:
            raise
        raise RemoteNotAllowed(f"OLLAMA_HOST: {error}") from error
    return found


def keep_alive(options: OllamaSettings) -> str | int | float | None:
    """How long the model stays loaded, as Ollama reads it; None leaves it to Ollama's own setting.

    Source: api/types.go: a number is seconds, and a text must have a unit. Raises `SettingsError`.
    """
    written = str(options.keep_alive).strip()
    if not written or re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h)){1,8}", written):
        return written or None
    if re.fullmatch(r"-?[0-9]{1,9}", written):
        return int(written)
    raise SettingsError(
        f"ollama.keep_alive is {written!r}: it must be a time such as 30m, a number of seconds, -1 for ever, "
        "or empty for Ollama's own."
    )


def refuses_thinking(error: HearthError) -> bool:
    """Whether a question was refused for what it says about thinking: the model, or an older Ollama, cannot."""
    return bool(re.search(r"does not support thinking|\.think\b|think value|invalid think", str(error)))


def site(where: str) -> Site:
    """`where`: the address as it may be shown."""
    hint = "Is Ollama running (`ollama serve`), and is ollama.url right?"
    key_hint = "Its models in the cloud need `ollama signin`."
    return Site(f"Ollama at {where}", where, "ollama.url", hint, key_hint)


# What a connection raises beside `httpx.HTTPError`; `ValueError` where the server's JSON is not Ollama's.
FAILURES = (Refused, OSError, ValueError, RecursionError)


def failures() -> tuple[type[Exception], ...]:
    import httpx

    return (*FAILURES, httpx.HTTPError, httpx.InvalidURL)


def explained(server: Site, model: str, error: Exception, patience: Patience) -> HearthError:
    """What went wrong, for the user."""
    import httpx

    if isinstance(error, Refused):
        text = error_text(error.body)
        if error.status == 404 and "model" in text:
            return ModelMissing(
                f"{server.name} does not have the model {model}. Get it: "
                f"`hearth models pull ollama:{model}`, or `ollama pull {model}`."
            )
        return refusal(server, error.status, error.body)
    if isinstance(error, httpx.HTTPError):
        return unreachable(server, error, patience)
    return no_protocol(server, "Ollama's protocol")


async def pull(
    options: OllamaSettings, model: str, patience: Patience | None = None
) -> AsyncGenerator[Pulling, None]:
    """Let the server get the model; ends when it has it. Closing the stream ends the download there too.

    Raises `DownloadFailed`, `BackendUnavailable`, `RemoteNotAllowed` or `SettingsError`.
    """
    server = site(address.shown(checked(options).url))
    patience = patience or replace(Patience(), first_token=_PULL_SILENCE_SECONDS)
    connection = await asyncio.to_thread(Connection, options, patience, _PULL_BYTES)
    files: dict[str, tuple[int, int]] = {}
    try:
        async with aclosing(connection.stream("pull", {"model": model})) as parts:
            async for part in parts:
                if part.digest and part.total:
                    files[part.digest] = (json_text.count(part.completed), json_text.count(part.total))
                done, total = (sum(each) for each in zip(*files.values(), strict=True)) if files else (0, 0)
                yield Pulling(part.status or "", done, total)
                if part.status == "success":
                    return
    except failures() as error:
        raise _pull_failed(server, model, error, patience) from error
    finally:
        await connection.close()
    raise DownloadFailed(f"{server.name} stopped in the middle of {model}. {_KEPT}")


def _pull_failed(server: Site, model: str, error: Exception, patience: Patience) -> HearthError:
    if not isinstance(error, Refused):
        problem = explained(server, model, error, patience)
        return problem if isinstance(problem, BackendUnavailable) else DownloadFailed(str(problem))
    text = error_text(error.body)
    if "file does not exist" in text or "not found" in text:
        return DownloadFailed(
            f"{server.name} finds no model {model} in its library. Its names look like qwen2.5-coder:7b."
        )
    return DownloadFailed(f"{server.name} could not get {model}: {text}. {_KEPT}")


def _key_for(found: Address) -> str:
    """The key of Ollama's own cloud, for that alone: whoever else is asked could use it there."""
    url = found.url.lower()
    is_cloud = url == f"https://{_CLOUD}" or url.startswith((f"https://{_CLOUD}/", f"https://{_CLOUD}:443"))
    key = os.environ.get("OLLAMA_API_KEY", "")
    return key if is_cloud and key.isascii() and key.isprintable() else ""


def _refused(status: int, body: bytes) -> Refused:
    """Raises `ValueError` for JSON that is no object: Ollama's errors are objects, those of others may be text."""
    try:
        said = json_text.loaded(body)
    except ValueError:
        return Refused(status, body)
    if not isinstance(said, dict):
        raise ValueError("an error that is no object")
    return Refused(status, said)


def _decoded(line: bytes) -> Part:
    """Raises `ValueError`. What strict JSON refuses (halves of characters) is read with a substitute."""
    try:
        return _PART.decode(line)
    except (ValueError, RecursionError):
        return msgspec.convert(json_text.loaded(line), Part)
