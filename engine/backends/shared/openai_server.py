"""What kind of server answers at an OpenAI-compatible address, and what its models can do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from hearth.engine import fim
from hearth.engine.backends.shared import thinking
from hearth.engine.backends.shared.http import Patience, Site, refusal, too_slow
from hearth.engine.backends.shared.json_text import count, loaded, name

if TYPE_CHECKING:
    import httpx

Kind = Literal["llama.cpp", "vllm", "lmstudio", "ollama", "other"]
NAMES: dict[Kind, str] = {
    "llama.cpp": "llama-server",
    "vllm": "vLLM",
    "lmstudio": "LM Studio",
    "ollama": "Ollama",
    "other": "of no kind known",
}
_OWNERS: dict[str, Kind] = {
    "llamacpp": "llama.cpp",
    "vllm": "vllm",
    "organization_owner": "lmstudio",
    "library": "ollama",
}


@dataclass(frozen=True, slots=True)
class Server:
    """`url` is that of the API, which may lie at "/v1" of the address; `models` are the names it goes by."""

    url: str
    kind: Kind = "other"
    models: tuple[str, ...] = ()
    windows: dict[str, int] = field(default_factory=dict)  # those that the list tells, in tokens


@dataclass(frozen=True, slots=True)
class Model:
    """One model of a server. `family` is a row of `fim.FIM_TEMPLATES` or "".

    `opens_thinking`: its answers may begin within its thoughts, behind a tag that stood in the prompt. `window`:
    the tokens of prompt and answer, 0 if unknown.
    """

    family: str = ""
    opens_thinking: bool = False
    window: int = 0
    habit: thinking.Habit | None = None  # how it thinks, as far as its name tells


async def probe(client: "httpx.AsyncClient", url: str, site: Site, patience: Patience) -> Server:
    """Ask the server what it is.

    Raises `httpx.HTTPError` when nothing answers, `BackendUnavailable` when that takes too long, and `Busy` while
    llama-server loads its model.
    """
    get = partial(page, client, site, min(patience.page, patience.first_token))
    listed = await get(f"{url}/models")
    if not isinstance(listed.get("data"), list) and not url.endswith("/v1"):
        listed = await get(f"{url}/v1/models")
        url = f"{url}/v1" if isinstance(listed.get("data"), list) else url
    data = listed.get("data")
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    models = tuple(name(row["id"]) for row in rows if "id" in row)
    windows = {name(row["id"]): count(row.get("max_model_len")) for row in rows if "id" in row}
    owners = [str(row.get("owned_by")) for row in rows]
    kind = next((_OWNERS[owner] for owner in owners if owner in _OWNERS), None)
    if kind is None:
        kind = await _by_pages(get, root_of(url))
    return Server(url, kind, models, windows)


async def _by_pages(get: Callable[[str], Awaitable[dict[str, Any]]], root: str) -> Kind:
    """The kind of a server whose list does not tell: by a page that only this kind has."""
    props = await get(f"{root}/props")
    if "default_generation_settings" in props:
        return "llama.cpp"
    return "ollama" if isinstance((await get(f"{root}/api/version")).get("version"), str) else "other"


async def examined(
    client: "httpx.AsyncClient", server: Server, model: str, site: Site, patience: Patience, completes: bool
) -> Model:
    """What is known of one model of the server. Raises as `probe`. `completes`: it is to fill in the middle."""
    called = _called(server, model)
    named = next(filter(None, map(fim.family_by_name, called)), "")
    habit = thinking.habit_of(" ".join(called))
    if server.kind != "llama.cpp":
        # Ollama takes the thoughts out by itself.
        opens = habit is not None and habit.opens and server.kind != "ollama"
        return Model(named, opens, server.windows.get(model, 0), habit)
    root = root_of(server.url)
    seconds = min(patience.page, patience.first_token)
    # The name is for a llama-server with several models.
    props = await page(client, site, seconds, f"{root}/props", {"model": model})
    settings = props.get("default_generation_settings")
    window = count(settings.get("n_ctx")) if isinstance(settings, dict) else 0
    family = await _family(client, root, model, named) if completes else named
    return Model(family, _opens_thinking(props), window, habit)


async def lm_studio_window(
    client: "httpx.AsyncClient", server: Server, model: str, site: Site, patience: Patience
) -> int:
    """The tokens that LM Studio has loaded the model with, or would; 0 if it does not say."""
    listed = await page(client, site, patience.page, f"{root_of(server.url)}/api/v0/models")
    data = listed.get("data")
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    found = next((row for row in rows if row.get("id") == model), {})
    return count(found.get("loaded_context_length"))


def root_of(url: str) -> str:
    """Where servers have what is not OpenAI's: beside "/v1"."""
    return url.rstrip("/").removesuffix("/v1")


def _called(server: Server, model: str) -> tuple[str, ...]:
    """The names that may tell the family, the best first. A server with one model answers to any name with that.

    LM Studio's names are those of its files, so that nothing else counts there.
    """
    if len(server.models) != 1:
        return (model,)
    return server.models if server.kind == "lmstudio" else (model, *server.models)


async def _family(client: "httpx.AsyncClient", root: str, model: str, named: str) -> str:
    """The family as llama-server's vocabulary tells it; by name only where the vocabulary is not shown."""
    marks = {
        mark
        for row in fim.FIM_TEMPLATES.values()
        for mark in (row.pre, row.suf, row.mid, row.repo, row.sep)
        if mark
    }
    question = {"model": model, "content": "\n".join(sorted(marks)), "parse_special": True, "with_pieces": True}
    response = await client.post(f"{root}/tokenize", json=question)
    try:
        tokens = (await asyncio.to_thread(loaded, response.content))["tokens"]
        pieces = {token["piece"] for token in tokens if isinstance(token["piece"], str)}
    except (ValueError, KeyError, TypeError):
        return named
    return fim.family_of(pieces.__contains__, named)


def _opens_thinking(props: dict[str, Any]) -> bool:
    """Whether the model's template opens the tag itself (DeepSeek-R1), and no switch keeps it from that."""
    _, asked, ending = str(props.get("chat_template", "")).rpartition("add_generation_prompt")
    return bool(asked) and "<think>" in ending and "</think>" not in ending


async def page(
    client: "httpx.AsyncClient", site: Site, seconds: float, url: str, query: dict[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object at `url`, empty when there is none; a server that has no such page is no error."""
    from hearth.engine.backends.shared.bounds import OutOfBounds

    try:
        async with asyncio.timeout(seconds):
            response = await client.get(url, params=query)
    except TimeoutError as error:
        raise too_slow(site, seconds, "answered") from error
    except OutOfBounds:
        return {}
    if response.status_code == 503:
        raise refusal(site, response.status_code, response.content)
    try:
        body = await asyncio.to_thread(loaded, response.content)
    except ValueError:
        return {}
    return body if response.is_success and isinstance(body, dict) else {}
