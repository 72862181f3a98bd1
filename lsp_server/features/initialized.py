import asyncio

from lsprotocol import types as lsp

from lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: lsp.InitializedParams) -> None:
    """Ask the client for its settings; a client that cannot be asked has sent them already."""
    try:
        await asyncio.wait_for(ls.pull_settings(), timeout=2)
    except TimeoutError:
        pass
    finally:
        ls.configured()
