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


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
        ("http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1"),
        (" 'http://127.0.0.1:8080/v1' ", "http://127.0.0.1:8080/v1"),
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("localhost/ollama", "http://localhost:11434/ollama"),
        ("localhost:8080/v1/", "http://localhost:8080/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("http://0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("[::1]", "http://[::1]:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::]:8080", "http://[::1]:8080"),
        ("gpu.example.org", "http://gpu.example.org:11434"),
        ("https://gpu.example.org/v1", "https://gpu.example.org/v1"),
        ("me:secret@127.0.0.1", "http://127.0.0.1:11434"),
    ],
)
def test_addresses_are_read_as_people_write_them(written: str, url: str) -> None:
    assert address.read(written, 11434).url == url


@pytest.mark.parametrize(
    "written",
    ["", "  ", "ftp://localhost", "http://", "localhost:port", "http://localhost:99999", "a b", "@", "::"],
)
def test_what_is_no_address_in_any_spelling_is_a_wrong_setting(written: str) -> None:
    with pytest.raises(SettingsError):
        address.check(address.read(written).url, allow_remote=True)


def test_a_login_is_no_part_of_the_address_and_never_shown() -> None:
    found = address.read("http://me:se%40cret@127.0.0.1:8080/v1")
    address.check(found.url, allow_remote=False)
    assert (found.url, found.login) == ("http://127.0.0.1:8080/v1", ("me", "se@cret"))
    assert "cret" not in repr(found)


@pytest.mark.parametrize(
    "written",
    [
        "http://127.0.0.1@example.org",
        "http://localhost:80@example.org/",
        "http://a@127.0.0.1@example.org",
        "127.0.0.1@example.org",
        "0.0.0.0.example.org",
        "http://0x7f.1",
    ],
)
def test_whatever_stands_in_front_the_host_that_is_asked_is_judged(written: str) -> None:
    with pytest.raises(RemoteNotAllowed):
        address.check(address.read(written, 11434).url, allow_remote=False)
