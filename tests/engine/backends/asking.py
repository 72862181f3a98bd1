"""Requests as the tests make them, and whole answers put together."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from hearth.engine.backends.shared.http import Patience
from hearth.engine.types import (
    ChatMessage,
    ChatPrompt,
    ChatRequest,
    CompletionRequest,
    FimPrompt,
    Finished,
    Piece,
    StopPolicy,
)

QUICK = Patience(
    connect=1.0,
    first_token=5.0,
    loading=0.2,
    pause=0.001,
    longest_pause=0.02,
    loading_pause=0.02,
    outage=0.0,
    tries=3,
)


@dataclass
class Answer:
    """A whole answer, put together."""

    text: str = ""
    thinking: str = ""
    finished: list[Finished] = field(default_factory=list)

    @property
    def reason(self) -> str:
        assert len(self.finished) == 1, "an answer ends exactly once"
        return self.finished[0].name


async def collect(stream: AsyncIterator[Piece | Finished]) -> Answer:
    answer = Answer()
    async for event in stream:
        assert not answer.finished, "nothing comes after the end"
        if isinstance(event, Finished):
            answer.finished.append(event)
        elif event.part == "thinking":
            answer.thinking += event.text
        else:
            answer.text += event.text
    return answer


def completion(document: str = "file:///a.py", raw: bool = False, **prompt: Any) -> CompletionRequest:
    fields = {"above": "def f(value):\n", "below": "\nprint(f(1))\n", "typed": "    return "}
    head = str(prompt.get("typed", fields["typed"]))
    policy = StopPolicy("none" if raw else "line", head, below=("print(f(1))",), above=("def f(value):",))
    whole = FimPrompt(**{**fields, **prompt})
    return CompletionRequest(document, whole, policy, max_tokens=32, supersedes=document)


def question(think: bool = True) -> ChatRequest:
    return ChatRequest("chat", ChatPrompt((ChatMessage("user", "why?"),), think), max_tokens=64)
