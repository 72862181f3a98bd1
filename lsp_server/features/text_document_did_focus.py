from typing import Any

from hearth.lsp_server.params import FocusParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> None:
    """The cursor rests in this document, `{textDocument, position?}`: prepare for a completion there."""
    focus = read(params, FocusParams)
    document = ls.documents.get(focus.text_document.uri) if focus.text_document else None
    if document is None or ls.is_off(document):
        return
    engine = await ls.engine()
    completer = await engine.completer()
    if focus.position is None:
        await completer.wake()
        return
    offset = ls.documents.offset(document, focus.position.as_lsp())
    ls.look_for_members(document, offset)

    async def rest(anew: bool) -> None:
        await completer.rest(document, offset, anew)

    if ls.settings.context.enabled:
        await engine.language_servers.look(document, offset, rest)
    else:
        await rest(False)
