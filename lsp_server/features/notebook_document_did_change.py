from lsprotocol import types as lsp

from hearth.lsp_server.session import Server


def handle(ls: Server, params: lsp.DidChangeNotebookDocumentParams) -> None:
    """Cells come, go and move, and what is typed in one is a change of its document."""
    cells = params.change.cells
    if cells is None:
        return
    if cells.structure is not None:
        for item in cells.structure.did_open or ():
            ls.pass_on(lsp.TEXT_DOCUMENT_DID_OPEN, lsp.DidOpenTextDocumentParams(item))
        for closed in cells.structure.did_close or ():
            ls.pass_on(lsp.TEXT_DOCUMENT_DID_CLOSE, lsp.DidCloseTextDocumentParams(closed))
        ls.notebooks.change(params.notebook_document.uri, cells.structure.array)
    for content in cells.text_content or ():
        change = lsp.DidChangeTextDocumentParams(content.document, content.changes)
        ls.pass_on(lsp.TEXT_DOCUMENT_DID_CHANGE, change)
