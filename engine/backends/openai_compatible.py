"""Models behind an OpenAI-compatible API: llama-server, LM Studio, vLLM and the like."""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from hearth.engine import fim
from hearth.engine.backends import OnStatus
from hearth.engine.backends.shared import (
    address,
    api_keys,
    chat_infill,
    ollama_model,
    openai_wire,
    own_names,
)
from hearth.engine.backends.shared.http import Outage, Patience, Reporter, Site, names_of, too_slow
from hearth.engine.backends.shared.kinds import by_kind
from hearth.engine.backends.shared.limits import bounded, until
from hearth.engine.backends.shared.openai_server import (
    NAMES,
    Model,
    Server,
    examined,
    lm_studio_window,
    probe,
    root_of,
)
from hearth.engine.backends.shared.openai_talk import Talk
from hearth.engine.backends.shared.streaming import Stream, Turns, cost_of, patient, stopped
from hearth.engine.errors import BackendUnavailable, HearthError, RequestRefused, SettingsError
from hearth.engine.settings import Settings
from hearth.engine.types import AnyRequest, ChatRequest, CompletionRequest, FimPrompt, Probe, Status, Usage

_FIM_SETTINGS = ("auto", "infill", "suffix", "raw")
_WARM_UP = "warm-up"

Way = Literal["raw", "infill", "suffix", "chat"]
_WAYS: dict[Way, str] = {
    "raw": "by the model's own tokens for filling in the middle",
    "infill": "by llama-server's /infill",
    "suffix": "by prompt and suffix, which the server lays out",
    "chat": chat_infill.NOTE,
}


def create(settings: Settings, on_status: OnStatus) -> "OpenAIBackend":
    """Raises `RemoteNotAllowed` or `SettingsError`. Connects with the first request only."""
    options = settings.openai_compatible
    address.check(openai_wire.place(options).url, options.allow_remote)
    if options.fim not in _FIM_SETTINGS:
        raise SettingsError(f"openai_compatible.fim is {options.fim!r}, not one of {', '.join(_FIM_SETTINGS)}.")
    return OpenAIBackend(settings, Reporter(on_status), api_keys.from_environment(options))


@dataclass
class OpenAIBackend:
    settings: Settings
    report: Reporter
    key: str = field(default="", repr=False)
    patience: Patience = field(default_factory=Patience)
    _connection: openai_wire.Connection | None = field(default=None, repr=False)
    _server: Server | None = None
    _models: dict[str, Model] = field(default_factory=dict)  # what the server says of those that were asked for
    _no_infill: bool = False
    _talks: dict[str, Talk] = field(default_factory=dict)  # how each model is asked questions
    _outage: Outage = field(default_factory=Outage)
    _turns: Turns = field(default_factory=Turns)

    def generate(self, request: AnyRequest) -> Stream:
        return by_kind(self, request)

    def complete(self, request: CompletionRequest) -> Stream:
        self._turns.interrupt(_WARM_UP)
        stream = patient(
            lambda: bounded(lambda: self._fill(request), request.max_tokens, self.patience, self._site),
            self.patience,
            self.report,
            lambda: self._ready(self.settings.completion.model),
            outage=self._outage,
        )
        model = self.settings.completion.model
        return stopped(self._turns.take(request.supersedes, stream), request, model)

    def chat(self, request: ChatRequest) -> Stream:
        self._turns.interrupt(_WARM_UP)
        most = request.max_tokens + self.settings.chat.thinking_tokens
        stream = patient(
            lambda: bounded(lambda: self._talk(request), most, self.patience, self._site),
            self.patience,
            self.report,
            lambda: self._ready(self.settings.chat.model),
        )
        return self._turns.take("", stream)

    async def warm(self, request: CompletionRequest) -> Usage:
        """Let the server prefill its KV cache. It knows no priorities, so this waits for idle times."""
        if not self._turns.idle:
            return Usage()
        stream = bounded(lambda: self._fill(replace(request, max_tokens=1)), 1, self.patience, self._site)
        with suppress(HearthError):
            return await cost_of(self._turns.take(_WARM_UP, stream))
        return Usage()

    async def probe(self, request: CompletionRequest) -> Probe:
        family = fim.family_by_name(self.settings.completion.model) or "qwen"
        return fim.probe(fim.FIM_TEMPLATES[family], request.prompt)

    async def examine(self) -> dict[str, str]:
        seconds = self.patience.first_token
        try:
            async with asyncio.timeout(seconds):
                server, model = await self._probed(self.settings.completion.model)
        except TimeoutError as error:
            raise too_slow(self._site, seconds, "answered") from error
        return {
            "server": f"{self._site.name}, {NAMES[server.kind]}",
            "models": names_of(server.models),
            "completions": _WAYS[self._way(server, model)],
        }

    async def offers(self) -> tuple[str, tuple[str, ...]]:
        return self._site.name, (await self._serving())[0].models

    async def window(self) -> int:
        wanted = self.settings.chat.model
        server, model = await self._probed(wanted)
        if server.kind == "lmstudio" and not model.window:
            connection = self._connected()
            try:
                window = await lm_studio_window(
                    connection.http, server, self._name(wanted), self._site, self.patience
                )
            except openai_wire.failures() as error:
                raise connection.explained(error) from error
            model = self._models[wanted] = replace(model, window=window)
        return model.window

    async def close(self) -> None:
        await self._turns.close()
        if self._connection:
            await self._connection.close()
            self._connection = None

    async def _fill(self, request: CompletionRequest) -> Stream:
        server, model = await self._probed(self.settings.completion.model)
        try:
            async with aclosing(self._asked(server, model, request)) as events:
                async for event in events:
                    yield event
            return
        except openai_wire.InfillUnsupported:
            if self._no_infill:
                raise
            self._no_infill = True
        except BackendUnavailable:
            self._forget()
            raise
        async with aclosing(self._asked(server, model, request)) as events:
            async for event in events:
                yield event

    def _way(self, server: Server, model: Model) -> Way:
        """How to ask for the middle.

        A raw prompt comes before /infill: llama-server's own layout has the typed text in front of the text
        below, so that each keystroke makes it evaluate the text below again.
        """
        chosen = self.settings.openai_compatible.fim
        if chosen == "suffix":
            return "suffix"
        if chosen == "infill" and not self._no_infill:
            return "infill"
        if server.kind == "ollama" and chosen == "auto":  # it makes a question of a raw prompt
            return "suffix" if model.family and not self._no_infill else "chat"
        if model.family or chosen == "raw":
            return "raw"
        return "infill" if server.kind == "llama.cpp" and not self._no_infill else "chat"

    def _asked(self, server: Server, model: Model, request: CompletionRequest) -> Stream:
        way = self._way(server, model)
        if way == "chat":
            talk = self._talk_with(self._name(self.settings.completion.model), server, model)
            return chat_infill.code_of(talk.ask(self._connected(), chat_infill.as_chat(request)), request)
        return self._filled(way, server, model, request.prompt, request.max_tokens)

    def _filled(self, way: Way, server: Server, known: Model, prompt: FimPrompt, limit: int) -> Stream:
        connection = self._connected()
        model = self._name(self.settings.completion.model)
        template = fim.FIM_TEMPLATES.get(known.family)
        stops = fim.stop_strings(template) if template else ()
        if way == "raw":
            if not template:
                raise RequestRefused(
                    f"openai_compatible.fim is raw, but the FIM tokens of {model} are not known. "
                    "Set it to auto, or use a code model that Hearth knows, such as qwen2.5-coder."
                )
            fields: dict[str, Any] = {"model": model, "prompt": fim.raw(template, prompt), "max_tokens": limit}
            if (
                server.kind == "vllm"
            ):  # it would leave special tokens out of the text: where one was, could not be seen
                fields["skip_special_tokens"] = False
            few = list(fim.first_stops(template))
            return until(openai_wire.completions(connection, {**fields, "stop": few}), stops)
        if way == "suffix":
            left, right = fim.sides(prompt)
            fields = {"model": model, "prompt": left, "suffix": right}
            return openai_wire.completions(connection, {**fields, "max_tokens": limit})
        # llama-server tokenises all of these as plain text, except for "prompt".
        extra = [{"filename": file.path, "text": file.text} for file in prompt.context]
        text = {"input_prefix": prompt.above, "input_suffix": prompt.below, "input_extra": extra}
        typed = fim.neutralise(prompt.typed, template)
        fields = {**text, "model": model, "prompt": typed, "n_predict": limit, "stop": list(stops)}
        return until(openai_wire.infill(connection, fields), stops)

    async def _talk(self, request: ChatRequest) -> Stream:
        name, budget = self.settings.chat.model, self.settings.chat.thinking_tokens
        server, model = await self._probed(name)
        talk = self._talk_with(self._name(name), server, model)
        try:
            async with aclosing(talk.answer(self._connected(), request, budget)) as events:
                async for event in events:
                    yield event
        except BackendUnavailable:
            self._forget()
            raise

    def _talk_with(self, name: str, server: Server, model: Model) -> Talk:
        if name not in self._talks:
            self._talks[name] = Talk(name, server.kind, model.habit, model.opens_thinking)
        return self._talks[name]

    async def _probed(self, wanted: str) -> tuple[Server, Model]:
        """What the server says it is, and its model of that name; asked once.

        Raises `RemoteNotAllowed` for a model that an Ollama hands on to another machine.
        """
        server, connection = await self._serving()
        if wanted in self._models:
            return server, self._models[wanted]
        name = self._name(wanted)
        completes = wanted == self.settings.completion.model
        try:
            if server.kind == "ollama":
                root, options = root_of(server.url), self.settings.openai_compatible
                await ollama_model.refuse_handed_on(connection.http, root, name, options.allow_remote)
            found = await examined(connection.http, server, name, connection.site, self.patience, completes)
        except openai_wire.failures() as error:
            raise connection.explained(error) from error
        self._models[wanted] = found
        return server, found

    async def _serving(self) -> tuple[Server, openai_wire.Connection]:
        options = self.settings.openai_compatible
        if options.api_key_command and not self.key:
            self.key = await api_keys.from_command(options)
        if self._connection is None:
            self._keep(await asyncio.to_thread(self._new_connection))  # it reads certificates and code
        connection = self._connected()
        if self._server is None:
            try:
                server = await probe(connection.http, connection.url, connection.site, self.patience)
            except openai_wire.failures() as error:
                raise connection.explained(error) from error
            self._forget()
            self._server, self._no_infill, connection.models = server, False, server.models
            connection.url = server.url
        return self._server, connection

    def _name(self, wanted: str) -> str:
        """The server's own name for a model of the settings. Raises `SettingsError` where it has none."""
        return own_names.for_server(wanted, self._server.models) if self._server is not None else wanted

    def _forget(self) -> None:
        """What answers next time may be another server."""
        self._server = None
        self._models.clear()
        self._talks.clear()

    def _connected(self) -> openai_wire.Connection:
        if self._connection is None:
            self._connection = self._new_connection()
        return self._connection

    def _keep(self, connection: openai_wire.Connection) -> None:
        if self._connection is None:  # another request may have been faster
            self._connection = connection

    def _new_connection(self) -> openai_wire.Connection:
        return openai_wire.Connection(self.settings.openai_compatible, self.key, self.patience)

    @property
    def _site(self) -> Site:
        return openai_wire.site(openai_wire.place(self.settings.openai_compatible).url)

    def _ready(self, model: str) -> Status:
        known = self._models.get(self.settings.completion.model)
        notes = [chat_infill.NOTE] if self._server and known and self._way(self._server, known) == "chat" else []
        answering = self._connection.answering if self._connection else ""
        # llama-server answers to any name, as long as it has one model.
        server = self._server
        ignores_names = server is not None and server.kind == "llama.cpp" and len(server.models) < 2
        if answering and not ignores_names and not _is_same(model, answering):
            notes.append(f"The server answers with {answering}, not with {model}.")
        return Status("ready", f"{answering or model} at {self._site.where}", help=" ".join(notes))


def _is_same(asked: str, answering: str) -> bool:
    """Whether two names are of one model: servers add a publisher, a path or an ending."""
    return _plain(asked) in _plain(answering) or _plain(answering) in _plain(asked)


def _plain(name: str) -> str:
    return name.lower().replace("\\", "/").rpartition("/")[2].removesuffix(".gguf")
