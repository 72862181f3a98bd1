from typing import Any

from hearth.lsp_server import convert
from hearth.lsp_server.params import PartlyAcceptedParams, read
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: Any) -> None:
    """`{item, acceptedLength}`: a word or a line of a suggestion was taken; UTF-16 units from its beginning."""
    partly = read(params, PartlyAcceptedParams)
    text, length = partly.item.text, partly.accepted_length
    if text:
        length = convert.code_points(text, length, "utf-16")
    ls.stats.tracker.partly_accepted(partly.item.id, text, length)
