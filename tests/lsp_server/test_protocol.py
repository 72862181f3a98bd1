"""What clients send that means something else than it says."""

from typing import Any

import pytest

from tests.reliability.fuzz_lsp import Client


@pytest.mark.parametrize(
    ("document", "offered"),
    [
        ({"inlineCompletion": {}}, "inlineCompletionProvider"),
        ({"inlineCompletion": None}, "inlineCompletionProvider"),  # lsp-mode for Emacs
        ({}, "completionProvider"),
        (None, "completionProvider"),
    ],
)
async def test_ghost_text_is_offered_to_whom_it_is_meant_for(document: Any, offered: str) -> None:
    client = Client()
    client.server.protocol.set_writer(client)
    client.request("initialize", {"processId": None, "capabilities": {"textDocument": document}})
    both = {"inlineCompletionProvider", "completionProvider"}
    assert both & set(client.last["result"]["capabilities"]) == {offered}
