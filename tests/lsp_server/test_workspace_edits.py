"""Edits as each kind of client can take them."""

from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types as lsp

from hearth.engine.code_actions.edits import Edit, applied
from hearth.engine.context.documents import Document
from hearth.lsp_server import convert, workspace_edits
from hearth.lsp_server.capabilities import resolve

TEXT = 'one = "äö"\ntwo = 2\n\nthree = 3'


def of_document(workspace: Any, *edits: Edit) -> lsp.WorkspaceEdit:
    capabilities = lsp.ClientCapabilities(workspace=workspace)
    client = SimpleNamespace(can=resolve(capabilities, ""), encoding="utf-16")
    server: Any = SimpleNamespace(client=client)
    return workspace_edits.of_document(server, Document("u", TEXT), 1, edits, lsp.ChangeAnnotation("x"))


@pytest.mark.parametrize(
    "edits",
    [
        (Edit(9, 9, "ü"),),
        (Edit(0, 3, "eins"), Edit(17, 18, "22")),
        (Edit(11, 19, ""),),  # a whole line
        (Edit(19, 19, "new\n"),),
        (Edit(len(TEXT), len(TEXT), "0"),),
    ],
)
def test_a_client_that_says_nothing_of_edits_gets_one_of_whole_lines(edits: tuple[Edit, ...]) -> None:
    (edit,) = (of_document(lsp.WorkspaceClientCapabilities(), *edits).changes or {})["u"]
    document = Document("u", TEXT)
    start, end = (convert.offset_at(document, at, "utf-16") for at in (edit.range.start, edit.range.end))
    assert edit.range.start.character == 0
    assert edit.range.end.character == 0 or end == len(TEXT)
    assert TEXT[:start] + edit.new_text + TEXT[end:] == applied(TEXT, edits)


def test_other_clients_get_them_as_small_as_they_are() -> None:
    able = lsp.WorkspaceClientCapabilities(workspace_edit=lsp.WorkspaceEditClientCapabilities())
    (edit,) = (of_document(able, Edit(9, 9, "ü")).changes or {})["u"]
    assert (edit.range.start, edit.new_text) == (lsp.Position(0, 9), "ü")
