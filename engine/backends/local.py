"""The model on this machine: found or downloaded by `hearth.engine.models`, run by the host process."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace

from hearth.engine.backends import OnStatus
from hearth.engine.backends.shared import chat_infill
from hearth.engine.backends.shared.kinds import ahead, by_kind
from hearth.engine.backends.shared.streaming import Stream, cost_of, stopped, without_thinking_tags
from hearth.engine.errors import BrokenModel, HearthError, HostDied, ModelError, UnknownModel
from hearth.engine.host.client import HostClient
from hearth.engine.host.profiles import PROFILES
from hearth.engine.host.wire import Report
from hearth.engine.models import names, speeds, store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.download import Progress
from hearth.engine.settings import Settings
from hearth.engine.types import (
    AnyRequest,
    ChatRequest,
    CompletionRequest,
    ModelRef,
    Probe,
    Status,
    Usage,
)

_HELD_SECONDS = 30.0  # after a failed download; every keystroke would try again


def create(settings: Settings, on_status: OnStatus) -> "LocalBackend":
    return LocalBackend(settings, on_status)


@dataclass
class LocalBackend:
    """Prepares each model once (download, digest, load, self-test), then hands requests to the host."""

    settings: Settings
    on_status: OnStatus
    _preparing: dict[str, asyncio.Task[ModelRef]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)  # by model id, what the settings call it
    _without_fim: set[str] = field(default_factory=set)  # ids of models that are asked by chat instead
    _failed: dict[str, tuple[float, ModelError]] = field(default_factory=dict)  # by name, when and why
    _stopped: set[str] = field(default_factory=set)  # names that the user does not want to be downloaded
    _cancelled: bool = False
    _percent: int = -1

    def __post_init__(self) -> None:
        host = self.settings.host
        self._host = HostClient(self._on_loading, host.idle_minutes, host.crash_budget, self._on_notice)

    def generate(self, request: AnyRequest) -> Stream:
        return by_kind(self, request, self._plainly)

    async def complete(self, request: CompletionRequest) -> Stream:
        model = await self.model(self.settings.completion.model)
        fill = self._asked_by_chat if model.id in self._without_fim else self._asked
        async with aclosing(fill(model, request)) as events:
            async for event in events:
                yield event

    async def chat(self, request: ChatRequest) -> Stream:
        model = await self.model(self.settings.chat.model)
        async with aclosing(without_thinking_tags(self._asked(model, request))) as events:
            async for event in events:
                yield event

    async def _plainly(self, request: AnyRequest) -> Stream:
        """Whatever else the host has a layout for."""
        model = await self.model(self.settings.completion.model)
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
        if self._known(name) is None and await asyncio.to_thread(store.find, name) is None:
            return Usage()  # a download is for a real request to begin
        model = await self.model(name)
        if model.id in self._without_fim:
            return Usage()
        return await cost_of(self._host.generate(model, ahead(request)))

    async def probe(self, request: CompletionRequest) -> Probe:
        return await self._host.inspect(await self.model(self.settings.completion.model), request)

    async def report(self) -> Report:
        """Load the completion model if need be and tell about it (`hearth doctor`)."""
        return await self._host.load(await self.model(self.settings.completion.model))

    async def close(self) -> None:
        self._cancelled = True
        for task in self._preparing.values():
            task.cancel()
        await self._host.close()

    async def model(self, name: str) -> ModelRef:
        """The model, on this disk and loaded. All who wait share one download; a failure is tried again later."""
        task = self._known(name)
        if task is None:
            if (failure := self._held(name)) is not None:
                raise type(failure)(str(failure))
            task = self._preparing[name] = asyncio.create_task(self._prepare(name))
        return await asyncio.shield(task)

    async def fetch(self) -> None:
        names = list(self._failed) or [self.settings.completion.model]
        self._failed.clear()
        self._stopped.clear()
        for name in names:
            await self.model(name)

    def stop_fetching(self) -> None:
        self._stopped.update(name for name, task in self._preparing.items() if not task.done())

    def _held(self, name: str) -> ModelError | None:
        """Why this model is not tried to be had just now."""
        when, failure = self._failed.get(name, (0.0, None))
        held = name in self._stopped or time.monotonic() - when < _HELD_SECONDS
        return failure if held else None

    def _known(self, name: str) -> "asyncio.Task[ModelRef] | None":
        """What prepares or has prepared this model; None before, and after a failure."""
        task = self._preparing.get(name)
        failed = task is not None and task.done() and (task.cancelled() or task.exception())
        return None if failed else task

    async def _prepare(self, name: str) -> ModelRef:
        self.on_status(Status("starting", name, help=await asyncio.to_thread(_restriction, name)))
        try:
            loop = asyncio.get_running_loop()

            def on_progress(progress: Progress) -> None:
                loop.call_soon_threadsafe(self._on_download, progress)

            ref = await asyncio.to_thread(
                store.ensure,
                name,
                on_progress,
                lambda: self._cancelled or name in self._stopped,
                self.settings.downloads,
            )
            host = self.settings.host
            ref = replace(ref, gpu_layers=host.gpu_layers, threads=host.threads)
            self._names[ref.id] = name
            report = await self._host.load(ref)
            await asyncio.to_thread(speeds.note, ref.id, report.prefill_speed, report.decode_speed)
        except HearthError as error:
            retry = isinstance(error, ModelError) and not isinstance(error, UnknownModel)
            if isinstance(error, ModelError) and retry:
                self._failed[name] = (time.monotonic(), error)
            if isinstance(error, BrokenModel) and not await asyncio.to_thread(_is_here, name):
                self._stopped.add(name)  # its beginning was enough, and need not be fetched again and again
            self.on_status(Status("error", str(error), retry=retry))
            raise
        self._failed.pop(name, None)
        self._stopped.discard(name)
        notes = [report.news] if report.news else []
        if report.fim == "none":
            self._without_fim.add(ref.id)
            notes += [chat_infill.NOTE] if name == self.settings.completion.model else []
        self.on_status(Status("ready", name, help=" ".join(notes)))
        return ref

    def _on_download(self, progress: Progress) -> None:
        if progress.phase == "checking":
            self.on_status(Status("loading", progress.file))
            return
        percent = int(100 * progress.done / max(1, progress.total))
        if percent != self._percent:
            self._percent = percent
            self.on_status(Status("downloading", progress.file, percent))

    def _on_loading(self, model: str, percent: int) -> None:
        """The host tells all windows; it may be another one's model, or ours once more after a crash."""
        if model not in self._names:
            return
        self.on_status(Status("loading", model, percent))
        name = self._names[model]
        if percent >= 100 and (task := self._known(name)) is not None and task.done():
            self.on_status(Status("ready", name))

    def _on_notice(self, text: str) -> None:
        self.on_status(Status("ready", self.settings.completion.model, help=text))


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
