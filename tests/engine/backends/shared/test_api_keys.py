"""Keys come from the environment or a command, and appear nowhere else."""

import logging
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hearth.engine import backends
from hearth.engine.backends.shared import api_keys
from hearth.engine.errors import SettingsError
from hearth.engine.settings import OpenAISettings, Settings
from hearth.engine.types import Status
from tests.engine.backends.asking import QUICK, collect, completion, question
from tests.fakes.openai import FakeOpenAI

KEY = "sesame-opens"


def printing(program: str) -> OpenAISettings:
    return OpenAISettings(api_key_command=f"'{sys.executable}' -c \"{program}\"")


async def test_a_command_is_run_once_and_its_key_is_sent_and_never_logged(
    closing: list[Any], statuses: list[Status], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    fake = FakeOpenAI(key=KEY)
    await fake.http.start()
    runs = tmp_path / "runs"
    command = printing(f"print('{KEY[:6]}' + '{KEY[6:]}'); open('{runs}', 'a').write('x')").api_key_command
    options = OpenAISettings(url=f"{fake.http.url}/v1", api_key_command=command)
    backend: Any = backends.create("openai_compatible", Settings(openai_compatible=options), statuses.append)
    backend.patience = QUICK
    closing.extend([fake.http, backend])
    assert not runs.exists(), "nothing is run before the first request"
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert (await collect(backend.chat(question()))).text == "value + 1"
    assert {request.headers["authorization"] for request in fake.http.requests} == {f"Bearer {KEY}"}
    assert runs.read_text() == "x"
    assert KEY not in caplog.text + repr(backend) + repr(statuses)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (printing(f"print('{KEY}'); raise SystemExit(3)"), "ended with 3"),
        (printing("pass"), "printed 0 words"),
        (printing("print(chr(233) * 20)"), "characters in it that no key has"),
        (printing(f"print('{KEY} {KEY}')"), "printed 2 words"),
        (OpenAISettings(api_key_command="/no/such/program"), "cannot be run: No such file"),
        (OpenAISettings(api_key_command="unclosed 'quote"), "is no command"),
    ],
)
async def test_a_command_that_gives_no_key_is_told_without_what_it_printed(
    options: OpenAISettings, complaint: str
) -> None:
    with pytest.raises(SettingsError, match=complaint) as raised:
        await api_keys.from_command(options)
    assert "api_key_command" in str(raised.value) and KEY not in str(raised.value)


async def test_a_command_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "_SECONDS", 0.2)
    with pytest.raises(SettingsError, match=r"no key within 0\.2 seconds"):
        await api_keys.from_command(printing("import threading; threading.Event().wait(60)"))


def test_a_variable_that_is_not_set_is_told() -> None:
    with pytest.raises(SettingsError, match="HEARTH_TEST_NO_SUCH_KEY"):
        api_keys.from_environment(OpenAISettings(api_key_env="HEARTH_TEST_NO_SUCH_KEY"))
    assert api_keys.from_environment(OpenAISettings()) == ""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (r"C:\Tools\key.exe --raw", [r"C:\Tools\key.exe", "--raw"]),
        (r'"C:\Program Files\key.exe" "my key"', [r"C:\Program Files\key.exe", "my key"]),
        (
            r'powershell -Command "(Get-Secret key).Text" # x',
            ["powershell", "-Command", "(Get-Secret key).Text", "#", "x"],
        ),
        (r"op read 'op://vault/item'", ["op", "read", "'op://vault/item'"]),
    ],
)
def test_on_windows_quotes_are_not_part_of_a_word_and_backslashes_are(
    command: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys, "sys", SimpleNamespace(platform="win32"))
    assert api_keys._words(command) == words
    with pytest.raises(ValueError):
        api_keys._words('"unclosed')
