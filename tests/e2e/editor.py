"""A small editor for tests: opens text with a cursor mark `‸`, types, asks, accepts; it keeps its own text.

Built on pytest-lsp's client, whose own capabilities are older than inline completion.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient

from tests.waiting import until

SERVER = [sys.executable, "-P", "-m", "hearth.lsp_server.cli", "serve"]
MARK = "‸"
PATIENCE = 60.0  # seconds until an answer is given up that surely comes; what is right does not depend on it
Encoding = lsp.PositionEncodingKind


@dataclass
class Editor:
    client: LanguageClient
    encoding: Encoding
    capabilities: lsp.ServerCapabilities = field(default_factory=lsp.ServerCapabilities)
    statuses: list[Any] = field(default_factory=list)
    uri: str = ""
    text: str = ""
    cursor: int = 0
    version: int = 0
    answers: int = 0

    def open(self, marked: str, name: str = "sample.py", language: str = "python") -> None:
        """Open a document; `‸` marks the cursor."""
        self.go_back(self.uri_of(name), marked, version=1)
        item = lsp.TextDocumentItem(self.uri, language, 1, self.text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    def go_back(self, uri: str, marked: str, version: int) -> None:
        """To a document that is open already and has that text by now."""
        self.cursor = marked.index(MARK)
        self.text = marked.replace(MARK, "", 1)
        self.uri, self.version = uri, version

    def uri_of(self, name: str) -> str:
        return Path("/project", name).as_uri()

    def close(self) -> None:
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(self.uri)))

    def type(self, text: str) -> None:
        """Insert at the cursor, as one edit."""
        self.replace(self.cursor, self.cursor, text)

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace a range and put the cursor behind it."""
        change = lsp.TextDocumentContentChangePartial(lsp.Range(self.at(start), self.at(end)), text)
        self.text = self.text[:start] + text + self.text[end:]
        self.cursor = start + len(text)
        self.version += 1
        document = lsp.VersionedTextDocumentIdentifier(version=self.version, uri=self.uri)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

    async def ask(self, automatic: bool = True) -> lsp.InlineCompletionItem | None:
        """The first suggestion at the cursor; None for none."""
        answer = await self.request(automatic)
        return answer.items[0] if answer and answer.items else None

    async def ghost(self, automatic: bool = True) -> str:
        item = await self.ask(automatic)
        return str(item.insert_text) if item else ""

    async def request(self, automatic: bool = True, selected: lsp.SelectedCompletionInfo | None = None) -> Any:
        """`selected` is the entry of a menu that is open."""
        kinds = lsp.InlineCompletionTriggerKind
        answer = await self.client.text_document_inline_completion_async(
            lsp.InlineCompletionParams(
                lsp.InlineCompletionContext(kinds.Automatic if automatic else kinds.Invoked, selected),
                lsp.TextDocumentIdentifier(self.uri),
                self.at(self.cursor),
            )
        )
        self.answers += 1
        return answer

    async def complete(self) -> Any:
        """`textDocument/completion`, for a client without inline completion."""
        params = lsp.CompletionParams(lsp.TextDocumentIdentifier(self.uri), self.at(self.cursor))
        return await self.client.text_document_completion_async(params)

    def accept(self, item: lsp.InlineCompletionItem) -> None:
        assert item.range is not None
        self.replace(self.offset(item.range.start), self.offset(item.range.end), str(item.insert_text))

    def at(self, offset: int) -> lsp.Position:
        line = self.text.count("\n", 0, offset)
        start = self.text.rfind("\n", 0, offset) + 1
        return lsp.Position(line, self._units(self.text[start:offset]))

    def offset(self, position: lsp.Position) -> int:
        lines = self.text.split("\n")
        start = sum(len(line) + 1 for line in lines[: position.line])
        units, index = 0, 0
        while units < position.character:
            units += self._units(lines[position.line][index])
            index += 1
        return start + index

    async def until(self, kind: str, seconds: float = PATIENCE) -> None:
        """Wait for a `hearth/status` of that kind."""
        try:
            await until(lambda: any(status.kind == kind for status in self.statuses), kind, seconds)
        except AssertionError as error:
            raise AssertionError(f"no status {kind!r} came; there were {self.statuses}") from error

    @property
    def messages(self) -> list[str]:
        return [message.message for message in self.client.messages]

    def _units(self, text: str) -> int:
        codec = {Encoding.Utf8: "utf-8", Encoding.Utf16: "utf-16-le", Encoding.Utf32: "utf-32-le"}[self.encoding]
        width = {Encoding.Utf8: 1, Encoding.Utf16: 2, Encoding.Utf32: 4}[self.encoding]
        return len(text.encode(codec)) // width


def patient(settings: dict[str, Any] | None) -> dict[str, Any]:
    """With a deadline that no busy machine misses, unless the settings name one."""
    settings = settings or {}
    completion = {**settings.get("completion", {})}
    completion.setdefault("deadline_ms", int(1000 * PATIENCE))
    return {**settings, "completion": completion}


@asynccontextmanager
async def editor(
    settings: dict[str, Any] | None = None,
    home: Path | None = None,
    *,
    inline: bool = True,
    encoding: Encoding = Encoding.Utf16,
    env: dict[str, str] | None = None,
    folders: tuple[Path, ...] = (),
    configuration: dict[str, Any] | None = None,
    experimental: dict[str, Any] | None = None,
    client_name: str = "test",
) -> AsyncIterator[Editor]:
    """A running server with one client. `configuration` is what it answers to `workspace/configuration`."""
    where = {**os.environ, **({"HEARTH_HOME": str(home)} if home else {}), **(env or {})}
    client: Any = await ClientServerConfig(SERVER, server_env=where).start()
    editor = Editor(client, encoding)
    client.feature("hearth/status")(lambda params: editor.statuses.append(params))
    if configuration is not None:
        client.set_configuration(configuration, section="hearth")
    capabilities = lsp.ClientCapabilities(
        general=lsp.GeneralClientCapabilities(position_encodings=[encoding]),
        window=lsp.WindowClientCapabilities(work_done_progress=True),
        workspace=lsp.WorkspaceClientCapabilities(configuration=configuration is not None),
        text_document=lsp.TextDocumentClientCapabilities(
            inline_completion=lsp.InlineCompletionClientCapabilities() if inline else None
        ),
        experimental=experimental,
    )
    result = await client.initialize_session(
        lsp.InitializeParams(
            capabilities=capabilities,
            client_info=lsp.ClientInfo(client_name),
            initialization_options=patient(settings),
            workspace_folders=[lsp.WorkspaceFolder(path.as_uri(), path.name) for path in folders],
        )
    )
    assert result.capabilities.position_encoding == encoding
    editor.capabilities = result.capabilities
    try:
        yield editor
    finally:
        await client.shutdown_session()
        await client.stop()
