"""A document that is typed in, with scripted answers; `‸` marks the cursor."""

import asyncio
from dataclasses import dataclass, field

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings
from hearth.engine.types import CompletionRequest, FimPrompt


@dataclass
class Typing:
    backend: ScriptedBackend
    marked: str
    settings: CompletionSettings = field(default_factory=CompletionSettings)

    def __post_init__(self) -> None:
        self.cursor = self.marked.index("‸")
        self.document = Document("file:///a.py", self.marked.replace("‸", ""), "python", "/a.py")
        self.completer = Completer(self.backend, self.settings)

    def type(self, text: str) -> None:
        self.document.apply(self.cursor, self.cursor, text)
        self.document.version += 1
        self.cursor += len(text)

    async def ghost(self, automatic: bool = True) -> str | None:
        answer = await self.completer.complete(self.document, self.cursor, automatic)
        return answer.text if answer else None

    async def asks(self) -> "asyncio.Task[str | None]":
        """A request that is under way."""
        asked = asyncio.create_task(self.ghost())
        await settle()
        return asked

    async def rest(self) -> None:
        await self.completer.rest(self.document, self.cursor)

    @property
    def asked(self) -> list[CompletionRequest]:
        return [request for request in self.backend.requests if isinstance(request.prompt, FimPrompt)]


async def settle() -> None:
    """Whatever is ready runs; it waits for no clock."""
    for _ in range(20):
        await asyncio.sleep(0)
