"""Questions to a chat model of an OpenAI-compatible server, whatever its template and its thoughts need."""

from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import structs

from hearth.engine.backends.shared import openai_wire, thinking
from hearth.engine.backends.shared.limits import bounded, until
from hearth.engine.backends.shared.openai_server import Kind
from hearth.engine.backends.shared.openai_wire import Connection
from hearth.engine.backends.shared.streaming import Stream, without_thinking_tags
from hearth.engine.errors import RequestRefused
from hearth.engine.types import ChatRequest

# Servers that take a prompt as it stands, marks and all.
_TAKES_RAW = ("llama.cpp", "vllm", "lmstudio")


@dataclass
class Talk:
    """How one model of one server is asked. What it turns out not to take is not sent again."""

    model: str
    kind: Kind
    habit: thinking.Habit | None = None
    opens_thinking: bool = False
    thinks: bool = False
    _no_system: bool = False  # its template takes no system message
    _unknown: set[str] = field(default_factory=set)  # fields that the server refused
    _no_raw: bool = False

    def __post_init__(self) -> None:
        self.thinks = self.opens_thinking or self.habit is not None

    def answer(self, connection: Connection, request: ChatRequest, budget: int) -> Stream:
        """The answer; beside it the model may think `budget` tokens."""

        def ask(think: bool, tokens: int, thought: str) -> Stream:
            prompt = structs.replace(request.prompt, think=think)
            again = replace(request, prompt=prompt, max_tokens=tokens)
            patience, site = connection.patience, connection.site
            return bounded(lambda: self.ask(connection, again, thought), tokens, patience, site)

        return thinking.answered(ask, request.prompt.think, request.max_tokens, budget, self.thinks, self._learn)

    async def ask(self, connection: Connection, request: ChatRequest, thought: str = "") -> Stream:
        """What the server streams. `thought`: what the model thought already, where it is not to think on."""
        if not request.prompt.think and self._can_close(thought):
            has_begun = False
            try:
                async with aclosing(without_thinking_tags(self._closed(connection, request, thought))) as events:
                    async for event in events:
                        has_begun = True
                        yield event
                return
            except RequestRefused:
                if has_begun:
                    raise
                self._no_raw = True
        while True:
            extra = self._extra(request)
            asked = openai_wire.chat(connection, self.model, self._folded(request), extra, self._unknown)
            try:
                async with aclosing(without_thinking_tags(asked, self.opens_thinking)) as events:
                    async for event in events:
                        yield event
                return
            except RequestRefused as error:
                if not self._learnt_from(error, request):
                    raise

    def _can_close(self, thought: str) -> bool:
        """Whether a prompt can be sent in which the thoughts are over, where no other way is known.

        vLLM is asked so only when there was too much of them: where it runs, thinking takes little time.
        """
        if self.kind == "vllm" and not thought:
            return False
        return bool(self.habit and self.habit.layout and self.kind in _TAKES_RAW and not self._no_raw)

    def _closed(self, connection: Connection, request: ChatRequest, thought: str) -> Stream:
        assert self.habit
        prompt, marks = thinking.closed_prompt(self.habit, request.prompt.messages, thought)
        fields = {"model": self.model, "prompt": prompt, "max_tokens": request.max_tokens, "stop": list(marks)}
        return until(openai_wire.completions(connection, fields, request.temperature), marks)

    def _folded(self, request: ChatRequest) -> ChatRequest:
        messages = request.prompt.messages
        if self.habit and not request.prompt.think:
            messages = thinking.told_not_to(self.habit, messages)
        if self._no_system:
            messages = openai_wire.without_system(messages)
        return replace(request, prompt=structs.replace(request.prompt, messages=messages))

    def _extra(self, request: ChatRequest) -> dict[str, Any]:
        """Fields beyond the API's own."""
        if request.prompt.think:
            return {}
        extra: dict[str, Any] = {}
        if self.kind in ("llama.cpp", "vllm"):  # others may refuse what they do not know
            extra["chat_template_kwargs"] = {"enable_thinking": False}
        if self.habit is not None:
            if self.kind == "ollama":
                extra["reasoning_effort"] = "low" if self.habit.has_effort else "none"
            elif self.habit.has_effort:
                if self.kind == "llama.cpp":
                    extra["chat_template_kwargs"] = {"reasoning_effort": "low"}
                else:
                    extra["reasoning_effort"] = "low"
        return {name: value for name, value in extra.items() if name not in self._unknown}

    def _learnt_from(self, error: RequestRefused, request: ChatRequest) -> bool:
        """Whether it was refused for something that can be left out."""
        if not self._no_system and openai_wire.refuses_system(error):
            self._no_system = True
            return True
        sent = ("max_tokens", "temperature", *self._extra(request))
        named = [name for name in sent if name not in self._unknown and openai_wire.refuses_field(error, name)]
        self._unknown.update(named)
        return bool(named)

    def _learn(self) -> None:
        self.thinks = True
