import asyncio
from importlib import import_module

from lsprotocol import types as lsp

from hearth.lsp_server import watching
from hearth.lsp_server.session import Server

# In the order of who asks first; each takes some hundredths of a second at most.
_NEEDED = (
    *("secrets.hiding", "context", "stopping.scanner", "completion.completer"),
    *("models.names", "models.store", "host.client", "backends.shared.streaming"),
)


async def handle(ls: Server, params: lsp.InitializedParams) -> None:
    """Ask the client for its settings, and to tell of changed files; one that cannot be asked has sent them."""
    ls.loading = ls.background.start(_load())
    try:
        await asyncio.wait_for(ls.configuration.pull(), timeout=2)
    except TimeoutError:
        pass
    finally:
        ls.configuration.set_complete()
    ls.background.start(watching.register(ls.client))
    await ls.disk.show()


async def _load() -> None:
    """Import what the first document and the first completion need: some 0.2 s in short steps.

    Not in a thread: of a package that two threads import at once, Python may give one of them half.
    """
    for module in _NEEDED:
        import_module(f"hearth.engine.{module}")
        await asyncio.sleep(0)
