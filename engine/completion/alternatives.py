"""Other answers than the first one, for users who ask by hand.

They begin where the model had doubts about its first answer. Such a beginning is written into the prompt as if it
had been typed, and the model goes on behind it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from hearth.engine.completion.document_state import DocumentState
from hearth.engine.completion.generation import Generation
from hearth.engine.completion.prompt_state import FramedPrompt
from hearth.engine.completion.showing import Call, completion_of
from hearth.engine.completion.suggestions import Shown
from hearth.engine.errors import HearthError
from hearth.engine.types import Completion

Ask = Callable[[DocumentState, Call, FramedPrompt], Generation]
MOST = 2  # besides the first answer


async def alternatives(
    state: DocumentState, call: Call, first: Completion, seconds: float, ask: Ask
) -> list[Completion]:
    """What could stand there instead of `first`, the most probable first: as many as are found in `seconds`.

    A newer call ends the search, and so does a backend that fails. There are none while `first` still grows:
    the model tells its doubts at the end of an answer.
    """
    cursor, latest = call.cursor, state.answering
    known = state.suggestions.find(cursor.text, cursor.offset)
    if known is None:
        return []
    found = [first]
    until = asyncio.get_running_loop().time() + seconds
    with suppress(HearthError):  # there is an answer; the next call will say what is wrong
        for beginning in known.alternatives_at(cursor.offset):
            left = until - asyncio.get_running_loop().time()
            if len(found) > MOST or left <= 0:
                break
            rest = await _rest(state, call, beginning, left, ask)
            if rest is None or state.answering is not latest:
                break
            shown = rest._replace(text=beginning + rest.text)
            each = completion_of(state.suggestions, call, shown, "alternative")
            if each.text.strip() not in {"", *(one.text.strip() for one in found)}:
                found.append(each)
    return found[1:]


async def _rest(state: DocumentState, call: Call, beginning: str, seconds: float, ask: Ask) -> Shown | None:
    """How an answer goes on that begins with `beginning`; None where that would cost a new prompt."""
    start, after = call.cursor.offset, call.cursor.offset + len(beginning)
    text = call.cursor.text[:start] + beginning + call.cursor.text[start:]
    known = state.suggestions.find(text, after)
    if known is not None and known.complete:
        return known.displayable_at(after, 0.0)
    snapshot = replace(call.snapshot, text=text)
    prompt = state.prompt.warm(snapshot, after)
    if prompt is None:
        return None
    cursor = call.cursor.behind(beginning, start)
    if not prompt.is_full:
        prompt = await state.prompt.fullest(snapshot, after)
    generation = ask(state, replace(call, snapshot=snapshot, cursor=cursor), prompt)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await generation.whole()
    return generation.displayable(after, 0.0)
