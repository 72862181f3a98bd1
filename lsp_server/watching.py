"""Asks the client to tell of files that change on the disk and may be context for others."""

from lsprotocol import types as lsp

from hearth.lsp_server.words.client import Client


async def register(client: Client) -> None:
    """For clients that can be asked; without, a file that changed is noticed when it is looked at next."""
    if not client.can.watched_files:
        return
    from hearth.engine.context.workspace import watched_suffixes

    watcher = lsp.FileSystemWatcher(f"**/*.{{{','.join(watched_suffixes())}}}")
    registration = lsp.Registration(
        "hearth-watched-files",
        lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        lsp.DidChangeWatchedFilesRegistrationOptions([watcher]),
    )
    await client.register(registration)
