"""What the two APIs share in reading: JSON, places in code, messages of a chat, limits."""

import asyncio
from dataclasses import replace
from typing import Literal, TypeVar

import msgspec

from hearth.engine.errors import InvalidRequest
from hearth.engine.raw_fim import Place, place, taken_apart
from hearth.engine.types import ChatMessage

T = TypeVar("T")
_SHORT = 1 << 16  # bytes that are decoded at once
_MOST_STOPS = 32
_LONGEST_STOP = 200  # characters

_ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "user",
    "function": "user",
}


class Extras(msgspec.Struct):
    """`hearth` in a body: what the APIs have no name for. `invoked`: the user asked, and wants all of it."""

    path: str = ""
    language: str = ""
    invoked: bool = False


class Part(msgspec.Struct):
    """A part of a message; only text can be read."""

    type: str = "text"
    text: str = ""


class Message(msgspec.Struct):
    role: str
    content: str | list[Part] | None = None
    images: list[str] | None = None


async def decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """The body. Raises `InvalidRequest` with the place that is wrong."""
    try:
        if len(body) > _SHORT:
            return await asyncio.to_thread(decoder.decode, body)
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"the body of the request cannot be read: {error}") from error


async def place_of(prompt: str, suffix: str | None, extras: Extras | None, anywhere: bool = True) -> Place | None:
    """The place that a prompt asks about; None for a prompt that is none of the known forms."""
    if suffix:
        found: Place | None = place(prompt, suffix)
    elif len(prompt) > _SHORT:
        found = await asyncio.to_thread(taken_apart, prompt, anywhere)
    else:
        found = taken_apart(prompt, anywhere)
    return named(found, extras) if found is not None else None


def named(found: Place, extras: Extras | None) -> Place:
    """The place under the name that the client gives it, if it gives one."""
    extras = extras or Extras()
    return replace(found, path=extras.path or found.path, language=extras.language or found.language)


def conversation(messages: list[Message]) -> tuple[ChatMessage, ...]:
    """The messages as chat templates take them: one from the system, first, and the others by turns.

    Raises `InvalidRequest`.
    """
    system: list[str] = []
    turns: list[ChatMessage] = []
    for message in messages:
        if message.role not in _ROLES:
            raise InvalidRequest(f"there is no role {message.role[:40]!r}; use system, user or assistant")
        role, text = _ROLES[message.role], _text(message)
        if role == "system":
            system.append(text)
        elif turns and turns[-1].role == role:
            turns[-1] = ChatMessage(role, f"{turns[-1].content}\n\n{text}")
        else:
            turns.append(ChatMessage(role, text))
    if not turns or not turns[-1].content.strip():
        raise InvalidRequest("messages must end with one that says something")
    first = [ChatMessage("system", "\n\n".join(system))] if any(system) else []
    return (*first, *turns)


def stops(given: str | list[str] | None) -> tuple[str, ...]:
    """The client's stop sequences. Raises `InvalidRequest` where there are too many, or too long ones."""
    found = tuple(filter(None, [given] if isinstance(given, str) else given or ()))
    if len(found) > _MOST_STOPS or any(len(stop) > _LONGEST_STOP for stop in found):
        raise InvalidRequest(
            f"stop may have {_MOST_STOPS} sequences of at most {_LONGEST_STOP} characters; this has more"
        )
    return found


def tokens(*given: int | None) -> int | None:
    """The first limit that is one: APIs also say 0, -1 or -2 for none."""
    return next((each for each in given if each is not None and each > 0), None)


def _text(message: Message) -> str:
    parts = message.content if isinstance(message.content, list) else []
    if message.images or any(part.type not in ("text", "input_text") for part in parts):
        raise InvalidRequest("only text can be sent: the models here read no pictures or files")
    return message.content if isinstance(message.content, str) else "\n".join(part.text for part in parts)
