import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hearth.lsp_server.hearth import Hearth

if TYPE_CHECKING:
    from hearth.engine.context.documents import Document


def handle(ls: Hearth, params: lsp.DidOpenTextDocumentParams) -> None:
    """Take the document at once; a file that is opened will be edited, so have the model loaded meanwhile."""
    document = ls.open(params.text_document)
    if document is not None and not ls.is_off(document):
        ls.in_background(_wake(ls))
        ls.in_background(_prepare(document))


async def _prepare(document: "Document") -> None:
    from hearth.engine.context import prepare

    await asyncio.to_thread(prepare, document)


async def _wake(ls: Hearth) -> None:
    if ls.loading is not None:
        await asyncio.wait({ls.loading})
    await (await ls.completer()).wake()
