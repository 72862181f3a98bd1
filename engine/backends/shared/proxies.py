"""The proxy that the environment wants for a server on another machine.

Read here and not by the HTTP library, which makes a client for every variable there is: one that it cannot read,
or has no code for, would end all requests, also those that it has nothing to do with.
"""

import ipaddress
from contextlib import suppress
from urllib.parse import urlsplit

from hearth.engine.backends.shared import address
from hearth.engine.errors import SettingsError

_SCHEMES = ("http", "https")


def proxy_for(url: str) -> str | None:
    """The proxy's own address, or None for a straight connection. A server on this machine has none.

    Raises `SettingsError` for a proxy that cannot be used.
    """
    if address.is_loopback(url):
        return None
    from urllib import request  # it takes a while, and most servers are on this machine

    parts = urlsplit(url)
    found = request.getproxies()
    kind = next((kind for kind in (parts.scheme, "all") if found.get(kind)), None)
    host, place = parts.hostname or "", parts.netloc.rpartition("@")[2]
    if kind is None or request.proxy_bypass(place) or _is_excepted(host, place, found.get("no", "")):
        return None
    wanted = found[kind].strip()
    proxy = wanted if "://" in wanted else f"http://{wanted}"
    variable = f"{kind.upper()}_PROXY"
    remedy = f"Set {variable} to an HTTP proxy, or name {parts.hostname} in NO_PROXY."
    scheme = proxy.partition("://")[0].lower()
    if scheme.startswith("socks"):
        raise SettingsError(f"{variable} names a SOCKS proxy ({_shown(proxy)}), which Hearth cannot use. {remedy}")
    try:
        is_sound = scheme in _SCHEMES and address.read(proxy) is not None
    except SettingsError:
        is_sound = False
    if not is_sound:
        raise SettingsError(f"{variable} is no proxy's address ({_shown(proxy)}). {remedy}")
    return proxy


def _is_excepted(host: str, place: str, exceptions: str) -> bool:
    """Whether NO_PROXY names the host in a way that Python does not know: in brackets, or by its network."""
    for each in exceptions.split(","):
        name, _, port = each.strip().rpartition(":") if "]:" in each else (each.strip(), "", "")
        name = name.strip("[]").lower()
        if name == host.lower() and (not port or place.endswith(f":{port}")):
            return True
        with suppress(ValueError):
            if ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False):
                return True
    return False


def _shown(proxy: str) -> str:
    """Without what may be a password."""
    try:
        return address.shown(proxy)
    except ValueError:
        return proxy.rpartition("@")[2]
