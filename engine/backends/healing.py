"""Token healing for servers that take text: blanks in front of the cursor belong to the next token.

Behind `width * ` a model would say ` height`, because ` height` is one token and a lone blank is another.
So the blanks are left out of the prompt, and taken off the answer where it begins with them.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from engine.backends.streaming import Stream
from engine.types import FimPrompt, Finished, Piece

_BLANKS = " \t"


async def healed(prompt: FimPrompt, ask: Callable[[FimPrompt], Stream]) -> AsyncGenerator[Piece | Finished, None]:
    """What `ask` answers to the prompt without its last blanks, as an answer to the whole prompt."""
    bare = prompt.typed.rstrip(_BLANKS)
    left_out = prompt.typed[len(bare) :]
    async with aclosing(ask(replace(prompt, typed=bare))) as stream:
        async for event in stream:
            if not left_out or isinstance(event, Finished) or event.part == "thinking":
                yield event
                continue
            kept, left_out = _without(event.text, left_out)
            if kept:
                yield replace(event, text=kept)


def _without(text: str, blanks: str) -> tuple[str, str]:
    """`text` without what it has of `blanks` at its start, and the blanks that may still come."""
    same = 0
    while same < min(len(text), len(blanks)) and text[same] == blanks[same]:
        same += 1
    return text[same:], blanks[same:] if same == len(text) else ""
