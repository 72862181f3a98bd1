"""Models that an Ollama server runs."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from hearth.engine import fim
from hearth.engine.backends import OnStatus
from hearth.engine.backends.shared import address, chat_infill, ollama_wire, own_names
from hearth.engine.backends.shared.http import Outage, Patience, Reporter, Site, cut_off, names_of, too_slow
from hearth.engine.backends.shared.json_text import name, sound
from hearth.engine.backends.shared.kinds import by_kind
from hearth.engine.backends.shared.limits import bounded, until
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
    """Raises `RemoteNotAllowed` or `SettingsError` for its address. Connects with the first request only."""
    address.check(settings.ollama.url, settings.ollama.allow_remote)
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
class Ability:
    """How a model can be made to fill in the middle; `family` is a row of `fim.FIM_TEMPLATES`."""

    way: Literal["raw", "suffix", "chat"]
    family: str = ""


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
    _client: Any = None
    _outage: Outage = field(default_factory=Outage)
    _turns: Turns = field(default_factory=Turns)
    _models: dict[str, State] = field(default_factory=dict)  # those of which something is known
    _never_think: set[str] = field(default_factory=set)

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
        model = self.settings.chat.model
        stream = patient(
            lambda: bounded(lambda: self._talk(model, request), request.max_tokens, self.patience, self._site),
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
                listed = await (await self._connected()).list()
                ability = await self._ability(model)
        except TimeoutError as error:
            raise too_slow(self._site, seconds, "answered") from error
        except ollama_wire.failures() as error:
            raise self._explained(model, error) from error
        return {
            "server": self._site.name,
            "models": names_of([name(each.model) for each in listed.models]),
            "completions": _WAYS[ability.way],
        }

    async def offers(self) -> tuple[str, tuple[str, ...]]:
        seconds = self.patience.page
        try:
            async with asyncio.timeout(seconds):
                listed = await (await self._connected()).list()
        except TimeoutError as error:
            raise too_slow(self._site, seconds, "answered") from error
        except ollama_wire.failures() as error:
            raise self._explained(self.settings.completion.model, error) from error
        return self._site.name, tuple(name(each.model) for each in listed.models)

    async def close(self) -> None:
        if pulls := self._pulls():
            self.stop_fetching()
            await asyncio.wait(pulls)
        await self._turns.close()
        if self._client is not None:
            await self._client.close()
            self._client = None

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
        options: dict[str, Any] = {"num_predict": limit, "temperature": 0.0}
        stops: tuple[str, ...] = ()
        if ability.way == "suffix":
            left, right = fim.sides(prompt)
            fields: dict[str, Any] = {"prompt": sound(left), "suffix": sound(right)}
        else:
            template = fim.FIM_TEMPLATES[ability.family]
            fields = {"prompt": sound(fim.raw(template, prompt)), "raw": True}
            stops = fim.stop_strings(template)
            options["stop"] = list(stops)

        async def ask(client: Any) -> Any:
            keep = self.settings.ollama.keep_alive
            return await client.generate(
                model, **fields, think=False, options=options, keep_alive=keep, stream=True
            )

        answer = self._events(model, ask, lambda part: (part.response or "", part.thinking or ""))
        return until(answer, stops)

    async def _talk(self, model: str, request: ChatRequest) -> Stream:
        await self._pulled(model)
        think = None if model in self._never_think else request.prompt.think

        async def ask(client: Any) -> Any:
            return await client.chat(
                model,
                [{"role": message.role, "content": sound(message.content)} for message in request.prompt.messages],
                think=think,
                options={"num_predict": request.max_tokens, "temperature": request.temperature},
                keep_alive=self.settings.ollama.keep_alive,
                stream=True,
            )

        parts = self._events(model, ask, lambda part: (part.message.content or "", part.message.thinking or ""))
        try:
            async with aclosing(without_thinking_tags(parts)) as stream:
                async for event in stream:
                    yield event
            return
        except RequestRefused as error:
            if think is None or "does not support thinking" not in str(error):
                raise
        self._never_think.add(model)
        async with aclosing(self._talk(model, request)) as again:
            async for event in again:
                yield event

    async def _events(
        self, model: str, ask: Callable[[Any], Awaitable[Any]], read: Callable[[Any], tuple[str, str]]
    ) -> Stream:
        """What the server streams. `read` gives the text and the thinking of one of its messages."""
        client = await self._connected()
        try:
            async with aclosing(await ask(client)) as parts:
                async for part in parts:
                    if isinstance(self._models.get(model), Missing):
                        del self._models[model]
                    text, thinking = read(part)
                    if thinking:
                        yield Piece(thinking, "thinking")
                    if text:
                        yield Piece(text)
                    if part.done:
                        too_long = part.done_reason == "length"
                        yield Finished(FinishReason.LENGTH if too_long else FinishReason.EOG, _usage(part))
                        return
        except ollama_wire.failures() as error:
            raise self._explained(model, error) from error
        raise cut_off(self._site)

    async def _ability(self, model: str) -> Ability:
        """What the server says of the model; asked once."""
        if not isinstance(known := self._models.get(model), Ability):
            client = await self._connected()
            try:
                shown = await client.show(model)
            except ollama_wire.failures() as error:
                raise self._explained(model, error) from error
            known = _ability(model, shown.template or "", shown.capabilities or [])
            if not isinstance(self._models.get(model), Pulling):
                self._models[model] = known
        return known

    async def _connected(self) -> Any:
        if self._client is None:
            self._keep(await asyncio.to_thread(self._connection))  # it reads certificates and code
        return self._client

    def _keep(self, connection: Any) -> None:
        if self._client is None:  # another request may have been faster
            self._client = connection

    def _connection(self) -> Any:
        import ollama

        url = self.settings.ollama.url
        return ollama.AsyncClient(host=url, **ollama_wire.options_of(url, self.patience))

    def _ready(self) -> Status:
        state = self._models.get(self.settings.completion.model)
        note = chat_infill.NOTE if isinstance(state, Ability) and state.way == "chat" else ""
        return Status("ready", self._site.name, help=note)

    def _failed(self, error: HearthError, pulled: str = "") -> Status:
        """A model that is not there can be pulled, so that is offered."""
        model = pulled or next(iter(self._lacking()), "")
        able = isinstance(error, ModelMissing | DownloadFailed) and self.settings.downloads.allowed
        return Status("error", str(error), help=f"Pull {model}" if able else "", retry=able)

    @property
    def _site(self) -> Site:
        return ollama_wire.site(self.settings.ollama.url)

    def _explained(self, model: str, error: Exception) -> HearthError:
        """What went wrong, for the user. The model may be another one when the server is back."""
        if isinstance(self._models.get(model), Ability):
            del self._models[model]
        explained = ollama_wire.explained(self._site, model, error, self.patience)
        if isinstance(explained, ModelMissing):
            self._models.setdefault(model, Missing())
        return explained


def _ability(model: str, template: str, capabilities: list[str]) -> Ability:
    """Prefer a raw prompt: only there does the typed text stand last, so that a keystroke costs little.

    The name says the family; the model's own template, where it has one for infilling, must not contradict.
    """
    named = fim.family_by_name(model)
    row = fim.FIM_TEMPLATES.get(named)
    can_insert = "insert" in capabilities
    if row and (not can_insert or all(mark in template for mark in (row.pre, row.suf, row.mid))):
        return Ability("raw", named)
    return Ability("suffix" if can_insert else "chat")


def _usage(part: Any) -> Usage:
    """Ollama counts in nanoseconds."""
    return Usage(
        prompt_tokens=part.prompt_eval_count or 0,
        evaluated_tokens=part.prompt_eval_count or 0,
        generated_tokens=part.eval_count or 0,
        prefill_ms=(part.prompt_eval_duration or 0) / 1e6,
        decode_ms=(part.eval_duration or 0) / 1e6,
    )
