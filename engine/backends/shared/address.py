"""Which server addresses are on this machine. Names are never looked up: a look-up already tells someone."""

import ipaddress
import re
from urllib.parse import urlsplit

from hearth.engine.errors import RemoteNotAllowed, SettingsError

# Strict on purpose. Clients read odd addresses (user names, backslashes, octal numbers) in different ways, so
# whatever this does not match is not taken for an address of this machine.
_PLAIN = re.compile(r"https?://(?P<host>\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?(/[\w./~%-]*)?", re.IGNORECASE)


def check(url: str, allow_remote: bool) -> None:
    """Raise `RemoteNotAllowed` for an address that is not this machine's, `SettingsError` for none at all."""
    if not _is_http(url):
        before, at, rest = url.rpartition("@")
        scheme, slashes, _ = before.partition("//")
        safe = f"{scheme}//…@{rest}" if at and slashes else url  # before the @ may stand a password
        raise SettingsError(f"{safe!r} is no server address; it should look like http://127.0.0.1:8080")
    if not allow_remote and not is_loopback(url):
        raise RemoteNotAllowed(
            f"{shown(url)} is not an address of this machine (127.0.0.1, [::1] or localhost), and code would "
            "be sent there. Set allow_remote for this backend if you want that."
        )


def is_loopback(url: str) -> bool:
    plain = _PLAIN.fullmatch(url)
    if not plain:
        return False
    host = plain["host"].lower().strip("[]")
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address == ipaddress.IPv6Address("::1") or address in ipaddress.IPv4Network("127.0.0.0/8")


def shown(url: str) -> str:
    """The address as it may stand in messages and logs: without user name, password and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _is_http(url: str) -> bool:
    if re.search(r"[\s\\]|[^ -~]", url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number or too large, or a broken IPv6 address
        return False
