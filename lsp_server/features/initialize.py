from lsprotocol import types as lsp

from hearth.lsp_server.hearth import Hearth


def handle(ls: Hearth, params: lsp.InitializeParams) -> None:
    """Take the settings that come with the request; nothing heavy happens before the answer is out."""
    ls.client_name = params.client_info.name if params.client_info else ""
    ls.configure(params.initialization_options, "initializationOptions")
