import asyncio

from lsprotocol import types as lsp

from lsp_server import watching
from lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: lsp.InitializedParams) -> None:
    """Ask the client for its settings, and to tell of changed files; one that cannot be asked has sent them."""
    ls.in_background(asyncio.to_thread(_load))
    try:
        await asyncio.wait_for(ls.pull_settings(), timeout=2)
    except TimeoutError:
        pass
    finally:
        ls.configured()
    ls.in_background(watching.register(ls))
    await ls.tell_what_is_not_kept()


def _load() -> None:
    """Import in a thread what the first document and the first completion need: it takes a tenth of a second."""
    import engine.completion
    import engine.context.documents
    import engine.context.recent  # noqa: F401
