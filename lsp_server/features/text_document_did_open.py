import asyncio

from lsprotocol import types as lsp

from hearth.engine.context.documents import Document
from hearth.engine.context.gathering import prepare
from hearth.lsp_server.session import Server


def handle(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
    """Take the document at once; a file that is opened will be edited, so have the model loaded meanwhile."""
    document = ls.documents.open(params.text_document)
    ls.background.start(_index(ls))
    if document is not None and not ls.is_off(document):
        ls.background.start(_wake(ls))
        ls.background.start(_prepare(document))


async def _prepare(document: Document) -> None:
    await asyncio.to_thread(prepare, document)


async def _index(ls: Server) -> None:
    await ls.loaded()
    ls.indexing.begin()


async def _wake(ls: Server) -> None:
    await (await (await ls.engine()).completer()).wake()
