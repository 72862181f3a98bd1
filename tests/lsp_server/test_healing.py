"""A document that we fail to open or to change: told once, and the client's text again with the next change."""

import hashlib
import random
from collections.abc import Callable
from typing import Any

import pytest
from lsprotocol import types as lsp

from hearth.engine.context import documents
from hearth.engine.context.documents import Document
from hearth.engine.context.recent import RecentEdits
from hearth.engine.stats.tracker import Tracker
from hearth.lsp_server import convert, healing
from hearth.lsp_server.documents import Documents
from tests.reliability import fuzz_lsp

URI = "file:///project/one.py"
TEXT = "one\nt😀o\r\nthr\x0cee\rfour\u2028five"


def opened(client: fuzz_lsp.Client, text: str = TEXT, version: int = 1) -> None:
    item = {"uri": URI, "languageId": "python", "version": version, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": item})


def changed(client: fuzz_lsp.Client, line: int, start: int, end: int, text: str, version: int) -> None:
    where = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
    identifier = {"uri": URI, "version": version}
    client.notify(
        "textDocument/didChange", {"textDocument": identifier, "contentChanges": [{"range": where, "text": text}]}
    )


async def ours(client: fuzz_lsp.Client) -> Any:
    """(version, whether the text is that one), or None."""
    client.request("hearth/digest", {"textDocument": {"uri": URI}})
    await client.settle()
    return client.last["result"]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def told(client: fuzz_lsp.Client) -> list[str]:
    return [each for each in client.server.client._shown if "one.py" in each]


class Broken:
    """Raises as long as it is on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, where: Any, name: str) -> None:
        self.is_on, self._real = True, getattr(where, name)
        monkeypatch.setattr(where, name, self._called(self._real))

    def _called(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            if self.is_on:
                raise RuntimeError("nobody expected this")
            return real(*arguments, **more)

        return call


@pytest.mark.parametrize(
    ("where", "name"),
    [(Documents, "open"), (Documents, "_judge"), (documents.Document, "__init__")],
)
async def test_a_document_that_was_not_opened_is_there_with_its_next_change(
    where: Any, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = await fuzz_lsp.started()
    broken = Broken(monkeypatch, where, name)
    opened(client)
    changed(client, 1, 1, 3, "w", version=2)
    changed(client, 1, 3, 3, "!", version=3)
    assert await ours(client) is None
    assert len(told(client)) == 1
    broken.is_on = False
    changed(client, 0, 0, 0, "# ", version=4)
    text = "# one\ntwo!\r\nthr\x0cee\rfour\u2028five"
    assert await ours(client) == {"version": 4, "sha256": digest(text)}
    assert len(told(client)) == 1
    assert sum(bool(record.exc_info) for record in caplog.records) == 2, "not a traceback for each key"


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (Document, "apply"),
        (Tracker, "edited"),
        (RecentEdits, "note"),
        (convert, "offset_at"),
        (Documents, "mark_desynced"),
    ],
)
async def test_a_change_that_was_not_made_is_made_all_the_same(
    where: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await fuzz_lsp.started()
    opened(client)
    broken = Broken(monkeypatch, where, name)
    changed(client, 1, 1, 3, "w", version=2)
    changed(client, 1, 3, 3, "!", version=2 if name == "mark_desynced" else 3)
    broken.is_on = False
    changed(client, 0, 0, 0, "# ", version=4)
    if name != "offset_at":  # without which no place in the text can be known
        assert (await ours(client))["sha256"] == digest("# one\ntwo!\r\nthr\x0cee\rfour\u2028five")
    client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert await ours(client) is None
    opened(client, "new\n")
    assert (await ours(client))["sha256"] == digest("new\n")


async def test_a_document_whose_closing_fails_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    client = await fuzz_lsp.started()
    opened(client)
    broken = Broken(monkeypatch, Tracker, "closed")
    client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert await ours(client) is None
    assert len(told(client)) == 1
    broken.is_on = False
    opened(client, "new\n")
    assert (await ours(client))["sha256"] == digest("new\n")


async def test_a_document_that_is_broken_is_closed_and_opened_like_any(monkeypatch: pytest.MonkeyPatch) -> None:
    client = await fuzz_lsp.started()
    broken = Broken(monkeypatch, Documents, "open")
    opened(client)
    client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert not client.server.documents.broken
    broken.is_on = False
    changed(client, 0, 0, 0, "x", version=2)
    assert await ours(client) is None, "it is closed"


async def test_a_save_heals_too(monkeypatch: pytest.MonkeyPatch) -> None:
    client = await fuzz_lsp.started()
    broken = Broken(monkeypatch, Documents, "open")
    opened(client)
    broken.is_on = False
    client.notify("textDocument/didSave", {"textDocument": {"uri": URI}, "text": "saved\n"})
    assert (await ours(client))["sha256"] == digest("saved\n")


async def test_a_file_with_secrets_stays_one_when_it_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    client = await fuzz_lsp.started()
    broken = Broken(monkeypatch, Documents, "_judge")
    uri = "file:///project/.env"
    item = {"uri": uri, "languageId": "plaintext", "version": 1, "text": "KEY=1\n"}
    client.notify("textDocument/didOpen", {"textDocument": item})
    assert client.server.documents.get(uri) is None
    broken.is_on = False
    change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "KEY=2\n"}]}
    client.notify("textDocument/didChange", change)
    document = client.server.documents.get(uri)
    assert document is not None and client.server.documents.is_secret(document)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_text_alone_and_a_document_are_changed_alike(encoding: str) -> None:
    rng = random.Random(1)
    for _ in range(300):
        text = "".join(rng.choice("ab😀é\n\r\x0c") for _ in range(rng.randrange(12)))
        change = lsp.TextDocumentContentChangePartial(
            lsp.Range(*(lsp.Position(rng.randrange(6), rng.randrange(9)) for _ in range(2))),
            rng.choice(["", "x\r", "\n😀"]),
        )
        document = Document("u", text)
        start, end = (
            convert.offset_at(document, each, encoding) for each in (change.range.start, change.range.end)
        )
        document.apply(start, max(start, end), change.text)
        params = lsp.DidChangeTextDocumentParams(lsp.VersionedTextDocumentIdentifier(2, "u"), [change])
        after = healing.after(healing.Text("python", 1, text), params, encoding)
        assert after is not None and after.text == document.text
