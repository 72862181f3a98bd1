"""The HTTP client and the error messages that the backends over HTTP share."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.backends import OnStatus, address
from engine.errors import BackendUnavailable, HearthError, PromptTooLong, RequestRefused
from engine.types import Status

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take, in seconds. `tries` is for servers that say that they are busy."""

    connect: float = 2.0
    first_token: float = 120.0  # also between tokens
    loading: float = 60.0
    pause: float = 0.25  # before the first retry; doubles up to `longest_pause`
    longest_pause: float = 4.0
    tries: int = 4


class Busy(BackendUnavailable):
    """The server asks to come back later; `loading`: because it is still loading the model."""

    def __init__(self, message: str, loading: bool) -> None:
        super().__init__(message)
        self.loading = loading


@dataclass
class Reporter:
    """Tells about a status once, not with every request that finds it unchanged."""

    on_status: OnStatus
    last: Status | None = None

    def __call__(self, status: Status) -> None:
        if status != self.last:
            self.last = status
            self.on_status(status)


def client_options(url: str, patience: Patience) -> dict[str, Any]:
    """Arguments of `httpx.AsyncClient`.

    No redirects: a server on this machine could send the code elsewhere with one. And no proxy from the
    environment for such a server, as the proxy would get the code.
    """
    import httpx

    return {
        "timeout": httpx.Timeout(patience.first_token, connect=patience.connect),
        "follow_redirects": False,
        "trust_env": not address.is_loopback(url),
    }


def unreachable(where: str, error: "httpx.HTTPError", patience: Patience, hint: str) -> BackendUnavailable:
    """`hint` says how to start the server or where its address is set."""
    import httpx

    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return BackendUnavailable(f"Nothing answers at {where}. {hint}")
    if isinstance(error, httpx.TimeoutException):
        return BackendUnavailable(f"{where} has not answered for {patience.first_token:g} seconds. {hint}")
    return BackendUnavailable(f"The connection to {where} broke ({type(error).__name__}). {hint}")


def refusal(where: str, status: int, body: object) -> HearthError:
    """The error that an HTTP status of 300 or more stands for; `status` is 0 for an error inside a stream."""
    text = error_text(body)
    if status in (429, 503):
        return Busy(f"{where} is not ready: {text}", loading="loading" in text.lower())
    if status in (401, 403):
        return RequestRefused(
            f"{where} wants another key ({text}). Set api_key_env to the variable that holds it."
        )
    if "exceed_context_size" in str(body) or "context length" in text:
        return PromptTooLong(f"The request does not fit the context of {where}: {text}")
    code = f" (HTTP {status})" if status else ""
    return RequestRefused(f"{where} refused the request{code}: {text}")


def error_text(body: object) -> str:
    """What an error body says, whichever shape it has: `{"error": {"message": …}}`, `{"detail": …}`, text."""
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return _short(str(body))
    while isinstance(body, dict):
        inner = next((body[key] for key in ("error", "message", "detail") if body.get(key)), None)
        if inner is None:
            break
        body = inner
    return _short(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str))


def _short(text: str) -> str:
    text = " ".join(text.split()) or "no reason given"
    return text if len(text) <= 300 else text[:299] + "…"
