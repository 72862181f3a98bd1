import asyncio
from pathlib import Path

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from lsp_server.hearth import Hearth


async def handle(ls: Hearth, params: lsp.DidChangeWatchedFilesParams) -> None:
    """Read files anew that changed on the disk and are context for others, before somebody waits for them."""
    paths = [path for change in params.changes if (path := to_fs_path(change.uri))]
    await asyncio.to_thread(_read_anew, paths, ls.roots)


def _read_anew(paths: list[str], roots: tuple[str, ...]) -> None:
    from engine.context import workspace

    for file in workspace.changed([Path(path).resolve() for path in paths]):
        workspace.symbols_of_file(file, roots)
