"""What is asked over HTTP, answered by the engine as it answers an editor."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from hearth.engine import aside, backends
from hearth.engine.backends import Backend, Fetcher, OnStatus
from hearth.engine.completion.completer import Completer
from hearth.engine.completion.inserting import inserted
from hearth.engine.completion.quiet import is_quiet
from hearth.engine.context.documents import Document
from hearth.engine.context.gathering import prepare
from hearth.engine.context.ignore import Disk, verdict_of_path
from hearth.engine.context.query import ContextQuery
from hearth.engine.errors import HearthError, PromptTooLong
from hearth.engine.raw_fim import Place
from hearth.engine.screen import chat_request
from hearth.engine.settings import Settings
from hearth.engine.text import CHARS_PER_TOKEN, estimate_tokens
from hearth.engine.types import ChatMessage, Completion, Finished, Piece, Snapshot, Usage
from hearth.lsp_server.http_api.texts import Texts

_PATIENCE_MS = 10_000  # a client asks once for each answer: it is worth more whole than at once
_GRACE = 0.3  # seconds: a client types on, and sends its next request
_DISK = 0.5  # seconds for the disk to tell where a file leads
_PARSING = 5.0  # seconds for the first tree of a text
_MOST_CHARS = 1_000_000  # of a conversation; no window has room for them
_HOTTEST = 5.0  # as the setting `chat.temperature`
_ROOTS = (".git", ".hg", "pyproject.toml", "package.json", "Cargo.toml", "go.mod")
_DEPTH = 40  # folders


@dataclass(frozen=True, slots=True)
class Limits:
    """What the client wants of an answer. `tokens`: at most so many; `stop` ends it where one of these begins."""

    tokens: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completed:
    """What to insert at the cursor. `is_cut`: there was more."""

    text: str = ""
    is_cut: bool = False
    usage: Usage = field(default_factory=Usage)


class Answering:
    """The engine as HTTP clients use it. All methods run on the event loop."""

    def __init__(self, settings: Settings, on_status: OnStatus) -> None:
        patience = max(_PATIENCE_MS, settings.completion.deadline_ms)
        self.settings = replace(settings, completion=replace(settings.completion, deadline_ms=patience))
        self._on_status = on_status
        self._backends: dict[str, Backend] = {}
        self._completer: Completer | None = None
        self._texts = Texts(self._forget)
        self._roots: dict[str, tuple[str, ...]] = {}  # of documents that lie on the disk
        self._chats = count(1)

    async def complete(self, place: Place, limits: Limits, by_hand: bool = False) -> Completed:
        """What belongs at that place; "" if there is nothing to suggest, or a newer request has taken over.

        Raises `HearthError`.
        """
        settings = self.settings.completion
        if not settings.enabled:
            return Completed()
        document, offset, is_new = self._texts.find(place)
        text = document.text
        if is_new:
            await self._look_into(document)
        if await self._is_secret(document) or document.text != text:
            return Completed()
        if not by_hand and (
            document.language in settings.languages_off or is_quiet(document, offset, settings.off_in)
        ):
            return Completed()
        found = await self._asked(document, offset, by_hand)
        if found is None:
            return Completed()
        cut, was_cut = _limited(inserted(found, text), limits)
        return Completed(cut, was_cut or found.reason == "limit", found.usage)

    async def chat(
        self, messages: tuple[ChatMessage, ...], tokens: int | None, temperature: float | None, think: bool | None
    ) -> AsyncGenerator[Piece | Finished, None]:
        """The answer as it streams. Raises `HearthError`."""
        settings = self.settings.chat
        if sum(len(message.content) for message in messages) > _MOST_CHARS:
            raise PromptTooLong(f"the conversation has more than {_MOST_CHARS:,} characters: send less of it")
        request = await asyncio.to_thread(  # to look for secrets in a long one takes a while
            chat_request,
            f"http chat {next(self._chats)}",
            messages,
            min(tokens or settings.max_tokens, settings.max_tokens),
            settings.temperature if temperature is None else max(0.0, min(temperature, _HOTTEST)),
            think=settings.think if think is None else think,
        )
        stream = self._backend(settings.backend).generate(request)
        try:
            async for event in stream:
                yield event
        finally:
            await stream.aclose()

    async def _asked(self, document: Document, offset: int, by_hand: bool) -> Completion | None:
        """The completer's answer. When the client goes away it is given up, but not at once.

        Editors end a request with each key and send the next, which may go on with the answer in the making.
        """
        task = asyncio.create_task(self._its_completer().complete(document, offset, automatic=not by_hand))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            asyncio.get_running_loop().call_later(_GRACE, task.cancel)
            raise

    async def wake(self) -> None:
        """Have the model of completions loaded."""
        await self._its_completer().wake()

    async def close(self) -> None:
        for backend in self._backends.values():
            with suppress(HearthError, OSError):
                await backend.close()

    def _its_completer(self) -> Completer:
        if self._completer is None:
            settings = self.settings.completion
            self._completer = Completer(self._backend(settings.backend), settings, self._surroundings)
        return self._completer

    def _backend(self, name: str) -> Backend:
        if name not in self._backends:
            self._backends[name] = made = backends.create(name, self.settings, self._on_status)
            if isinstance(made, Fetcher):
                made.wait_for_fetch()  # nobody is asked here, and nothing is fetched unasked
        return self._backends[name]

    def _surroundings(self, snapshot: Snapshot, offset: int, window: tuple[int, int]) -> ContextQuery | None:
        """Other files for a completion: what came with the request, and of a file on the disk its project."""
        settings = self.settings.context
        if not settings.enabled:
            return None
        roots = self._roots.get(snapshot.uri, ())
        if not roots:
            snapshot = replace(snapshot, path=None)  # a path that leads nowhere must not lead into another project
        return ContextQuery(
            snapshot,
            offset,
            open_documents=(*self._texts.beside(snapshot.uri), *self._of_same_project(snapshot.uri, roots)),
            workspace_roots=roots,
            settings=settings,
            window=window,
        )

    def _of_same_project(self, uri: str, roots: tuple[str, ...]) -> list[Document]:
        """Other files of the project that were asked about."""
        others = [other for other, its in self._roots.items() if roots and its == roots and other != uri]
        return [document for other in others for document in self._texts.beside(other)[:1]]

    async def _look_into(self, document: Document) -> None:
        """Parse a new text, and find its project, beside the event loop."""
        with suppress(TimeoutError):
            await aside.run(_PARSING, lambda: prepare(document))
        if document.path and Path(document.path).is_absolute():
            with suppress(OSError):
                root = await aside.run(_DISK, lambda: _root_of(Path(str(document.path))))
                self._roots[document.uri] = (str(root),)

    async def _is_secret(self, document: Document) -> bool:
        """Whether no model may see the file; a disk that does not tell where it leads counts as yes."""
        path, roots = document.path, self._roots.get(document.uri, ())
        if not path:
            return False
        try:
            return (await aside.run(_DISK, lambda: verdict_of_path(path, roots, Disk()))).secret
        except OSError:
            return True

    def _forget(self, uri: str) -> None:
        self._roots.pop(uri, None)
        if self._completer is not None:
            self._completer.forget(uri)


def _root_of(file: Path) -> Path:
    """The project's folder, or the file's own where nothing tells."""
    for folder in file.parents[:_DEPTH]:
        if any((folder / name).exists() for name in _ROOTS):
            return folder
    return file.parent


def _limited(text: str, limits: Limits) -> tuple[str, bool]:
    """As much of an answer as was asked for, and whether its tokens were too many."""
    ends = [found for stop in limits.stop if stop and (found := text.find(stop)) >= 0]
    text = text[: min(ends)] if ends else text
    if limits.tokens is None or estimate_tokens(text) <= limits.tokens:
        return text, False
    return text[: int(limits.tokens * CHARS_PER_TOKEN)], True
