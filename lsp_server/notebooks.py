"""The notebooks: which cells each has, in which order. A cell is a document that goes on what stands above it.

A client that keeps notebooks in step tells the order; of others the cells are documents without one.
"""

from functools import partial

from lsprotocol import types as lsp

from hearth.lsp_server.documents import Documents

_MOST = 20_000  # characters above a cell; no model is shown more


class Notebooks:
    """All methods run on the event loop."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._cells: dict[str, list[str]] = {}  # the URIs of each notebook's cells

    def add(self, uri: str, cells: list[lsp.NotebookCell]) -> None:
        self._cells[uri] = [each.document for each in cells]
        self._place(uri)

    def change(self, uri: str, change: lsp.NotebookCellArrayChange) -> None:
        """Some cells took the place of others."""
        new = [each.document for each in change.cells or ()]
        self._cells.setdefault(uri, [])[change.start : change.start + change.delete_count] = new
        self._place(uri)

    def drop(self, uri: str) -> None:
        self._cells.pop(uri, None)

    def above(self, notebook: str, cell: str) -> str:
        """The text of the cells above, of the same language, with an empty line behind each."""
        document, cells = self._documents.get(cell), self._cells.get(notebook, [])
        if document is None or cell not in cells:
            return ""
        texts, left = [], _MOST
        for uri in reversed(cells[: cells.index(cell)]):
            other = self._documents.get(uri)
            if other is None or other.language != document.language or self._documents.is_secret(other):
                continue
            if left <= 0 or not other.text.strip():
                continue
            texts.append(other.text[-left:].rstrip() + "\n\n")
            left -= len(other.text)
        return "".join(reversed(texts))

    def _place(self, notebook: str) -> None:
        """Each cell knows where to ask for what stands above it."""
        for cell in self._cells[notebook]:
            if (document := self._documents.get(cell)) is not None:
                document.above = partial(self.above, notebook, cell)
