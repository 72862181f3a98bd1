from lsprotocol import types as lsp

from hearth.lsp_server.hearth import Hearth


def handle(ls: Hearth, params: lsp.DidCloseTextDocumentParams) -> None:
    ls.forget(params.text_document.uri)
