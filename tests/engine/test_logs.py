"""What may and may not stand in a log."""

import logging
import stat
from pathlib import Path

import pytest

from hearth.engine import logs, paths


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcDEF123456",
        "api_key='abcd1234efgh'",
        "OPENAI_API_KEY=sk-abcdefgh12345678",
        "https://user:hunter2hunter@example.test/x",
        "ghp_abcdefgh12345678",
        '{"password": "correct-horse"}',
    ],
)
def test_secrets_are_taken_out(text: str) -> None:
    assert "[redacted]" in logs.redacted(text)
    for secret in ("abcDEF123456", "abcd1234efgh", "abcdefgh12345678", "hunter2hunter", "correct-horse"):
        assert secret not in logs.redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "    return self.secret:\n           ^^^^^^^^^^^",
        "    x = self.token =\n        ~~~~^^^^",
        "password:\nValueError: wrong",
        "api_key = ^^^^^^^",
    ],
)
def test_what_stands_below_a_name_or_marks_a_place_stays(text: str) -> None:
    assert logs.redacted(text) == text


def test_speeds_and_counts_of_tokens_stay() -> None:
    assert logs.redacted("tokens: 512, prefill 33.5") == "tokens: 512, prefill 33.5"


def test_an_unexpected_exception_is_logged_without_its_words(tmp_path: Path) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        logs.to_file("some.log")
        try:
            raise ValueError("def the_users_code(): pass")
        except ValueError:
            logging.getLogger("hearth.test").exception("it failed")
        file = paths.log_dir() / "some.log"
        text = file.read_text()
        assert "ValueError" in text and "it failed" in text
        assert "def the_users_code(): pass" not in text.replace(
            'raise ValueError("def the_users_code(): pass")', ""
        )
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
