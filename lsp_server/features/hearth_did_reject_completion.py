from typing import Any

from hearth.lsp_server.params import ItemParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> None:
    """`{item}`: the user dismissed what was shown; it does not come again at that place."""
    life = ls.stats.tracker.rejected(read(params, ItemParams).item.id)
    document = ls.documents.get(life.offer.uri) if life else None
    if life is None or document is None:
        return
    offset, rest = life.rest
    if (missing := life.offer.given - life.there) > 0:  # that much of the entry of the editor's menu
        document = document.variant(offset, offset, rest[:missing])
        offset, rest = offset + missing, rest[missing:]
    (await (await ls.engine()).completer()).reject(document, offset, rest)
