"""The engine for scripts: no editor, no server, no event loop of one's own."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType

from hearth.engine import backends
from hearth.engine.completion.completer import Completer
from hearth.engine.completion.inserting import inserted
from hearth.engine.context.documents import Document
from hearth.engine.languages import language_of
from hearth.engine.screen import chat_request
from hearth.engine.settings import Settings
from hearth.engine.types import ChatMessage, Finished

_PATIENCE_MS = 60_000  # a script waits for the whole suggestion


class Hearth:
    """One model, for completion and for chat; close it, or use it in a `with` block.

    `model` is any name that the settings take; `backend` is local, ollama or openai_compatible. Everything raises
    `hearth.engine.errors.HearthError`, whose text is fit to be shown.
    """

    def __init__(self, model: str = "", backend: str = "local", settings: Settings | None = None) -> None:
        settings = settings or Settings()
        completion = replace(settings.completion, backend=backend, deadline_ms=_PATIENCE_MS)
        chat = replace(settings.chat, backend=backend)
        if model:
            completion, chat = replace(completion, model=model), replace(chat, model=model)
        self._settings = replace(settings, completion=completion, chat=chat)
        self._loop = asyncio.Runner()
        self._backend = backends.create(backend, self._settings, lambda status: None)
        self._completer = Completer(self._backend, completion)

    def complete(self, above: str, below: str = "", path: str = "untitled.py") -> str:
        """The text that belongs between the two; `path` determines the language. "" if there is nothing to
        suggest.
        """
        language = language_of("", path)
        lsp_id = language.lsp_ids[0] if language else "plaintext"
        document = Document(f"untitled:{path}", above + below, lsp_id, path)  # it need not be on the disk
        found = self._loop.run(self._completer.complete(document, len(above), automatic=False))
        self._completer.forget(document.uri)
        return inserted(found, document.text) if found else ""

    def chat(self, *messages: str) -> Iterator[str]:
        """The answer as it streams, without what the model thinks.

        One message is a question; more are a conversation: yours, the model's, yours …
        """
        turns = tuple(
            ChatMessage("assistant" if index % 2 else "user", text) for index, text in enumerate(messages)
        )
        settings = self._settings.chat
        request = chat_request("", turns, settings.max_tokens, settings.temperature, think=settings.think)
        stream = self._backend.generate(request)
        try:
            while not isinstance(event := self._loop.run(anext(stream)), Finished):
                if event.part == "text":
                    yield event.text
        finally:
            self._loop.run(stream.aclose())

    def close(self) -> None:
        self._loop.run(self._backend.close())
        self._loop.close()

    def __enter__(self) -> "Hearth":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
