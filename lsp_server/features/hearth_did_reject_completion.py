from typing import Any

from lsp_server.hearth import Hearth
from lsp_server.params import ItemParams, read


async def handle(ls: Hearth, params: Any) -> None:
    """`{item}`: the user dismissed what was shown; it does not come again at that place."""
    life = ls.usage.tracker.rejected(read(params, ItemParams).item.id)
    document = ls.documents.get(life.offer.uri) if life else None
    if life is None or document is None:
        return
    offset, rest = life.rest
    (await ls.completer()).reject(document, offset, rest)
