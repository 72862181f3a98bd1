from lsprotocol import types as lsp

from hearth.lsp_server.session import Server


def handle(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
    ls.documents.forget(params.text_document.uri)
