from lsprotocol import types as lsp

from hearth.engine.errors import HearthError
from hearth.lsp_server import rewriting
from hearth.lsp_server.session import Server


def unchanged(action: lsp.CodeAction) -> lsp.CodeAction:
    return action


async def handle(ls: Server, action: lsp.CodeAction) -> lsp.CodeAction:
    """Ask the model. Without an edit that is safe the action comes back without one, and a message says why."""
    if action.command is not None or action.data is None:
        return action
    try:
        action.edit = await rewriting.edit_for(ls, rewriting.wanted(ls, action.data))
    except HearthError as error:
        ls.client.show_message(str(error))
    return action
