"""What kind of server answers at an OpenAI-compatible address, and what its model can do."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine import fim
from engine.backends.http import Site, refusal

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Server:
    """`family` is a row of `fim.FIM_TEMPLATES` or ""; `models` are the names that the server goes by.

    `opens_thinking`: its answers may begin within the model's thoughts, behind a tag that stood in the prompt.
    """

    kind: Literal["llama.cpp", "vllm", "other"] = "other"
    family: str = ""
    models: tuple[str, ...] = ()
    opens_thinking: bool = False


async def probe(client: "httpx.AsyncClient", url: str, site: Site, model: str) -> Server:
    """Ask the server what it is. `url` is that of the API (".../v1").

    Raises `httpx.HTTPError` when nothing answers, and `Busy` while llama-server loads its model.
    """
    root = root_of(url)
    listed = await _json(client, f"{url.rstrip('/')}/models", site)
    data = listed.get("data")
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    models = tuple(str(row["id"]) for row in rows if "id" in row)
    owners = {str(row.get("owned_by")) for row in rows}
    named = next(filter(None, map(fim.family_by_name, (model, *models[:1]))), "")
    props = await _json(client, f"{root}/props", site)
    if "llamacpp" in owners or "default_generation_settings" in props:
        return Server("llama.cpp", await _family(client, root, named), models, _opens_thinking(props))
    if "vllm" in owners:  # it shows no template; those of R1 all open the tag
        return Server(
            "vllm", named, models, bool(re.search("deepseek-?r1", " ".join((model, *models[:1])).lower()))
        )
    return Server("other", named, models)


def root_of(url: str) -> str:
    """Where llama-server has what is not OpenAI's: beside "/v1"."""
    return url.rstrip("/").removesuffix("/v1")


async def _family(client: "httpx.AsyncClient", root: str, named: str) -> str:
    """The family as llama-server's vocabulary tells it; by name only where the vocabulary is not shown."""
    marks = {
        mark
        for row in fim.FIM_TEMPLATES.values()
        for mark in (row.pre, row.suf, row.mid, row.repo, row.sep)
        if mark
    }
    question = {"content": "\n".join(sorted(marks)), "parse_special": True, "with_pieces": True}
    response = await client.post(f"{root}/tokenize", json=question)
    try:
        pieces = {token["piece"] for token in response.json()["tokens"] if isinstance(token["piece"], str)}
    except (ValueError, KeyError, TypeError):
        return named
    return fim.family_of(pieces.__contains__, named)


def _opens_thinking(props: dict[str, Any]) -> bool:
    """Whether the model's template opens the tag itself (DeepSeek-R1), and no switch keeps it from that."""
    _, asked, ending = str(props.get("chat_template", "")).rpartition("add_generation_prompt")
    return bool(asked) and "<think>" in ending and "</think>" not in ending


async def _json(client: "httpx.AsyncClient", url: str, site: Site) -> dict[str, Any]:
    """The JSON object at `url`, empty when there is none; a server that has no such page is no error."""
    response = await client.get(url)
    if response.status_code == 503:
        raise refusal(site, response.status_code, response.text)
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if response.is_success and isinstance(body, dict) else {}
