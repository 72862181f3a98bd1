from hearth.lsp_server.session import Server


async def handle(ls: Server, params: None) -> None:
    """Leave the host to other windows; it goes by itself when nobody needs it."""
    await ls.close()
