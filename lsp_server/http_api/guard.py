"""Who may ask: whoever brings the token, and no web page.

Every user and every web page on the machine can reach a loopback port. A page that a browser shows is told by the
`Origin` of its requests. One that has had its own name resolved to this machine is told by the `Host`.
"""

import hmac
import re
import secrets
from dataclasses import replace
from pathlib import Path

from hearth.engine import paths
from hearth.engine.errors import BackendUnavailable
from hearth.engine.files import NOTES, read_text, write_atomically
from hearth.lsp_server.http_api.messages import Asked

_HOSTS = {"127.0.0.1", "localhost", "[::1]"}
_PORT = re.compile(r":[0-9]{1,5}$")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Refused(Exception):
    """Why the request is not answered, in words for whoever set up the client."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def admitted(asked: Asked, token: str) -> Asked:
    """The request, its path without the token. Raises `Refused`."""
    host = asked.headers.get("host", "")
    if _PORT.sub("", host).lower() not in _HOSTS:
        raise Refused(403, "the Host header must be 127.0.0.1 or localhost")
    origin = asked.headers.get("origin")
    site = asked.headers.get("sec-fetch-site", "none")
    if (origin is not None and origin.lower() != f"http://{host}".lower()) or site not in ("none", "same-origin"):
        raise Refused(403, "web pages may not ask: this request has the Origin of one")
    # Some clients send no header of ours, only an address: it may have the token as its first part.
    first, _, rest = asked.path.removeprefix("/").partition("/")
    if _is_same(first, token):
        return replace(asked, path=f"/{rest}")
    if _is_same(_in_headers(asked), token):
        return asked
    raise Refused(401, "the token is missing or wrong: hearth serve says, when it starts, which file has it")


def token_file() -> Path:
    return paths.state_dir() / "http.token"


def own_token() -> str:
    """The token of this user, made at the first call and kept: editors have it in their settings.

    Raises `BackendUnavailable` where it cannot be written.
    """
    file = token_file()
    try:
        found = read_text(file, NOTES).strip()
        if _TOKEN.fullmatch(found):
            return found
    except OSError:
        pass  # there is none yet
    token = secrets.token_urlsafe(32)
    try:
        write_atomically(file, f"{token}\n".encode())
    except OSError as error:
        raise BackendUnavailable(f"the token cannot be written to {file}: {error.strerror or error}") from error
    return token


def _in_headers(asked: Asked) -> str:
    scheme, _, value = asked.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return (asked.headers.get("x-api-key") or asked.headers.get("api-key") or "").strip()


def _is_same(given: str, token: str) -> bool:
    """In a time that tells nothing of where the two differ."""
    return hmac.compare_digest(given.encode(errors="replace"), token.encode())
