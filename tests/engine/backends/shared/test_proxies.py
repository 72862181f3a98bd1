import pytest

from hearth.engine.backends.shared.proxies import proxy_for
from hearth.engine.errors import SettingsError

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
REMOTE = "https://gpu.example.org/v1"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("url", "variables", "proxy"),
    [
        (REMOTE, {}, None),
        (REMOTE, {"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        (REMOTE, {"https_proxy": "proxy:3128"}, "http://proxy:3128"),
        (REMOTE, {"ALL_PROXY": "http://me:secret@proxy:3128"}, "http://me:secret@proxy:3128"),
        (REMOTE, {"HTTP_PROXY": "http://proxy:3128"}, None),
        (REMOTE, {"HTTPS_PROXY": "http://proxy:3128", "ALL_PROXY": "socks5://proxy:1080"}, "http://proxy:3128"),
        ("http://gpu.example.org:11434", {"HTTP_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        # Of a server on this machine none of them is read, whatever it says.
        ("http://127.0.0.1:11434", {"ALL_PROXY": "socks5://proxy:1080", "NO_PROXY": "[::1]"}, None),
        ("http://localhost:11434", {"HTTP_PROXY": "what is this"}, None),
        ("http://[::1]:11434", {"HTTP_PROXY": "http://proxy:port"}, None),
        # Those that the user has excepted.
        *(
            (REMOTE, {"HTTPS_PROXY": "socks5h://proxy", "NO_PROXY": each}, None)
            for each in (
                "gpu.example.org",
                "example.org",
                ".example.org",
                "localhost,[::1], gpu.example.org",
                "*",
            )
        ),
        (
            REMOTE,
            {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "localhost,[::1],10.0.0.0/8"},
            "http://proxy:3128",
        ),
        ("http://10.1.2.3:11434", {"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "10.0.0.0/8"}, None),
        ("http://11.1.2.3:11434", {"HTTP_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, "http://p:1"),
        ("http://[fd00::5]:80", {"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "[fd00::5]"}, None),
        ("http://[fd00::5]:80", {"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "fd00::/8"}, None),
    ],
)
def test_a_proxy_is_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, url: str, variables: dict[str, str], proxy: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(url) == proxy


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("socks5://proxy:1080", r"HTTPS_PROXY names a SOCKS proxy \(socks5://proxy:1080\)"),
        ("socks5h://me:secret@proxy:1080", "SOCKS proxy"),
        ("socks4://proxy", "SOCKS proxy"),
        ("http://proxy:port", "HTTPS_PROXY is no proxy's address"),
        ("http://me:secret@proxy:port", "is no proxy's address"),
        ("http://[::1", "is no proxy's address"),
        ("ftp://proxy", "is no proxy's address"),
        ("two words", "is no proxy's address"),
        ("://", "is no proxy's address"),
    ],
)
def test_one_that_cannot_be_used_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, value: str, says: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(SettingsError, match=says) as raised:
        proxy_for(REMOTE)
    assert "secret" not in str(raised.value)
    assert "name gpu.example.org in NO_PROXY" in str(raised.value)
