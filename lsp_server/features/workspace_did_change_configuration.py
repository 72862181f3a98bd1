from lsprotocol import types as lsp

from lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: lsp.DidChangeConfigurationParams) -> None:
    """Take the settings out of the notification, or ask for them when the client only says that they changed."""
    if params.settings:
        ls.configure(params.settings, "the editor's settings")
    else:
        await pull(ls)


async def pull(ls: Hearth) -> None:
    """`workspace/configuration`, section `hearth`, from clients that have it."""
    workspace = ls.client_capabilities.workspace
    if workspace is None or not workspace.configuration:
        return
    request = lsp.ConfigurationParams([lsp.ConfigurationItem(section="hearth")])
    answer = await ls.workspace_configuration_async(request)
    if answer and answer[0]:
        ls.configure({"hearth": answer[0]}, "the editor's settings")
