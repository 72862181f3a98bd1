"""Hearth as an editor uses it: the language server over stdio, the model in its host process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from tests.benchmarks.engines import Buffer, Suggestion
from tests.e2e.editor import MARK, Editor, editor
from tests.hosts import stop_host

_LOAD_SECONDS = 300.0


@asynccontextmanager
async def running(model: str, home: Path, threads: int = 0) -> AsyncIterator["Hearth"]:
    """A server with its model loaded; the host has gone when this is left."""
    async with session(model, home, threads=threads) as ed:
        yield Hearth(ed)


@asynccontextmanager
async def session(model: str, home: Path, threads: int = 0, **completion: object) -> AsyncIterator[Editor]:
    """An editor whose server has the model loaded; `completion` are settings of that section."""
    settings = {"completion": {"model": model, **completion}, "host": {"threads": threads}}
    async with connected(settings, home) as ed:
        yield ed


@asynccontextmanager
async def connected(
    settings: dict[str, Any],
    home: Path,
    folders: tuple[Path, ...] = (),
    experimental: dict[str, Any] | None = None,
) -> AsyncIterator[Editor]:
    """An editor with these folders and features, whose server has the model of `settings` loaded."""
    try:
        async with editor(settings, home, folders=folders, experimental=experimental) as ed:
            ed.open(f"{MARK}\n", "load_the_model.py")
            await ed.until("ready", _LOAD_SECONDS)
            yield ed
    finally:
        stop_host(home)


@dataclass
class Hearth:
    _editor: Editor
    _versions: dict[str, int] = field(default_factory=dict)  # of the documents that are open

    async def open(self, buffer: Buffer) -> None:
        """Open it, or go back to it."""
        uri = self._editor.uri_of(buffer.name)
        if uri in self._versions:
            self._editor.go_back(uri, f"{buffer.above}{MARK}{buffer.below}", self._versions[uri])
            return
        self._editor.open(f"{buffer.above}{MARK}{buffer.below}", buffer.name, buffer.language)
        self._versions[uri] = self._editor.version

    async def rest(self, buffer: Buffer) -> None:
        place = self._editor.at(self._editor.cursor)
        self._editor.client.protocol.notify(
            "textDocument/didFocus",
            {
                "textDocument": {"uri": self._editor.uri},
                "position": {"line": place.line, "character": place.character},
            },
        )

    async def typed(self, buffer: Buffer, text: str) -> None:
        self._editor.type(text)
        self._versions[self._editor.uri] = self._editor.version

    async def ask(self, buffer: Buffer) -> Suggestion:
        return Suggestion(await self._editor.ghost())

    async def leave(self, buffer: Buffer) -> None:
        del self._versions[self._editor.uri]
        close(self._editor)


def close(ed: Editor) -> None:
    ed.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(ed.uri)))
