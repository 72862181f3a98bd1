"""The model on this machine: found or downloaded by `hearth.engine.models`, run by the host process."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace

from msgspec import structs

from hearth.engine.backends import OnStatus
from hearth.engine.backends.shared import chat_infill, thinking
from hearth.engine.backends.shared.kinds import ahead, by_kind
from hearth.engine.backends.shared.streaming import Stream, cost_of, stopped, without_thinking_tags
from hearth.engine.errors import BrokenModel, HearthError, HostDied, ModelError, ModelMissing, UnknownModel
from hearth.engine.host.chat_window import chat_window
from hearth.engine.host.client import HostClient
from hearth.engine.host.profiles import PROFILES
from hearth.engine.host.wire import Report
from hearth.engine.models import first, names, speeds, store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.download import Progress
from hearth.engine.models.pace import Pace
from hearth.engine.settings import Settings
from hearth.engine.types import (
    AnyRequest,
    ChatRequest,
    CompletionRequest,
    ModelRef,
    Probe,
    RewritePrompt,
    Status,
    Usage,
)

_HELD_SECONDS = 30.0  # after a failed download; every keystroke would try again


def create(settings: Settings, on_status: OnStatus) -> "LocalBackend":
    return LocalBackend(settings, on_status)


@dataclass
class Preparing:
    """It is found or downloaded, checked, loaded and tested. `again`: that went wrong before.

    `stopped`: the user does not want it to be downloaded.
    """

    again: bool = False
    stopped: bool = False
    task: "asyncio.Task[Ready]" = field(init=False)


@dataclass(frozen=True)
class Ready:
    """The host has loaded it. Without `has_fim` it is asked by chat to fill in the middle."""

    ref: ModelRef
    has_fim: bool


@dataclass(frozen=True)
class Failed:
    """It could not be had; `at` is when (monotonic seconds). It is tried again after a while."""

    error: ModelError
    at: float


@dataclass(frozen=True)
class Stopped:
    """It could not be had, and is not tried again before the user asks for it."""

    error: ModelError


State = Preparing | Ready | Failed | Stopped


@dataclass
class LocalBackend:
    """Prepares each model once (download, digest, load, self-test), then hands requests to the host."""

    settings: Settings
    on_status: OnStatus
    _models: dict[str, State] = field(default_factory=dict)  # by what the settings call them; those asked for
    _names: dict[str, str] = field(default_factory=dict)  # the same names, by model id
    _thinking: set[str] = field(default_factory=set)  # those that were seen to think
    _cancelled: bool = False
    _waits: bool = False  # with a download until the user has chosen a model
    _percent: int = -1
    _said: str = ""  # which model is ready
    _pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        host = self.settings.host
        self._host = HostClient(self._on_loading, host.idle_minutes, host.crash_budget, self._on_notice)

    def generate(self, request: AnyRequest) -> Stream:
        return by_kind(self, request, self._plainly)

    async def complete(self, request: CompletionRequest) -> Stream:
        model = await self._ready(self.settings.completion.model)
        fill = self._asked if model.has_fim else self._asked_by_chat
        async with aclosing(fill(model.ref, request)) as events:
            async for event in events:
                yield event

    async def chat(self, request: ChatRequest) -> Stream:
        """The answer; what the model thinks is no part of its length."""
        name, budget = self.settings.chat.model, self.settings.chat.thinking_tokens
        model = await self.model(name)

        def ask(think: bool, tokens: int, _: str) -> Stream:
            prompt = structs.replace(request.prompt, think=think)
            return without_thinking_tags(self._asked(model, replace(request, prompt=prompt, max_tokens=tokens)))

        thinks = name in self._thinking or thinking.habit_of(f"{name} {model.id}") is not None
        stream = thinking.answered(
            ask, request.prompt.think, request.max_tokens, budget, thinks, lambda: self._thinking.add(name)
        )
        async with aclosing(stream) as events:
            async for event in events:
                yield event

    async def _plainly(self, request: AnyRequest) -> Stream:
        """Whatever else the host has a layout for."""
        model = await self.model(self._name_for(request))
        async with aclosing(self._asked(model, request)) as events:
            async for event in events:
                yield event

    def _asked(self, model: ModelRef, request: AnyRequest) -> Stream:
        return _again(lambda: self._host.generate(model, request))

    def _asked_by_chat(self, model: ModelRef, request: CompletionRequest) -> Stream:
        talk = without_thinking_tags(self._asked(model, chat_infill.as_chat(request)))
        return stopped(chat_infill.code_of(talk, request), request)

    async def warm(self, request: CompletionRequest) -> Usage:
        name = self.settings.completion.model
        is_asked_for = isinstance(self._models.get(name), Preparing | Ready)
        if not is_asked_for and await asyncio.to_thread(store.find, name) is None:
            self._hold(name)
            return Usage()  # a download is for a real request to begin
        model = await self._ready(name)
        if not model.has_fim:
            return Usage()
        return await cost_of(self._host.generate(model.ref, ahead(request)))

    async def probe(self, request: AnyRequest) -> Probe:
        return await self._host.inspect(await self.model(self._name_for(request)), request)

    async def prepare_to_predict(self) -> float:
        name = self.settings.next_edit.trained_model
        if not isinstance(self._models.get(name), Ready) and await asyncio.to_thread(store.find, name) is None:
            raise ModelMissing(
                f"next_edit.trained_model: {name} is not on this disk; get it with `hearth models pull {name}`"
            )
        model = await self.model(name)
        speed = (await asyncio.to_thread(speeds.measured)).get(model.id)
        return speed.prompt if speed is not None else 0.0

    async def window(self) -> int:
        return (await self.model(self.settings.chat.model)).context

    async def report(self, name: str = "") -> Report:
        """Load that model if need be, or else that for completion, and tell about it (`hearth doctor`)."""
        return await self._host.load(await self.model(name or self.settings.completion.model))

    async def close(self) -> None:
        self._cancelled = True
        for state in self._models.values():
            if isinstance(state, Preparing):
                state.task.cancel()
        await self._host.close()

    async def model(self, name: str) -> ModelRef:
        """The model, on this disk and loaded. All who wait share one download; a failure is tried again later."""
        return (await self._ready(name)).ref

    async def fetch(self) -> None:
        self._waits = False
        names = [name for name, state in self._models.items() if _is_missing(state)]
        for name in names:
            match self._models[name]:
                case Failed() | Stopped():
                    del self._models[name]
                case Preparing() as preparing:
                    preparing.stopped = False
        for name in names or [self.settings.completion.model]:
            await self.model(name)

    def wait_for_fetch(self) -> None:
        self._waits = True

    def stop_fetching(self) -> None:
        for state in self._models.values():
            if isinstance(state, Preparing):
                state.stopped = True

    def _name_for(self, request: AnyRequest) -> str:
        settings = self.settings
        is_rewrite = isinstance(request.prompt, RewritePrompt)
        return settings.next_edit.trained_model if is_rewrite else settings.completion.model

    def _is_extra(self, name: str) -> bool:
        """Nobody waits for that model: whatever becomes of it, the others are as they were."""
        settings = self.settings
        usual = (settings.completion.model, settings.chat.model)
        return name == settings.next_edit.trained_model and name not in usual

    def _hold(self, name: str) -> None:
        """Where the user is to choose first, ask for that, once. The model is not on this disk."""
        if self._waits and not first.is_chosen(name) and not isinstance(self._models.get(name), Stopped):
            self._models[name] = Stopped(ModelMissing(first.NEEDED))
            self.on_status(Status("error", first.NEEDED, retry=True, choose=True))

    async def _ready(self, name: str) -> Ready:
        """The model once it is ready. Raises what went wrong, also where it went wrong only just now."""
        if self._waits and name not in self._models and not await asyncio.to_thread(_is_here, name):
            self._hold(name)
        state = self._models.get(name)
        match state:
            case Ready():
                return state
            case Preparing(task=task) if not task.done():
                return await asyncio.shield(task)
            case Stopped(error=error):
                raise type(error)(str(error))
            case Failed(error=error, at=at) if time.monotonic() - at < _HELD_SECONDS:
                raise type(error)(str(error))
        preparing = Preparing(again=isinstance(state, Failed))
        preparing.task = asyncio.create_task(self._prepare(name, preparing))
        self._models[name] = preparing
        return await asyncio.shield(preparing.task)

    async def _prepare(self, name: str, preparing: Preparing) -> Ready:
        self.on_status(Status("starting", name, help=await asyncio.to_thread(_restriction, name)))
        try:
            loop = asyncio.get_running_loop()

            def on_progress(progress: Progress) -> None:
                loop.call_soon_threadsafe(self._on_download, progress)

            ref = await asyncio.to_thread(
                store.ensure,
                name,
                on_progress,
                lambda: self._cancelled or preparing.stopped,
                self.settings.downloads,
            )
            host = self.settings.host
            ref = replace(ref, gpu_layers=host.gpu_layers, threads=host.threads, is_extra=self._is_extra(name))
            ref = replace(ref, context=await asyncio.to_thread(chat_window, ref, self.settings.chat.window))
            self._names[ref.id] = name
            report = await self._host.load(ref)
            measured = (report.prefill_speed, report.decode_speed, report.gpu_layers)
            await asyncio.to_thread(speeds.note, ref.id, *measured)
        except HearthError as error:
            retry = isinstance(error, ModelError) and not isinstance(error, UnknownModel)
            # Of a download that is of no use its beginning was enough; it need not be fetched again and again.
            is_useless = isinstance(error, BrokenModel) and not await asyncio.to_thread(_is_here, name)
            if isinstance(error, ModelError) and retry:
                ends = is_useless or preparing.stopped
                self._models[name] = Stopped(error) if ends else Failed(error, time.monotonic())
            else:
                del self._models[name]
            if self._is_extra(name):
                self.on_status(Status("ready", self._said or self.settings.completion.model))
            else:
                self.on_status(Status("error", str(error), retry=retry))
            raise
        ready = self._models[name] = Ready(ref, has_fim=report.fim != "none")
        notes = [report.news] if report.news else []
        if not ready.has_fim and name == self.settings.completion.model:
            notes.append(chat_infill.NOTE)
        if not self._is_extra(name):
            self._said = f"{name} (GPU)" if report.gpu_layers else name
        self.on_status(Status("ready", self._said or name, help=" ".join(notes)))
        return ready

    def _on_download(self, progress: Progress) -> None:
        if progress.phase == "checking":
            self.on_status(Status("loading", progress.file))
            return
        percent = int(100 * progress.done / max(1, progress.total))
        detail = self._pace.told(progress.done, progress.total)
        if percent != self._percent:
            self._percent = percent
            self.on_status(Status("downloading", progress.file, percent, detail=detail))

    def _on_loading(self, model: str, percent: int) -> None:
        """The host tells all windows; it may be another one's model, or ours once more after a crash."""
        if model not in self._names:
            return
        self.on_status(Status("loading", model, percent))
        name = self._names[model]
        if percent >= 100 and isinstance(self._models.get(name), Ready):
            self.on_status(Status("ready", self._said if self._is_extra(name) and self._said else name))

    def _on_notice(self, text: str) -> None:
        self.on_status(Status("ready", self.settings.completion.model, help=text))


def _is_missing(state: State) -> bool:
    return isinstance(state, Failed | Stopped) or (isinstance(state, Preparing) and state.again)


def _restriction(name: str) -> str:
    """What the user has to know before that model is downloaded."""
    with suppress(HearthError):  # whatever is wrong with it is told when it is to be had
        wanted = names.parse(name)
        if isinstance(wanted, CatalogModel) and store.find(name) is None:
            return wanted.restriction
    return ""


def _is_here(name: str) -> bool:
    """Whether there is such a file, usable or not."""
    try:
        return store.find(name) is not None
    except HearthError:
        return True


async def _again(ask: Callable[[], Stream]) -> Stream:
    """What `ask` streams; asked again when the host dies before it has said anything.

    Several times: somebody else's model may be one that crashes, once with each of the profiles.
    """
    for tries_left in range(len(PROFILES), -1, -1):
        began = False
        try:
            async with aclosing(ask()) as events:
                async for event in events:
                    began = True
                    yield event
                return
        except HostDied:
            if began or not tries_left:
                raise
