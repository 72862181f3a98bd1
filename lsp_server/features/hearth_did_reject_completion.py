from typing import Any

from hearth.lsp_server.params import ItemParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> None:
    """`{item}`: the user dismissed what was shown; it does not come again at that place."""
    tracked = ls.stats.tracker.rejected(read(params, ItemParams).item.id)
    document = ls.documents.get(tracked.offer.uri) if tracked else None
    if tracked is None or document is None:
        return
    offset, rest = tracked.rest
    if (missing := tracked.offer.given - tracked.there) > 0:  # that much of the entry of the editor's menu
        document = document.variant(offset, offset, rest[:missing])
        offset, rest = offset + missing, rest[missing:]
    (await (await ls.engine()).completer()).reject(document, offset, rest)
