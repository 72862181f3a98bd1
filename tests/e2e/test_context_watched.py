"""Files that change on the disk while they are context for the open one."""

import os
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig

from tests.e2e.editor import SERVER, editor

SETTINGS = {"completion": {"backend": "scripted", "model": "x"}}


async def test_a_file_that_changed_on_the_disk_is_read_anew(tmp_path: Path) -> None:
    prices = tmp_path / "prices.py"
    prices.write_text("def tax(amount): pass\n")
    async with editor(SETTINGS, folders=(tmp_path,)) as ed:
        ed.open("from prices import tax\n\ntotal = tax(‸)\n", str(tmp_path / "shop.py"))
        params = {"textDocument": {"uri": ed.uri}, "position": {"line": 2, "character": 12}}
        before = await ed.client.protocol.send_request_async("hearth/inspect", params)
        assert "def tax(amount):" in before.prompt
        stat = prices.stat()
        prices.write_text("def tax(percent): pass\n"[: stat.st_size])
        os.utime(prices, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # only the editor's word tells it apart
        event = lsp.FileEvent(prices.as_uri(), lsp.FileChangeType.Changed)
        ed.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
        after = await ed.client.protocol.send_request_async("hearth/inspect", params)
        assert "def tax(percent)" in after.prompt


async def test_the_client_is_asked_to_watch_files_that_can_be_imported() -> None:
    client: Any = await ClientServerConfig(SERVER, server_env=dict(os.environ)).start()
    registered: list[lsp.Registration] = []
    client.feature(lsp.CLIENT_REGISTER_CAPABILITY)(lambda params: registered.extend(params.registrations))
    watching = lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    capabilities = lsp.ClientCapabilities(
        workspace=lsp.WorkspaceClientCapabilities(did_change_watched_files=watching)
    )
    try:
        await client.initialize_session(
            lsp.InitializeParams(capabilities=capabilities, initialization_options=SETTINGS)
        )
        await client.protocol.send_request_async("hearth/chat/list", {})  # by now `initialized` has been handled
        (watched,) = registered
        assert watched.method == lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
        options: Any = watched.register_options
        pattern = options["watchers"][0]["globPattern"]
        assert all(suffix in pattern for suffix in ("py", "tsx", "go", "rs"))
    finally:
        await client.shutdown_session()
        await client.stop()
