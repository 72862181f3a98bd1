"""Asks the client to tell of files that change on the disk and may be context for others."""

from lsprotocol import types as lsp

from hearth.lsp_server.hearth import Hearth


async def register(ls: Hearth) -> None:
    """For clients that can be asked; without, a file that changed is noticed when it is looked at next."""
    able = ls.client_capabilities.workspace and ls.client_capabilities.workspace.did_change_watched_files
    if not able or not able.dynamic_registration:
        return
    from hearth.engine.context.workspace import watched_suffixes

    watcher = lsp.FileSystemWatcher(f"**/*.{{{','.join(watched_suffixes())}}}")
    registration = lsp.Registration(
        "hearth-watched-files",
        lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        lsp.DidChangeWatchedFilesRegistrationOptions([watcher]),
    )
    await ls.client_register_capability_async(lsp.RegistrationParams([registration]))
