from contextlib import suppress
from pathlib import Path

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from hearth.engine import aside
from hearth.lsp_server.session import Server

_SECONDS = 60.0  # for the disk; what is not read by then is read when it is looked at


async def handle(ls: Server, params: lsp.DidChangeWatchedFilesParams) -> None:
    """Read files anew that changed on the disk and are context for others, before somebody waits for them."""
    paths = [path for change in params.changes if (path := to_fs_path(change.uri))]
    roots = ls.client.roots
    with suppress(TimeoutError):
        await aside.run(_SECONDS, lambda: _read_anew(paths, roots))


def _read_anew(paths: list[str], roots: tuple[str, ...]) -> None:
    from hearth.engine.context import workspace

    for file in workspace.changed([Path(path).resolve() for path in paths]):
        workspace.symbols_of_file(file, roots)
