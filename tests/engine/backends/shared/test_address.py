import socket

import pytest

from hearth.engine.backends.shared import address
from hearth.engine.errors import RemoteNotAllowed, SettingsError

HERE = [
    "http://127.0.0.1:11434",
    "http://localhost",
    "HTTP://LocalHost:8080/v1/",
    "https://127.3.2.1/v1",
    "http://[::1]:8080/v1",
    "http://[0:0:0:0:0:0:0:1]/",
]
ELSEWHERE = [
    "http://10.0.0.2:8080",
    "http://example.org",
    "http://localhost.example.org",
    "http://127.0.0.1.example.org",
    "http://127.0.0.1@example.org",
    "http://localhost:80@example.org/",
    "http://me:secret@127.0.0.1",
    "http://0x7f.1",
    "http://0177.0.0.1",
    "http://127.1",
    "http://2130706433",
    "http://0.0.0.0:11434",
    "http://[::]",
    "http://[::ffff:10.0.0.2]",
    "http://[::1%25eth0]",
    "http://localhost.",
    "http://127.0.0.1#@example.org",
    "http://127.0.0.1?@example.org",
]
NOWHERE = [
    "",
    "localhost:11434",
    "ftp://localhost",
    "http://",
    "http://localhost:port",
    "http://localhost:99999",
    "http://[::1",
    "http://127.0.0.1\\@example.org",
    "http://127.0.0.1\n.example.org",
    "http://localhost .example.org",
    "http://１２７.0.0.1",
]


@pytest.fixture(autouse=True)
def no_look_ups(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "gethostbyname", refuse)


@pytest.mark.parametrize("url", HERE)
def test_addresses_of_this_machine_are_allowed(url: str) -> None:
    address.check(url, allow_remote=False)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_all_others_are_refused_unless_allowed(url: str) -> None:
    with pytest.raises(RemoteNotAllowed, match="allow_remote"):
        address.check(url, allow_remote=False)
    address.check(url, allow_remote=True)


@pytest.mark.parametrize("url", NOWHERE)
@pytest.mark.parametrize("allow_remote", [False, True])
def test_what_is_no_server_address_is_a_wrong_setting(url: str, allow_remote: bool) -> None:
    with pytest.raises(SettingsError):
        address.check(url, allow_remote)


def test_a_message_never_shows_a_password() -> None:
    with pytest.raises(RemoteNotAllowed) as raised:
        address.check("http://me:secret@example.org/v1?key=secret", allow_remote=False)
    assert "secret" not in str(raised.value)
    assert "example.org/v1" in str(raised.value)
    with pytest.raises(SettingsError) as wrong:
        address.check("http://me:secret@example.org:port", allow_remote=False)
    assert "secret" not in str(wrong.value)
