from lsprotocol import types as lsp

from hearth.lsp_server.session import Server


def handle(ls: Server, params: lsp.DidCloseNotebookDocumentParams) -> None:
    ls.notebooks.drop(params.notebook_document.uri)
    for cell in params.cell_text_documents:
        ls.pass_on(lsp.TEXT_DOCUMENT_DID_CLOSE, lsp.DidCloseTextDocumentParams(cell))
