"""A hole that a rule knows and cannot fill: the completion model writes what stands there, if it is sure.

The prompt is the one that a completion at that place would have, so most of it is evaluated already.
"""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from hearth.engine.completion.prompt_state import WarmPrompts
from hearth.engine.context.documents import Document
from hearth.engine.languages import language_of
from hearth.engine.screen import completion_request
from hearth.engine.secrets.hiding import stand_ins
from hearth.engine.stopping.scanner import policy_at
from hearth.engine.text import CLOSERS, OPENERS
from hearth.engine.types import CompletionRequest, Finished, Priority

MAX_TOKENS = 24  # of one value
MIN_PROBABILITY = 0.4  # of all its tokens together
_PAIRS = dict(zip(CLOSERS, OPENERS, strict=True))


@dataclass(frozen=True, slots=True)
class Hole:
    """At `offset` of a document `before` is to be inserted, and a value behind it."""

    uri: str
    offset: int
    before: str
    title: str
    cause: int


async def fill(prompts: WarmPrompts, document: Document, hole: Hole, is_wanted: Callable[[], bool]) -> str | None:
    """The value; None where the model is not sure, or nobody waits for it any more. Raises `HearthError`."""
    said, probability, is_whole = "", 1.0, True
    async with aclosing(prompts.backend.generate(_request(prompts, document, hole))) as events:
        async for event in events:
            if not is_wanted():
                return None
            if isinstance(event, Finished):
                is_whole = event.reason in ("stop", "eog")
                break
            said, probability = said + event.text, event.probability
            if probability < MIN_PROBABILITY:
                return None
            if (end := end_of_value(said)) is not None:
                said, is_whole = said[:end], True
                break
    value = said.strip()
    is_sound = bool(value) and end_of_value(value + ",") == len(value) and not stand_ins(value)
    return value if is_whole and is_sound and probability >= MIN_PROBABILITY else None


def end_of_value(text: str) -> int | None:
    """Where a comma or a bracket ends the first value of a list of arguments; None while none does."""
    opened: list[str] = []
    quote = ""
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote and text[index - 1 : index] != "\\" else quote
        elif char in "\"'`":
            quote = char
        elif char in OPENERS:
            opened.append(char)
        elif char in _PAIRS:
            if not opened or opened.pop() != _PAIRS[char]:
                return index
        elif char in ",;\n" and not opened:
            return index
    return None


def _request(prompts: WarmPrompts, document: Document, hole: Hole) -> CompletionRequest:
    variant = document.variant(hole.offset, hole.offset, hole.before)
    at = hole.offset + len(hole.before)
    prompt = prompts.of(document.uri).soonest(variant.snapshot(), at)
    language = language_of(document.language, document.path)
    request = completion_request(
        f"{document.uri} next edit", prompt.fim(), policy_at(variant.text, at, "line", language), MAX_TOKENS
    )
    return replace(request, priority=Priority.ACTION, supersedes="next edit")
