"""Which server addresses are on this machine. Names are never looked up: a look-up already tells someone."""

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from hearth.engine.errors import RemoteNotAllowed, SettingsError

# Strict on purpose. Clients read odd addresses (user names, backslashes, octal numbers) in different ways, so
# whatever this does not match is not taken for an address of this machine.
_PLAIN = re.compile(r"https?://(?P<host>\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?(/[\w./~%-]*)?", re.IGNORECASE)

_ANY = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # where a server listens to everybody, and this machine finds it


@dataclass(frozen=True, slots=True)
class Address:
    """A server's address, which ends without a slash, and what it wants for an identification in front of it."""

    url: str
    login: tuple[str, str] | None = field(default=None, repr=False)  # user name and password


def read(written: str, port: int = 0) -> Address:
    """An address as people write it: without a scheme, with a login in it, or as the server was told it.

    `port`: for one that names neither a port nor a scheme, which is none without it. Raises `SettingsError` for
    what is no address.
    """
    url = written.strip().strip("\"'")
    if url and "://" not in url:
        host, slash, path = url.rpartition("@")[2].partition("/")
        host = f"127.0.0.1{host}" if re.fullmatch(r":[0-9]+", host) else host
        host = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
        before = "".join(url.rpartition("@")[:2])
        if re.search(r":[0-9]+$", host):
            url = f"http://{before}{host}{slash}{path}"
        elif port:
            url = f"http://{before}{host}:{port}{slash}{path}"
    _refuse_none(url)
    parts = urlsplit(url)
    before, _, host = parts.netloc.rpartition("@")
    user, _, password = before.partition(":")
    name, colon, number = host.partition(":") if not host.startswith("[") else _bracketed(host)
    rest = f"?{parts.query}" if parts.query else ""
    plain = f"{parts.scheme}://{_ANY.get(name, name)}{colon}{number}{parts.path.rstrip('/')}{rest}"
    return Address(plain, (unquote(user), unquote(password)) if before else None)


def check(url: str, allow_remote: bool) -> None:
    """Raise `RemoteNotAllowed` for an address that is not this machine's, `SettingsError` for none at all."""
    _refuse_none(url)
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


def _bracketed(host: str) -> tuple[str, str, str]:
    name, bracket, port = host.partition("]")
    return f"{name}{bracket}", port[:1], port[1:]


def _refuse_none(url: str) -> None:
    if _is_http(url):
        return
    before, at, rest = url.rpartition("@")
    scheme, slashes, _ = before.partition("//")
    safe = f"{scheme}//…@{rest}" if at and slashes else url  # before the @ may stand a password
    raise SettingsError(f"{safe!r} is no server address; it should look like http://127.0.0.1:8080")


def _is_http(url: str) -> bool:
    if re.search(r"[\s\\]|[^ -~]", url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number or too large, or a broken IPv6 address
        return False
