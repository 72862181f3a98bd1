"""What Ollama says of a model: whether it runs here at all, how it fills in the middle, what fits its window."""

import asyncio
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from hearth.engine import fim
from hearth.engine.backends.shared import address, json_text
from hearth.engine.backends.shared.ollama_wire import Shown, read_shown
from hearth.engine.errors import PromptTooLong, RemoteNotAllowed
from hearth.engine.settings import OllamaSettings

if TYPE_CHECKING:
    import httpx

_WINDOW = 16_384  # tokens: a code action on a long function takes 9,000
_LEAST_WINDOW = 4096  # tokens: what Ollama has where there is little memory
_PER_TOKEN, _PER_OTHER_TOKEN = 3.3, 1.2  # characters: of code, and of what is not ASCII
_CACHE_BYTES = 2 << 30  # that the KV cache may take
# How Ollama's clients and its server name what runs in its cloud.
_CLOUD = re.compile(r":(?:[^:/]*-)?cloud$")


@dataclass(frozen=True, slots=True)
class Ability:
    """How a model can be made to fill in the middle; `family` is a row of `fim.FIM_TEMPLATES`.

    `window`: tokens of prompt and answer, 0 for what is not known; `is_asked`: it is to be asked for with each
    request. `thinks`: it can think, and can be told not to.
    """

    way: Literal["raw", "suffix", "chat"]
    family: str = ""
    window: int = 0
    is_asked: bool = False
    thinks: bool = False


def refuse_cloud(model: str, allow_remote: bool, shown: Shown | None = None) -> None:
    """Raise `RemoteNotAllowed` for a model that a server on this machine would hand on to another one.

    Its name often tells, so that the server need not even be asked.
    """
    if allow_remote:
        return
    if shown is not None and (shown.remote_host or shown.remote_model):
        where = address.shown(shown.remote_host) if shown.remote_host else "another machine"
    elif is_cloud(model):
        where = "ollama.com"
    else:
        return
    raise RemoteNotAllowed(
        f"{model} does not run on this machine: Ollama would send your code to {where}. "
        "Set allow_remote for this backend if you want that, or choose a model that runs here."
    )


async def refuse_handed_on(client: "httpx.AsyncClient", root: str, model: str, allow_remote: bool) -> None:
    """The same for an Ollama that is asked by another protocol; `root` is its address without that one's path."""
    refuse_cloud(model, allow_remote)
    if allow_remote:
        return
    response = await client.post(f"{root}/api/show", json={"model": model})
    try:
        told = read_shown(await asyncio.to_thread(json_text.loaded, response.content))
    except ValueError:
        return
    refuse_cloud(model, allow_remote, told)


def is_cloud(model: str) -> bool:
    return bool(_CLOUD.search(model.strip().lower()))


def ability(model: str, shown: Shown, options: OllamaSettings) -> Ability:
    """Prefer a raw prompt: only there does the typed text stand last, so that a keystroke costs little.

    The name says the family; the model's own template, where it has one for infilling, must not contradict.
    """
    template, capabilities = shown.template or "", shown.capabilities or []
    window, is_asked = _window(shown, options)
    plain = Ability("chat", "", window, is_asked, "thinking" in capabilities)
    named = fim.family_by_name(model)
    row = fim.FIM_TEMPLATES.get(named)
    can_insert = "insert" in capabilities
    if row and (not can_insert or all(mark in template for mark in (row.pre, row.suf, row.mid))):
        return replace(plain, way="raw", family=named)
    return replace(plain, way="suffix") if can_insert else plain


def refuse_long(known: Ability, text: str, room: int) -> None:
    """Raise `PromptTooLong` for a prompt that does not fit beside an answer of `room` tokens.

    Ollama itself refuses it only since it was taught to; older ones cut it without a word.
    """
    if not known.window:
        return
    plain = len(text.encode("ascii", "ignore"))
    tokens = int(plain / _PER_TOKEN + (len(text) - plain) / _PER_OTHER_TOKEN)
    if tokens > known.window - min(room, known.window // 4):
        raise PromptTooLong(
            f"The request (about {tokens:,} tokens) does not fit the model's context of {known.window:,} tokens: "
            "select less text, or raise ollama.num_ctx."
        )


def _window(shown: Shown, options: OllamaSettings) -> tuple[int, bool]:
    """The window in tokens, and whether Ollama must be asked for it.

    Ollama's own depends on the machine and cuts a longer prompt without a word. What the user wrote into the
    model's file counts; else it is as large as the model was trained for and the KV cache may be.
    """
    info = shown.model_info or {}
    architecture = info.get("general.architecture")
    trained = json_text.count(info.get(f"{architecture}.context_length"))
    if options.num_ctx:
        return min(options.num_ctx, trained or options.num_ctx), True
    if written := _written_window(shown.parameters or ""):
        return written, False
    if shown.remote_host or shown.remote_model:
        return trained, False
    affordable = _CACHE_BYTES // (_bytes_per_token(info, str(architecture)) or _CACHE_BYTES // _WINDOW)
    window = max(_LEAST_WINDOW, min(_WINDOW, affordable // 1024 * 1024))
    return min(window, trained or window), True


def _written_window(parameters: str) -> int:
    """`num_ctx` of a model's file, as /api/show lists its parameters; 0 if it is not there."""
    lines = [line.split() for line in parameters.splitlines()]
    values = [line[1] for line in lines if len(line) == 2 and line[0] == "num_ctx"]
    return int(values[-1]) if values and values[-1].isdecimal() and len(values[-1]) < 10 else 0


def _bytes_per_token(info: dict[str, Any], architecture: str) -> int:
    """What the KV cache takes (f16), as the metadata of the model's file tell; 0 where they do not."""

    def number(key: str) -> int:
        return json_text.count(info.get(f"{architecture}.{key}"))

    heads = number("attention.head_count")
    size = number("embedding_length") // heads if heads else 0
    key, value = number("attention.key_length") or size, number("attention.value_length") or size
    return number("block_count") * (number("attention.head_count_kv") or heads) * (key + value) * 2
