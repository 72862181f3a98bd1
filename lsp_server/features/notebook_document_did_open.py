from lsprotocol import types as lsp

from hearth.lsp_server.session import Server


def handle(ls: Server, params: lsp.DidOpenNotebookDocumentParams) -> None:
    """Each cell is opened like a document; then the notebook knows what stands above it."""
    for item in params.cell_text_documents:
        ls.pass_on(lsp.TEXT_DOCUMENT_DID_OPEN, lsp.DidOpenTextDocumentParams(item))
    ls.notebooks.add(params.notebook_document.uri, list(params.notebook_document.cells))
