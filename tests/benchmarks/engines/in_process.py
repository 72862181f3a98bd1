"""Hearth's engine without the language server: the same completer and host, and what each request cost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hearth.engine.backends import local
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.context.query import ContextQuery
from hearth.engine.settings import CompletionSettings, Settings
from hearth.engine.types import Completion, Snapshot
from tests.benchmarks.engines import Buffer, Suggestion
from tests.hosts import stop_host


@asynccontextmanager
async def running(model: str, home: Path) -> AsyncIterator["InProcess"]:
    # Whole answers: one that is given up because it is improbable goes on after its request was answered.
    settings = Settings(completion=CompletionSettings(model=model, min_confidence=0.0, deadline_ms=60_000))
    backend = local.create(settings, lambda status: None)
    try:
        report = await backend.report()
        yield InProcess(backend, settings, report.profile, report.threads)
    finally:
        await backend.close()
        stop_host(home)


@dataclass
class InProcess:
    """`answers` has one entry for each request, in order."""

    _backend: local.LocalBackend
    _settings: Settings
    profile: str
    threads: int
    answers: list[Completion] = field(default_factory=list)
    _document: Document = field(default_factory=lambda: Document("", ""))
    _resting: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._completer = Completer(self._backend, self._settings.completion, self._surroundings)

    async def open(self, buffer: Buffer) -> None:
        uri = f"file:///project/{buffer.name}"
        self._document = Document(uri, buffer.above + buffer.below, buffer.language, f"/project/{buffer.name}")

    async def rest(self, buffer: Buffer) -> None:
        task = asyncio.create_task(self._completer.rest(self._document, len(buffer.above)))
        self._resting.add(task)
        task.add_done_callback(self._resting.discard)

    async def typed(self, buffer: Buffer, text: str) -> None:
        at = len(buffer.above) - len(text)
        self._document.apply(at, at, text)
        self._document.version += 1

    async def ask(self, buffer: Buffer) -> Suggestion:
        answer = await self._completer.complete(self._document, len(buffer.above))
        assert answer is not None, "only one request is made at a time"
        self.answers.append(answer)
        return Suggestion(answer.text, answer.usage.evaluated_tokens, answer.usage.generated_tokens)

    async def leave(self, buffer: Buffer) -> None:
        self._completer.forget(self._document.uri)

    def _surroundings(self, snapshot: Snapshot, offset: int, window: tuple[int, int]) -> ContextQuery:
        return ContextQuery(
            snapshot,
            offset,
            open_documents=(self._document,),
            settings=self._settings.context,
            window=window,
        )
