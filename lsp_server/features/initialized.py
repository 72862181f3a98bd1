import asyncio

from lsprotocol import types as lsp

from lsp_server.features import workspace_did_change_configuration
from lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: lsp.InitializedParams) -> None:
    """Ask the client for its settings; a client that cannot be asked has sent them already."""
    try:
        await asyncio.wait_for(workspace_did_change_configuration.pull(ls), timeout=2)
    except TimeoutError:
        pass
    finally:
        ls.configured()
