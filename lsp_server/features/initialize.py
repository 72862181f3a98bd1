from lsprotocol import types as lsp

from hearth.lsp_server.session import Server


def handle(ls: Server, params: lsp.InitializeParams) -> None:
    """Take the settings that come with the request; nothing heavy happens before the answer is out."""
    ls.client.introduce(params)
    ls.configuration.take(params.initialization_options, "initializationOptions")
