"""What kind of server answers at an OpenAI-compatible address, and what its model can do."""

import asyncio
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from hearth.engine import fim
from hearth.engine.backends.shared.http import Patience, Site, refusal, too_slow
from hearth.engine.backends.shared.json_text import loaded, name

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Server:
    """`family` is a row of `fim.FIM_TEMPLATES` or ""; `models` are the names that the server goes by.

    `opens_thinking`: its answers may begin within the model's thoughts, behind a tag that stood in the prompt.
    """

    kind: Literal["llama.cpp", "vllm", "ollama", "other"] = "other"
    family: str = ""
    models: tuple[str, ...] = ()
    opens_thinking: bool = False


async def probe(client: "httpx.AsyncClient", url: str, site: Site, model: str, patience: Patience) -> Server:
    """Ask the server what it is. `url` is that of the API (".../v1").

    Raises `httpx.HTTPError` when nothing answers, `BackendUnavailable` when that takes too long, and `Busy` while
    llama-server loads its model.
    """
    root = root_of(url)
    get = partial(_json, client, site, min(patience.page, patience.first_token))
    listed = await get(f"{url.rstrip('/')}/models")
    data = listed.get("data")
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    models = tuple(name(row["id"]) for row in rows if "id" in row)
    owners = {str(row.get("owned_by")) for row in rows}
    # Where there is one model only, it answers by whatever name it is called.
    called = (model, *models) if len(models) == 1 else (model,)
    named = next(filter(None, map(fim.family_by_name, called)), "")
    props = await get(f"{root}/props", {"model": model})  # the name is for a llama-server with several models
    if "llamacpp" in owners or "default_generation_settings" in props:
        return Server("llama.cpp", await _family(client, root, model, named), models, _opens_thinking(props))
    if "vllm" in owners:  # it shows no template; those of R1 all open the tag
        return Server("vllm", named, models, bool(re.search("deepseek-?r1", " ".join(called).lower())))
    return Server("ollama" if "library" in owners else "other", named, models)


def root_of(url: str) -> str:
    """Where llama-server has what is not OpenAI's: beside "/v1"."""
    return url.rstrip("/").removesuffix("/v1")


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


async def _json(
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
