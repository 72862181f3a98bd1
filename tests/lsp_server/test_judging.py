"""Where an opened file leads is asked of a disk that may hang."""

import threading
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from hearth.engine.context import ignore
from hearth.lsp_server import hearth
from hearth.lsp_server.boundary import guarded
from hearth.lsp_server.hearth import Hearth


async def test_until_it_is_known_where_a_file_leads_no_model_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    judge = ignore.verdict_of_path

    def late(*arguments: object) -> ignore.Verdict:
        answers.wait(60)
        return judge(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ignore, "verdict_of_path", late)
    monkeypatch.setattr(hearth, "_JUDGE_SECONDS", 0.01)
    monkeypatch.setattr(Hearth, "roots", (str(tmp_path),))
    server = Hearth()
    document = server.open(lsp.TextDocumentItem((tmp_path / "a.py").as_uri(), "python", 1, "x = 1\n"))
    assert document is not None
    assert server.is_secret(document) and server.is_off(document)

    async def ask(ls: Hearth, params: lsp.DocumentSymbolParams) -> bool:
        return ls.is_off(document)

    answers.set()
    params = lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(document.uri))
    assert not await guarded(ask, True)(server, params)  # a request waits for it
    assert not server.is_secret(document)
