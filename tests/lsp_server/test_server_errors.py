import pytest
from pygls.exceptions import JsonRpcInternalError

from hearth.lsp_server.session import Server

CODE = "def the_users_code(): pass"


def test_what_pygls_cannot_handle_is_logged_by_its_type_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("HEARTH_DEBUG", raising=False)
    Server().report_server_error(ValueError(f"cannot structure {CODE}"), JsonRpcInternalError)
    assert "JsonRpcInternalError: ValueError" in caplog.text
    assert CODE not in caplog.text


def test_with_debug_the_words_are_logged_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HEARTH_DEBUG", "1")
    Server().report_server_error(ValueError(f"cannot structure {CODE}"), JsonRpcInternalError)
    assert CODE in caplog.text
