"""What may and may not stand in a log."""

import errno
import logging
import os
import re
import stat
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import filelock
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


@pytest.fixture
def _root() -> Iterator[None]:
    """Logging as it was before."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.getLogger("pygls").level
    yield
    logs.debug(False)
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    logging.getLogger("pygls").setLevel(before[2])


@pytest.fixture
def two_windows(monkeypatch: pytest.MonkeyPatch, _root: None) -> list[logging.Handler]:
    """Two programs that write one log, a small one."""
    monkeypatch.setattr(logs, "_MOST_BYTES", 2_000)
    handlers = []
    for _ in range(2):
        logs.to_file("some.log")
        handlers += logging.getLogger().handlers
    return handlers


def write(handlers: list[logging.Handler], count: int) -> None:
    for number in range(count):
        message = f"record {number:04}"
        record = logging.LogRecord("hearth", logging.INFO, "", 0, message, None, None)
        handlers[number % len(handlers)].handle(record)


def records(*names: str) -> list[str]:
    texts = [(paths.log_dir() / name).read_text() for name in names]
    return re.findall(r"record \d{4}", "".join(texts))


@pytest.mark.parametrize("windows", [False, True])
def test_nothing_is_lost_when_a_log_that_others_have_open_begins_anew(
    windows: bool, two_windows: list[logging.Handler], monkeypatch: pytest.MonkeyPatch
) -> None:
    if windows:
        nobody_moves("some.log", monkeypatch)
    write(two_windows, 120)
    found = records("some.log.2", "some.log.1", "some.log")
    assert found == [f"record {number:04}" for number in range(120 - len(found), 120)]
    assert len(found) > 60 and (paths.log_dir() / "some.log").stat().st_size <= 2_000
    logs_and_lock = {"some.log", "some.log.1", "some.log.2", "rotating.lock"}
    assert {path.name for path in paths.log_dir().iterdir()} == logs_and_lock
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths.log_dir().iterdir()} == {0o600}


@pytest.mark.parametrize("windows", [False, True])
def test_two_that_find_a_log_full_at_once_begin_it_anew_once(
    windows: bool, two_windows: list[logging.Handler], monkeypatch: pytest.MonkeyPatch
) -> None:
    if windows:
        nobody_moves("some.log", monkeypatch)
    write(two_windows, 30)
    for each in two_windows:
        assert isinstance(each, RotatingFileHandler)
        each.doRollover()  # both have looked at its size before
    write(two_windows, 2)
    assert records("some.log.1") == [f"record {number:04}" for number in range(30)]
    assert records("some.log") == ["record 0000", "record 0001"]
    assert not (paths.log_dir() / "some.log.2").exists()


def test_a_log_that_another_process_begins_anew_is_left_to_it(two_windows: list[logging.Handler]) -> None:
    write(two_windows, 30)
    with filelock.FileLock(paths.log_dir() / "rotating.lock", mode=0o600):
        write(two_windows, 60)
        assert not (paths.log_dir() / "some.log.1").exists()
    assert records("some.log")[-60:] == [f"record {number:04}" for number in range(60)]


def nobody_moves(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where another window has that file open."""
    really = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self.name == name:
            raise PermissionError(13, "being used by another process", str(self))
        return really(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(os, "rename", replace)


def test_older_logs_survive_a_disk_on_which_nothing_can_be_moved(
    two_windows: list[logging.Handler], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(two_windows, 60)
    older = (paths.log_dir() / "some.log.1").read_text()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    nobody_moves("some.log", monkeypatch)
    monkeypatch.setattr(logs, "_copy", full)
    write(two_windows, 60)
    assert (paths.log_dir() / "some.log.1").read_text() == older
    assert records("some.log")[-60:] == [f"record {number:04}" for number in range(60)]


def test_the_setting_debug_logs_more_and_the_words_of_errors(_root: None) -> None:
    logs.to_file("some.log")
    file = paths.log_dir() / "some.log"

    def log() -> str:
        logging.getLogger("hearth.x").debug("a detail")
        logging.getLogger("pygls").info("a whole message")
        try:
            raise ValueError("+".join(["some", "words"]))
        except ValueError:
            logging.getLogger("hearth.x").exception("it failed")
        return file.read_text()

    assert not {"a detail", "a whole message", "some+words"} & set(
        re.findall(r"a detail|a whole message|some\+words", log())
    )
    logs.debug(True)
    said = log()
    assert "a detail" in said and "a whole message" in said and "some+words" in said
    logs.debug(False)
    file.write_text("")
    assert "a detail" not in log()


def test_a_command_logs_to_a_file_of_its_own_once_there_is_something_to_log(
    _root: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.of_command()
    assert not paths.log_dir().exists()
    logging.getLogger("hearth.client").warning("the host died")
    assert "the host died" in (paths.log_dir() / "command.log").read_text()
    assert capsys.readouterr() == ("", "")


def test_a_command_that_can_log_nowhere_logs_nowhere(
    _root: None, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HEARTH_HOME", str(tmp_path / "file"))
    logs.of_command()
    logging.getLogger("hearth.client").warning("the host died")
    assert capsys.readouterr() == ("", "")
