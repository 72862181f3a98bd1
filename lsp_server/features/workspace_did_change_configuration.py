from lsprotocol import types as lsp

from hearth.lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: lsp.DidChangeConfigurationParams) -> None:
    """Take the settings out of the notification, or ask for them when the client only says that they changed."""
    if params.settings:
        ls.configure(params.settings, "the editor's settings")
    else:
        await ls.pull_settings()
