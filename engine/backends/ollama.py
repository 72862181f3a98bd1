"""Models that an Ollama server runs."""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import structs

from hearth.engine import fim
from hearth.engine.backends import OnStatus
from hearth.engine.backends.shared import (
    address,
    chat_infill,
    ollama_asked,
    ollama_model,
    ollama_wire,
    own_names,
    thinking,
)
from hearth.engine.backends.shared.http import Outage, Patience, Reporter, Site, cut_off, names_of, too_slow
from hearth.engine.backends.shared.json_text import name
from hearth.engine.backends.shared.kinds import by_kind
from hearth.engine.backends.shared.limits import bounded, until
from hearth.engine.backends.shared.ollama_model import Ability
from hearth.engine.backends.shared.ollama_wire import Connection
from hearth.engine.backends.shared.streaming import Stream, Turns, cost_of, patient, stopped, without_thinking_tags
from hearth.engine.errors import DownloadFailed, HearthError, ModelMissing, RequestRefused
from hearth.engine.settings import Settings
from hearth.engine.types import (
    AnyRequest,
    ChatRequest,
    CompletionRequest,
    FimPrompt,
    Finished,
    FinishReason,
    Piece,
    Probe,
    Status,
    Usage,
)

_WARM_UP = "warm-up"
_WAYS = {
    "raw": "by the model's own tokens for filling in the middle",
    "suffix": "by prompt and suffix, which Ollama lays out",
    "chat": chat_infill.NOTE,
}


def create(settings: Settings, on_status: OnStatus) -> "OllamaBackend":
    """Raises `RemoteNotAllowed` or `SettingsError`. Connects with the first request only."""
    ollama_wire.checked(settings.ollama)
    ollama_wire.keep_alive(settings.ollama)
    return OllamaBackend(_as_ollama_names_them(settings), Reporter(on_status))


def _as_ollama_names_them(settings: Settings) -> Settings:
    """Only what this backend is asked for: the other job's model may be one of another backend."""
    completion, chat = settings.completion, settings.chat
    if completion.backend == "ollama":
        completion = replace(completion, model=own_names.for_ollama(completion.model))
    if chat.backend == "ollama":
        chat = replace(chat, model=own_names.for_ollama(chat.model))
    return replace(settings, completion=completion, chat=chat)


@dataclass(frozen=True, slots=True)
class Missing:
    """The model was asked for, and the server lacks it."""


@dataclass(frozen=True, slots=True)
class Pulling:
    """The server is downloading the model."""

    task: asyncio.Task[None]


State = Ability | Missing | Pulling


@dataclass
class OllamaBackend:
    settings: Settings
    report: Reporter
    patience: Patience = field(default_factory=Patience)
    _connection: Connection | None = field(default=None, repr=False)
    _outage: Outage = field(default_factory=Outage)
    _turns: Turns = field(default_factory=Turns)
    _models: dict[str, State] = field(default_factory=dict)  # those of which something is known
    _never_think: set[str] = field(default_factory=set)  # models that must not be told whether to think
    _thinking: set[str] = field(default_factory=set)  # those that were seen to think

    def generate(self, request: AnyRequest) -> Stream:
        return by_kind(self, request)

    def complete(self, request: CompletionRequest) -> Stream:
        self._turns.interrupt(_WARM_UP)
        model = self.settings.completion.model
        stream = patient(
            lambda: bounded(lambda: self._fill(model, request), request.max_tokens, self.patience, self._site),
            self.patience,
            self.report,
            self._ready,
            self._failed,
            self._outage,
        )
        return stopped(self._turns.take(request.supersedes, stream), request, model)

    def chat(self, request: ChatRequest) -> Stream:
        self._turns.interrupt(_WARM_UP)
        most = request.max_tokens + self.settings.chat.thinking_tokens
        stream = patient(
            lambda: bounded(lambda: self._answered(request), most, self.patience, self._site),
            self.patience,
            self.report,
            self._ready,
            self._failed,
        )
        return self._turns.take("", stream)

    async def warm(self, request: CompletionRequest) -> Usage:
        """Let the server prefill its KV cache. It knows no priorities, so this waits for idle times."""
        if not self._turns.idle:
            return Usage()
        one = replace(request, max_tokens=1)
        model = self.settings.completion.model
        stream = bounded(lambda: self._fill(model, one), 1, self.patience, self._site)
        with suppress(HearthError):
            return await cost_of(self._turns.take(_WARM_UP, stream))
        return Usage()

    async def probe(self, request: CompletionRequest) -> Probe:
        family = fim.family_by_name(self.settings.completion.model) or "qwen"
        return fim.probe(fim.FIM_TEMPLATES[family], request.prompt)

    async def fetch(self) -> None:
        """Let the server pull the models that it lacked.

        Raises `DownloadFailed` (also when it is stopped), `BackendUnavailable`, or `ModelMissing` where downloads
        are switched off.
        """
        for model in sorted(self._lacking()):
            if not self.settings.downloads.allowed:
                raise ModelMissing(
                    f"{self._site.name} lacks {model}, and downloads are switched off in the settings."
                )
            if not isinstance(state := self._models.get(model), Pulling):
                state = self._models[model] = Pulling(asyncio.create_task(self._pull(model)))
            await asyncio.shield(state.task)

    def wait_for_fetch(self) -> None:
        """A server is only ever asked to pull a model by `fetch`."""

    def stop_fetching(self) -> None:
        for task in self._pulls():
            task.cancel()

    async def examine(self) -> dict[str, str]:
        only_chats = self.settings.chat.backend == "ollama" != self.settings.completion.backend
        model = self.settings.chat.model if only_chats else self.settings.completion.model
        seconds = self.patience.first_token
        try:
            async with asyncio.timeout(seconds):
                listed = await (await self._connected()).models()
                ability = await self._ability(model)
        except TimeoutError as error:
            raise too_slow(self._site, seconds, "answered") from error
        except ollama_wire.failures() as error:
            raise self._explained(model, error) from error
        return {
            "server": self._site.name,
            "models": names_of([name(each) for each in listed]),
            "completions": _WAYS[ability.way],
        }

    async def offers(self) -> tuple[str, tuple[str, ...]]:
        seconds = self.patience.page
        try:
            async with asyncio.timeout(seconds):
                listed = await (await self._connected()).models()
        except TimeoutError as error:
            raise too_slow(self._site, seconds, "answered") from error
        except ollama_wire.failures() as error:
            raise self._explained(self.settings.completion.model, error) from error
        return self._site.name, tuple(map(name, listed))

    async def window(self) -> int:
        return (await self._ability(self.settings.chat.model)).window

    async def close(self) -> None:
        if pulls := self._pulls():
            self.stop_fetching()
            await asyncio.wait(pulls)
        await self._turns.close()
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _pull(self, model: str) -> None:
        told = -1
        try:
            async with aclosing(ollama_wire.pull(self.settings.ollama, model)) as steps:
                async for step in steps:
                    percent = 100 * step.done // max(1, step.total)
                    if percent != told:
                        told = percent
                        self.report(Status("downloading", f"{model} (Ollama)", percent))
        except asyncio.CancelledError:
            error = DownloadFailed(f"Ollama's download of {model} was stopped. What has come is kept.")
            self.report(self._failed(error, model))
            raise error from None
        except HearthError as error:
            self.report(self._failed(error, model))
            raise
        finally:
            self._models[model] = Missing()
        del self._models[model]
        self.report(self._ready())

    async def _pulled(self, model: str) -> None:
        """Wait for a pull that is under way; raises what that raises."""
        if isinstance(state := self._models.get(model), Pulling):
            await asyncio.shield(state.task)

    def _pulls(self) -> list[asyncio.Task[None]]:
        return [state.task for state in self._models.values() if isinstance(state, Pulling)]

    def _lacking(self) -> list[str]:
        """The models that the server lacked when they were asked for, also while it downloads them."""
        return [model for model, state in self._models.items() if isinstance(state, Missing | Pulling)]

    async def _fill(self, model: str, request: CompletionRequest) -> Stream:
        await self._pulled(model)
        ability = await self._ability(model)
        if ability.way == "chat":
            stream = chat_infill.code_of(self._talk(model, chat_infill.as_chat(request)), request)
        else:
            stream = self._generate(model, ability, request.prompt, request.max_tokens)
        async with aclosing(stream):
            async for event in stream:
                yield event

    def _generate(self, model: str, ability: Ability, prompt: FimPrompt, limit: int) -> Stream:
        fields, stops = ollama_asked.filling(model, ability, prompt, limit, self.settings.ollama)
        return until(self._events(model, "generate", fields), stops)

    async def _answered(self, request: ChatRequest) -> Stream:
        """The answer to a question; what the model thinks is no part of its length."""
        model = self.settings.chat.model
        await self._pulled(model)
        ability = await self._ability(model)

        def ask(think: bool, tokens: int, _: str) -> Stream:
            prompt = structs.replace(request.prompt, think=think)
            again = replace(request, prompt=prompt, max_tokens=tokens)
            return bounded(lambda: self._talk(model, again), tokens, self.patience, self._site)

        thinks = model in self._thinking or ability.thinks or thinking.habit_of(model) is not None
        budget = self.settings.chat.thinking_tokens
        stream = thinking.answered(
            ask, request.prompt.think, request.max_tokens, budget, thinks, lambda: self._thinking.add(model)
        )
        async with aclosing(stream) as events:
            async for event in events:
                yield event

    async def _talk(self, model: str, request: ChatRequest) -> Stream:
        ability = await self._ability(model)
        room = min(request.max_tokens, self.settings.chat.max_tokens)
        may_say = model not in self._never_think
        fields = ollama_asked.talking(model, ability, request, room, may_say, self.settings.ollama)
        try:
            async with aclosing(without_thinking_tags(self._events(model, "chat", fields))) as stream:
                async for event in stream:
                    yield event
            return
        except RequestRefused as error:
            if "think" not in fields or not ollama_wire.refuses_thinking(error):
                raise
        self._never_think.add(model)
        async with aclosing(self._talk(model, request)) as again:
            async for event in again:
                yield event

    async def _events(self, model: str, path: str, fields: dict[str, Any]) -> Stream:
        connection = await self._connected()
        try:
            async with aclosing(connection.stream(path, fields)) as parts:
                async for part in parts:
                    if isinstance(self._models.get(model), Missing):
                        del self._models[model]
                    said = part.message or part
                    text = part.message.content if part.message else part.response
                    if said.thinking:
                        yield Piece(said.thinking, "thinking")
                    if text:
                        yield Piece(text)
                    if part.done:
                        too_long = part.done_reason == "length"
                        yield Finished(
                            FinishReason.LENGTH if too_long else FinishReason.EOG, ollama_asked.usage(part)
                        )
                        return
        except ollama_wire.failures() as error:
            raise self._explained(model, error) from error
        raise cut_off(self._site)

    async def _ability(self, model: str) -> Ability:
        """What the server says of the model; asked once. Raises `RemoteNotAllowed` for one that runs elsewhere."""
        if not isinstance(known := self._models.get(model), Ability):
            ollama_model.refuse_cloud(model, self.settings.ollama.allow_remote)
            connection = await self._connected()
            try:
                shown = await connection.show(model)
            except ollama_wire.failures() as error:
                raise self._explained(model, error) from error
            ollama_model.refuse_cloud(model, self.settings.ollama.allow_remote, shown)
            known = ollama_model.ability(model, shown, self.settings.ollama)
            if not isinstance(self._models.get(model), Pulling):
                self._models[model] = known
        return known

    async def _connected(self) -> Connection:
        if self._connection is None:
            made = await asyncio.to_thread(Connection, self.settings.ollama, self.patience)
            if self._connection is None:  # another request may have been faster
                self._connection = made
        return self._connection

    def _ready(self) -> Status:
        state = self._models.get(self.settings.completion.model)
        note = chat_infill.NOTE if isinstance(state, Ability) and state.way == "chat" else ""
        return Status("ready", f"{self.settings.completion.model} ({self._site.name})", help=note)

    def _failed(self, error: HearthError, pulled: str = "") -> Status:
        """A model that is not there can be pulled, so that is offered."""
        model = pulled or next(iter(self._lacking()), "")
        able = isinstance(error, ModelMissing | DownloadFailed) and self.settings.downloads.allowed
        return Status("error", str(error), help=f"Pull {model}" if able else "", retry=able)

    @property
    def _site(self) -> Site:
        return ollama_wire.site(address.shown(ollama_wire.place(self.settings.ollama).url))

    def _explained(self, model: str, error: Exception) -> HearthError:
        """What went wrong, for the user. The model may be another one when the server is back."""
        if isinstance(self._models.get(model), Ability):
            del self._models[model]
        explained = ollama_wire.explained(self._site, model, error, self.patience)
        if isinstance(explained, ModelMissing):
            self._models.setdefault(model, Missing())
        return explained
