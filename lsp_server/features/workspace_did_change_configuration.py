from lsprotocol import types as lsp

from hearth.lsp_server.session import Server


async def handle(ls: Server, params: lsp.DidChangeConfigurationParams) -> None:
    """Take the settings out of the notification, or ask for them when the client only says that they changed."""
    if params.settings:
        ls.configuration.take(params.settings, "the editor's settings")
    else:
        await ls.configuration.pull()
