import asyncio
from importlib import import_module

from lsprotocol import types as lsp

from hearth.lsp_server.features import Later
from hearth.lsp_server.session import Server

# In the order of who asks first; each takes some hundredths of a second at most.
_NEEDED = (
    *("engine.secrets.hiding", "engine.context.documents", "engine.context.imports", "engine.context.workspace"),
    *("engine.context.query", "engine.context.gathering", "lsp_server.documents", "lsp_server.stats"),
    *("lsp_server.features.text_document_did_open", "lsp_server.features.text_document_did_change"),
    *("engine.stopping.scanner", "engine.completion.completer", "engine.models.names", "engine.models.store"),
    *("engine.host.client", "engine.backends.shared.streaming", "lsp_server.members", "lsp_server.engine_session"),
    *("lsp_server.features.text_document_inline_completion", "lsp_server.features.text_document_completion"),
    *("lsp_server.features.text_document_did_focus", "lsp_server.features.text_document_did_show_completion"),
)
# What a first completion does not wait for.
_LATER = (
    *("engine.code_actions.new_imports", "engine.code_actions.signatures", "engine.next_edit.silence"),
    *(
        "engine.next_edit.names",
        "engine.next_edit.signatures",
        "engine.next_edit.mirrors",
        "engine.next_edit.rules",
    ),
    *("engine.next_edit.predictor", "lsp_server.next_editing"),
    *("engine.code_actions.answers", "engine.code_actions.unit_tests", "engine.code_actions.actions"),
    *("lsp_server.rewriting", "lsp_server.features.text_document_code_action"),
    *("engine.index.symbols", "engine.index.search", "lsp_server.indexing", "lsp_server.attaching"),
)


async def handle(ls: Server, params: lsp.InitializedParams) -> None:
    """Ask the client for its settings, and to tell of changed files; one that cannot be asked has sent them."""
    ls.loading = ls.background.start(_load(_NEEDED))
    try:
        await asyncio.wait_for(ls.configuration.pull(), timeout=2)
    except TimeoutError:
        pass
    finally:
        ls.configuration.set_complete()
    ls.background.start(Later("workspace_did_change_watched_files", "register")(ls))
    await ls.disk.show()
    await ls.loaded()
    await _load(_LATER)


async def _load(modules: tuple[str, ...]) -> None:
    """Import them: some 0.2 s in short steps.

    Not in a thread: of a package that two threads import at once, Python may give one of them half.
    """
    for module in modules:
        import_module(f"hearth.{module}")
        await asyncio.sleep(0)
