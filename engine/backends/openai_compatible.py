"""Models behind an OpenAI-compatible API: llama-server, LM Studio, vLLM and the like."""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from msgspec import structs

from hearth.engine import fim
from hearth.engine.backends import OnStatus
from hearth.engine.backends.shared import address, api_keys, chat_infill, openai_wire, own_names
from hearth.engine.backends.shared.http import Outage, Patience, Reporter, Site, names_of, too_slow
from hearth.engine.backends.shared.kinds import by_kind
from hearth.engine.backends.shared.limits import bounded, until
from hearth.engine.backends.shared.openai_server import Server, probe
from hearth.engine.backends.shared.streaming import Stream, Turns, cost_of, patient, stopped, without_thinking_tags
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
    address.check(options.url, options.allow_remote)
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
    _no_infill: bool = False
    _no_system: set[str] = field(default_factory=set)  # models whose template takes no system message
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
        stream = patient(
            lambda: bounded(lambda: self._talk(request), request.max_tokens, self.patience, self._site),
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
                server = await self._probed()
        except TimeoutError as error:
            raise too_slow(self._site, seconds, "answered") from error
        kind = {"llama.cpp": "llama-server", "vllm": "vLLM", "ollama": "Ollama"}.get(
            server.kind, "of no kind known"
        )
        return {
            "server": f"{self._site.name}, {kind}",
            "models": names_of(server.models),
            "completions": _WAYS[self._way(server)],
        }

    async def offers(self) -> tuple[str, tuple[str, ...]]:
        return self._site.name, (await self._probed()).models

    async def close(self) -> None:
        await self._turns.close()
        if self._connection:
            await self._connection.close()
            self._connection = None

    async def _fill(self, request: CompletionRequest) -> Stream:
        server = await self._probed()
        way = self._way(server)
        try:
            async with aclosing(self._asked(way, server, request)) as events:
                async for event in events:
                    yield event
            return
        except openai_wire.InfillUnsupported:
            if self._no_infill:
                raise
            self._no_infill = True
        except BackendUnavailable:
            self._server = None  # what answers next time may be another server
            raise
        async with aclosing(self._asked(self._way(server), server, request)) as events:
            async for event in events:
                yield event

    def _way(self, server: Server) -> Way:
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
            return "suffix" if server.family and not self._no_infill else "chat"
        if server.family or chosen == "raw":
            return "raw"
        return "infill" if server.kind == "llama.cpp" and not self._no_infill else "chat"

    def _asked(self, way: Way, server: Server, request: CompletionRequest) -> Stream:
        if way == "chat":
            model = own_names.for_server(self.settings.completion.model, server.models)
            talk = self._chat(server, model, chat_infill.as_chat(request))
            return chat_infill.code_of(talk, request)
        return self._filled(way, server, request.prompt, request.max_tokens)

    def _filled(self, way: Way, server: Server, prompt: FimPrompt, limit: int) -> Stream:
        connection = self._connected()
        model = own_names.for_server(self.settings.completion.model, server.models)
        template = fim.FIM_TEMPLATES.get(server.family)
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
        server = await self._probed()
        try:
            model = own_names.for_server(self.settings.chat.model, server.models)
            async with aclosing(self._chat(server, model, request)) as events:
                async for event in events:
                    yield event
        except BackendUnavailable:
            self._server = None
            raise

    async def _chat(self, server: Server, model: str, request: ChatRequest) -> Stream:
        extra = {}
        prompt = request.prompt
        if not prompt.think and server.kind in ("llama.cpp", "vllm"):  # others may refuse what they do not know
            extra = {"chat_template_kwargs": {"enable_thinking": False}}
        for folded in (model in self._no_system, True):
            messages = openai_wire.without_system(prompt.messages) if folded else prompt.messages
            asked_for = replace(request, prompt=structs.replace(prompt, messages=messages))
            asked = openai_wire.chat(self._connected(), model, asked_for, extra)
            try:
                async with aclosing(without_thinking_tags(asked, server.opens_thinking)) as events:
                    async for event in events:
                        yield event
                return
            except RequestRefused as error:
                if folded or not openai_wire.refuses_system(error):
                    raise
                self._no_system.add(model)

    async def _probed(self) -> Server:
        """What the server says it is; asked once."""
        options = self.settings.openai_compatible
        if options.api_key_command and not self.key:
            self.key = await api_keys.from_command(options)
        if self._server is None:
            if self._connection is None:
                self._keep(await asyncio.to_thread(self._new_connection))  # it reads certificates and code
            connection = self._connected()
            import httpx

            try:
                server = await probe(
                    connection.http,
                    connection.url,
                    connection.site,
                    self.settings.completion.model,
                    self.patience,
                )
            except (httpx.HTTPError, ValueError) as error:
                raise connection.explained(error) from error
            self._server, self._no_infill, connection.models = server, False, server.models
        return self._server

    def _connected(self) -> openai_wire.Connection:
        if self._connection is None:
            self._connection = self._new_connection()
        return self._connection

    def _keep(self, connection: openai_wire.Connection) -> None:
        if self._connection is None:  # another request may have been faster
            self._connection = connection

    def _new_connection(self) -> openai_wire.Connection:
        return openai_wire.Connection(self.settings.openai_compatible.url, self.key, self.patience)

    @property
    def _site(self) -> Site:
        return openai_wire.site(self.settings.openai_compatible.url)

    def _ready(self, model: str) -> Status:
        notes = [chat_infill.NOTE] if self._server and self._way(self._server) == "chat" else []
        answering = self._connection.answering if self._connection else ""
        # llama-server answers to any name, as long as it has one model.
        server = self._server
        ignores_names = server is not None and server.kind == "llama.cpp" and len(server.models) < 2
        if answering and not ignores_names and not _is_same(model, answering):
            notes.append(f"The server answers with {answering}, not with {model}.")
        return Status("ready", address.shown(self.settings.openai_compatible.url), help=" ".join(notes))


def _is_same(asked: str, answering: str) -> bool:
    """Whether two names are of one model: servers add a publisher, a path or an ending."""
    return _plain(asked) in _plain(answering) or _plain(answering) in _plain(asked)


def _plain(name: str) -> str:
    return name.lower().replace("\\", "/").rpartition("/")[2].removesuffix(".gguf")
