"""Hearth as an editor sees it: the engine's own completer in virtual time, or the language server in real time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from hearth.engine.backends import Backend
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.context.query import ContextQuery
from hearth.engine.settings import Settings
from hearth.engine.types import Snapshot
from tests.benchmarks.trace import Place
from tests.e2e.editor import MARK, Editor

_SERVER_SECONDS = 0.003  # what a request takes beside the model's work: two messages, and the engine's own code


@dataclass
class Played:
    """The engine without its language server. `grows`: the editor shows more of an answer as it comes."""

    backend: Backend
    settings: Settings
    root_of: Callable[[Place], str]
    grows: bool = True
    _place: Place | None = None
    _document: Document = field(default_factory=lambda: Document("", ""))
    _cursor: int = 0
    _on_growth: Callable[[], None] = lambda: None
    _resting: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._completer = Completer(self.backend, self.settings.completion, self._surroundings)

    async def open(self, place: Place, on_growth: Callable[[], None]) -> None:
        self._place, self._on_growth = place, on_growth
        self._document = Document(f"file://{place.name}", place.above + place.below, place.language, place.name)
        self._cursor = len(place.above)
        await self._completer.wake()
        self._resting = asyncio.create_task(self._completer.rest(self._document, self._cursor))

    def typed(self, text: str) -> None:
        self._document.apply(self._cursor, self._cursor, text)
        self._document.version += 1
        self._cursor += len(text)

    async def ask(self) -> str | None:
        version = self._document.version
        await asyncio.sleep(_SERVER_SECONDS)
        if self._document.version != version:
            return None
        answer = await self._completer.complete(self._document, self._cursor, grows=self.grows)
        if answer is None or self._document.version != version:
            return None
        if self.grows:
            self._completer.follow(self._document, self._on_growth)
        return answer.text

    async def leave(self) -> None:
        self._completer.forget(self._document.uri)
        if self._resting is not None:
            await asyncio.gather(self._resting, return_exceptions=True)

    def _surroundings(self, snapshot: Snapshot, offset: int, window: tuple[int, int]) -> ContextQuery | None:
        if not self.settings.context.enabled or self._place is None:
            return None
        return ContextQuery(
            snapshot,
            offset,
            open_documents=(self._document,),
            workspace_roots=(self.root_of(self._place),),
            settings=self.settings.context,
            window=window,
        )


@dataclass
class Served:
    """The real one: an editor's connection to a language server, whose model is loaded."""

    editor: Editor
    _on_growth: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.editor.client.feature("hearth/completionGrew")(lambda params: self._on_growth())

    async def open(self, place: Place, on_growth: Callable[[], None]) -> None:
        self._on_growth = on_growth
        self.editor.open(f"{place.above}{MARK}{place.below}", place.name, place.language)
        at = self.editor.at(self.editor.cursor)
        self.editor.client.protocol.notify(
            "textDocument/didFocus",
            {
                "textDocument": {"uri": self.editor.uri},
                "position": {"line": at.line, "character": at.character},
            },
        )

    def typed(self, text: str) -> None:
        self.editor.type(text)

    async def ask(self) -> str | None:
        answer = await self.editor.request()
        if answer is None:
            return None
        return str(answer.items[0].insert_text) if answer.items else ""

    async def leave(self) -> None:
        self._on_growth = lambda: None
        self.editor.close()
