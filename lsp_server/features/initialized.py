import asyncio

from lsprotocol import types as lsp

from hearth.lsp_server.features import LATER, NEEDED, Later, in_steps
from hearth.lsp_server.session import Server


async def handle(ls: Server, params: lsp.InitializedParams) -> None:
    """Ask the client for its settings, and to tell of changed files; one that cannot be asked has sent them."""
    ls.loading = ls.background.start(in_steps(NEEDED))
    try:
        await asyncio.wait_for(ls.configuration.pull(), timeout=2)
    except TimeoutError:
        pass
    finally:
        ls.configuration.set_complete()
    ls.background.start(Later("workspace_did_change_watched_files", "register")(ls))
    await ls.disk.show()
    await ls.loaded()
    await in_steps(LATER)
