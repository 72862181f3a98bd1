"""Notebooks that a client keeps in step: a cell is completed with the cells above it as the text above."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from tests.e2e.editor import Editor, editor

SETTINGS = {"completion": {"backend": "scripted", "model": "sum(prices)"}}
BOOK = "file:///project/shop.ipynb"
CODE, MARKUP = lsp.NotebookCellKind.Code, lsp.NotebookCellKind.Markup


@dataclass
class Book:
    editor: Editor
    version: int = 1

    def open(self, *texts: str, languages: dict[int, str] | None = None) -> None:
        languages = languages or {}
        items = [
            lsp.TextDocumentItem(uri(index), languages.get(index, "python"), 1, text)
            for index, text in enumerate(texts)
        ]
        cells = [lsp.NotebookCell(MARKUP if item.language_id == "markdown" else CODE, item.uri) for item in items]
        book = lsp.NotebookDocument(BOOK, "jupyter-notebook", 1, cells)
        self.editor.client.notebook_document_did_open(lsp.DidOpenNotebookDocumentParams(book, items))

    def change(self, changes: lsp.NotebookDocumentCellChanges) -> None:
        self.version += 1
        book = lsp.VersionedNotebookDocumentIdentifier(self.version, BOOK)
        event = lsp.NotebookDocumentChangeEvent(cells=changes)
        self.editor.client.notebook_document_did_change(lsp.DidChangeNotebookDocumentParams(book, event))

    async def above(self, index: int, line: int = 0) -> str:
        """What the model is shown above that line of a cell."""
        shown = await self.inspect(index, line)
        return "".join(piece.text for piece in shown.pieces if piece.source == "above")

    async def inspect(self, index: int, line: int = 0) -> Any:
        params = {"textDocument": {"uri": uri(index)}, "position": {"line": line, "character": 0}}
        return await self.editor.client.protocol.send_request_async("hearth/inspect", params)


def uri(index: int) -> str:
    return f"vscode-notebook-cell:/project/shop.ipynb#W{index}"


async def test_the_cells_above_are_the_text_above_and_those_below_are_not(tmp_path: Path) -> None:
    async with editor(SETTINGS, tmp_path) as ed:
        book = Book(ed)
        book.open("prices = [1, 2]", "# Totals", "tax = 0.2\ntotal = ", "late = 3", languages={1: "markdown"})
        assert await book.above(2, line=1) == "prices = [1, 2]\n\ntax = 0.2\n"
        assert await book.above(0) == ""


async def test_a_cell_is_completed_and_what_is_typed_in_another_is_known_at_once(tmp_path: Path) -> None:
    async with editor(SETTINGS, tmp_path) as ed:
        book = Book(ed)
        book.open("prices = [1]", "total = ")
        ed.go_back(uri(1), "total = ‸", version=1)
        assert await ed.ghost() == "sum(prices)"
        edit = lsp.TextDocumentContentChangePartial(lsp.Range(lsp.Position(0, 11), lsp.Position(0, 11)), ", 2, 3")
        first = lsp.VersionedTextDocumentIdentifier(version=2, uri=uri(0))
        content = lsp.NotebookDocumentCellContentChanges(first, [edit])
        book.change(lsp.NotebookDocumentCellChanges(text_content=[content]))
        assert await book.above(1) == "prices = [1, 2, 3]\n\n"
        assert await ed.ghost() == "sum(prices)"


async def test_cells_that_come_go_and_move_are_where_they_are(tmp_path: Path) -> None:
    async with editor(SETTINGS, tmp_path) as ed:
        book = Book(ed)
        book.open("a = 1", "b = 2", "c = ")
        new = lsp.NotebookCell(CODE, uri(9))
        structure = lsp.NotebookDocumentCellChangeStructure(
            lsp.NotebookCellArrayChange(0, 1, [new]),
            did_open=[lsp.TextDocumentItem(uri(9), "python", 1, "z = 0")],
            did_close=[lsp.TextDocumentIdentifier(uri(0))],
        )
        book.change(lsp.NotebookDocumentCellChanges(structure=structure))
        assert await book.above(2) == "z = 0\n\nb = 2\n\n"
        assert await book.inspect(0) is None, "it is closed"
        moved = lsp.NotebookCellArrayChange(0, 2, [lsp.NotebookCell(CODE, uri(1)), new])
        book.change(lsp.NotebookDocumentCellChanges(structure=lsp.NotebookDocumentCellChangeStructure(moved)))
        assert await book.above(2) == "b = 2\n\nz = 0\n\n"


async def test_a_closed_notebook_leaves_nothing(tmp_path: Path) -> None:
    async with editor(SETTINGS, tmp_path) as ed:
        book = Book(ed)
        book.open("a = 1", "b = ")
        cells = [lsp.TextDocumentIdentifier(uri(0)), lsp.TextDocumentIdentifier(uri(1))]
        closed = lsp.NotebookDocumentIdentifier(BOOK)
        ed.client.notebook_document_did_close(lsp.DidCloseNotebookDocumentParams(closed, cells))
        assert await book.inspect(1) is None
        book.open("c = 1", "d = ")
        assert await book.above(1) == "c = 1\n\n"


async def test_a_key_in_a_cell_above_is_hidden_and_a_definition_there_is_shown_once(tmp_path: Path) -> None:
    async with editor(SETTINGS, tmp_path) as ed:
        book = Book(ed)
        key = "AKIA" + "IOSFODNN7" + "EXAMPLQ"
        book.open(f"key = '{key}'", "def tax(amount):\n    return amount * 0.2", "total = tax(1)\nbill = ")
        shown = await book.inspect(2, line=1)
        assert key not in shown.prompt and "key = '" in shown.prompt
        assert shown.prompt.count("def tax(amount)") == 1
