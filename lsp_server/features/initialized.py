import asyncio
from importlib import import_module

from lsprotocol import types as lsp

from lsp_server import watching
from lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: lsp.InitializedParams) -> None:
    """Ask the client for its settings, and to tell of changed files; one that cannot be asked has sent them."""
    ls.in_background(_load())
    try:
        await asyncio.wait_for(ls.pull_settings(), timeout=2)
    except TimeoutError:
        pass
    finally:
        ls.configured()
    ls.in_background(watching.register(ls))
    await ls.tell_what_is_not_kept()


async def _load() -> None:
    """Import what the first document and the first completion need: it takes a tenth of a second, in short steps.

    Not in a thread: of a package that two threads import at once, Python may give one of them half.
    """
    for module in ("engine.secrets.hiding", "engine.context", "engine.stop", "engine.completion"):
        import_module(module)
        await asyncio.sleep(0)
