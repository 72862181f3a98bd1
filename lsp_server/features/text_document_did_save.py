from lsprotocol import types as lsp

from hearth.lsp_server.session import Server


def handle(ls: Server, params: lsp.DidSaveTextDocumentParams) -> None:
    """A save brings the text: the one time that any client tells it after opening."""
    ls.files_changed([params.text_document.uri])
    document = ls.documents.get(params.text_document.uri)
    if document is not None and params.text is not None:
        ls.documents.resync(document, params.text)
