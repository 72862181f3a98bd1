"""Our text of a document against the editor's: doubt is noticed, and the texts agree again."""

import hashlib
from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types as lsp

from hearth.engine.context.documents import Document
from hearth.lsp_server.capabilities import Capabilities
from hearth.lsp_server.documents import Documents, reason_to_doubt
from tests.reliability import fuzz_lsp
from tests.reliability.fuzz_lsp import WITNESS

TEXT = "one\nt😀o\nthree"


def change(start: tuple[int, int], end: tuple[int, int], length: int | None = None, version: int = 6) -> Any:
    where = lsp.Range(lsp.Position(*start), lsp.Position(*end))
    return lsp.DidChangeTextDocumentParams(
        lsp.VersionedTextDocumentIdentifier(version=version, uri="u"),
        [lsp.TextDocumentContentChangePartial(where, "x", range_length=length)],
    )


@pytest.mark.parametrize(
    "params",
    [
        change((0, 0), (0, 3), 3),
        change((0, 0), (0, 999)),  # a column past the end means the end
        change((0, 0), (3, 0)),  # the line after the last one means the end of the text
        change((1, 0), (1, 4), 4),  # UTF-16
        change((1, 0), (1, 4), 3),  # some clients count characters
        change((1, 0), (1, 0), 0, version=60),  # versions may leap
    ],
)
def test_what_the_protocol_allows_raises_no_doubt(params: Any) -> None:
    assert reason_to_doubt(Document("u", TEXT, version=5), params, "utf-16") == ""


@pytest.mark.parametrize(
    ("params", "why"),
    [
        (change((0, 0), (9, 0)), "line 9 of 3"),
        (change((0, 2), (0, 1)), "ends before it starts"),
        (change((0, 0), (0, 3), 7), "of 7 characters where there are 3"),
        (change((0, 0), (0, 0), version=5), "version 5 came after version 5"),
    ],
)
def test_what_cannot_have_been_made_to_our_text_raises_doubt(params: Any, why: str) -> None:
    assert why in reason_to_doubt(Document("u", TEXT, version=5), params, "utf-16")


async def out_of_step(able: bool) -> fuzz_lsp.Client:
    """A server that has seen a change it could not have made, and whose text is "x"."""
    client = await fuzz_lsp.started(experimental={"hearth": {"documentText": able}})
    far = {"start": {"line": 9, "character": 0}, "end": {"line": 9, "character": 0}}
    document = {"uri": WITNESS, "version": 2}
    client.reply_with = {"text": "the client's", "version": 2}
    client.notify(
        "textDocument/didChange", {"textDocument": document, "contentChanges": [{"range": far, "text": "x"}]}
    )
    return client


async def digest(client: fuzz_lsp.Client) -> Any:
    id = client.request("hearth/digest", {"textDocument": {"uri": WITNESS}})
    await client.settle()
    assert client.last["id"] == id
    return client.last["result"]["sha256"]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def test_a_save_puts_the_text_right(caplog: pytest.LogCaptureFixture) -> None:
    client = await out_of_step(able=False)
    assert await digest(client) == sha("x")
    client.notify("textDocument/didSave", {"textDocument": {"uri": WITNESS}, "text": "the client's"})
    assert await digest(client) == sha("the client's")
    assert sum("out of step" in record.message for record in caplog.records) == 2


async def test_a_client_that_can_be_asked_is_asked_at_once() -> None:
    client = await out_of_step(able=True)
    await client.until_replied("hearth/documentText")
    assert await digest(client) == sha("the client's")


async def test_a_change_that_cannot_be_read_raises_doubt() -> None:
    client = await fuzz_lsp.started()
    client.notify("textDocument/didChange", {"textDocument": {"uri": WITNESS, "version": 2}, "contentChanges": 7})
    assert client.server.documents.desynced == {WITNESS}


async def test_the_text_of_another_version_is_not_taken() -> None:
    async def older(uri: str) -> tuple[str, int]:
        return "older", 4

    client: Any = SimpleNamespace(can=Capabilities(), text_of=older)
    ours: Any = SimpleNamespace()  # nothing of it is used here
    documents = Documents(client, ours, ours, lambda uri: None)
    document = documents.open(lsp.TextDocumentItem("untitled:u", "python", 5, "ours"))
    assert document is not None
    documents.mark_desynced(document.uri)
    await documents.ask_for_text(document.uri)
    assert document.text == "ours" and documents.desynced == {document.uri}


async def test_a_save_is_announced_with_its_text() -> None:
    client = await fuzz_lsp.started()
    assert client.capabilities["textDocumentSync"]["save"] == {"includeText": True}
