from hearth.lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: None) -> None:
    """Leave the host to other windows; it goes by itself when nobody needs it."""
    await ls.close()
