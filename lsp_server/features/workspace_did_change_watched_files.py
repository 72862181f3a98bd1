from contextlib import suppress
from pathlib import Path

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from hearth.engine import aside
from hearth.engine.context import workspace
from hearth.lsp_server.session import Server

_SECONDS = 60.0  # for the disk; what is not read by then is read when it is looked at


async def handle(ls: Server, params: lsp.DidChangeWatchedFilesParams) -> None:
    """Read again the files that changed on the disk and are context for others, before anybody waits for them."""
    ls.files_changed([change.uri for change in params.changes])
    paths = [path for change in params.changes if (path := to_fs_path(change.uri))]
    roots = ls.client.roots
    ls.indexing.changed(paths)
    with suppress(TimeoutError):
        await aside.run(_SECONDS, lambda: _read_anew(paths, roots))


async def register(ls: Server) -> None:
    """Ask the client to tell of such files, if it can be asked; else a change is noticed when one is looked at."""
    if not ls.client.can.watched_files:
        return
    watcher = lsp.FileSystemWatcher(f"**/*.{{{','.join(workspace.watched_suffixes())}}}")
    options = lsp.DidChangeWatchedFilesRegistrationOptions([watcher])
    method = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
    await ls.client.register(lsp.Registration("hearth-watched-files", method, options))


def _read_anew(paths: list[str], roots: tuple[str, ...]) -> None:
    for file in workspace.changed([Path(path).resolve() for path in paths]):
        workspace.symbols_of_file(file, roots)
