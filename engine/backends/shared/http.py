"""The HTTP client and the error messages that the backends over HTTP share."""

import html
import json
import re
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from hearth.engine.backends import OnStatus
from hearth.engine.backends.shared import json_text
from hearth.engine.errors import BackendUnavailable, HearthError, PromptTooLong, RequestRefused
from hearth.engine.types import Status

if TYPE_CHECKING:
    import httpx

Cause = TypeVar("Cause", bound=BaseException)
now = time.monotonic
_READ = 64 * 1024  # characters of an error's body
_NAMES = 20
_NESTED = 8  # objects in each other, around what an error says
_MAX_PAGE = 20_000  # characters of a page in place of an answer that are looked at


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take, in seconds. `tries` is for servers that say that they are busy."""

    connect: float = 2.0
    first_token: float = 120.0  # also between tokens
    loading: float = 60.0
    pause: float = 0.25  # before the first retry; doubles up to `longest_pause`
    longest_pause: float = 4.0
    loading_pause: float = 1.0  # at most, while it loads: somebody waits for it
    page: float = 30.0  # for what a server says of itself, in all
    token: float = 2.0  # an answer may take so long for each token asked for, behind the first
    figures: float = 1.0  # for what may come behind the end of an answer
    outage: float = 1.0  # at most: a server that nothing answered at is not asked again so soon
    tries: int = 4


@dataclass(frozen=True, slots=True)
class Site:
    """A server as messages name it. `hint` is for when it does not answer, `key_hint` for when it wants a key."""

    name: str
    where: str
    url_setting: str
    hint: str
    key_hint: str

    @property
    def section(self) -> str:
        """Where its settings are."""
        return self.url_setting.partition(".")[0]


class Unreachable(BackendUnavailable):
    """Nothing accepts a connection there."""


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


@dataclass
class Outage:
    """A server at which nothing answered is left alone for a moment: else every keystroke would knock again.

    The moment is ten times what it took to find out: an address that refuses at once (a program on this machine
    that has ended) may be tried with almost every keystroke, one that lets its callers wait may not.
    """

    error: Unreachable | None = None
    until: float = 0.0

    def began(self, error: Unreachable, took: float, at_most: float) -> None:
        """`took`, `at_most`: seconds."""
        self.error, self.until = error, now() + min(10 * took, at_most)

    def check(self) -> None:
        """Raise the error again within that moment."""
        if self.error is not None and now() < self.until:
            raise Unreachable(str(self.error))
        self.error = None


def names_of(models: Sequence[str]) -> str:
    """As many names as can be read."""
    more = f" and {len(models) - _NAMES} more" if len(models) > _NAMES else ""
    return ", ".join(models[:_NAMES]) + more or "it names none"


def unreachable(site: Site, error: "httpx.HTTPError", patience: Patience) -> BackendUnavailable:
    import httpx

    from hearth.engine.backends.shared.bounds import OutOfBounds

    if isinstance(error, OutOfBounds):
        return BackendUnavailable(f"{site.name} sent {error}, and Hearth reads no further. {site.hint}")
    if untrusted := _cause(error, ssl.SSLCertVerificationError):
        return BackendUnavailable(
            f"The certificate of {site.where} is not trusted ({untrusted.verify_message}). If you trust that "
            f"server, set {site.section}.ca_file to a file with its certificate, or that of who signed it (PEM)."
        )
    if _cause(error, ssl.SSLError):
        return BackendUnavailable(
            f"{site.name} does not speak TLS as Hearth does. Should {site.url_setting} begin with http://?"
        )
    if isinstance(error, httpx.ProxyError):
        return BackendUnavailable(f"The proxy on the way to {site.name} does not let Hearth through: {error}.")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Unreachable(f"Nothing answers at {site.where}. {site.hint}")
    if isinstance(error, httpx.TimeoutException):
        return too_slow(site, patience.first_token, "answered")
    return BackendUnavailable(f"The connection to {site.name} broke ({type(error).__name__}). {site.hint}")


def _cause(error: BaseException | None, kind: type[Cause]) -> Cause | None:
    """The error of that kind that lies under another; libraries put theirs around it."""
    for _ in range(_NESTED):
        if error is None or isinstance(error, kind):
            return error
        error = error.__cause__ or error.__context__
    return None


def no_protocol(site: Site, protocol: str) -> BackendUnavailable:
    """Something answers, but not what should."""
    return BackendUnavailable(f"{site.name} sent something that is not {protocol}. {site.hint}")


def too_slow(site: Site, seconds: float, what: str) -> BackendUnavailable:
    """`what` the server has not done within so many seconds, as a verb: "answered"."""
    return BackendUnavailable(f"{site.name} has not {what} for {seconds:g} seconds. {site.hint}")


def cut_off(site: Site) -> BackendUnavailable:
    return BackendUnavailable(f"{site.name} ended its answer in the middle. Please try again.")


def refusal(site: Site, status: int, body: object) -> HearthError:
    """The error that an HTTP status of 300 or more stands for; `status` is 0 for an error inside a stream."""
    text, code = error_text(body), f" (HTTP {status})" if status else ""
    if "exceed_context_size" in str(body) or "context length" in text or status == 413:
        return PromptTooLong(f"The request does not fit the context of {site.name}{code}: {text}")
    if status in (429, 503):
        return Busy(f"{site.name} is not ready{code}: {text}", loading="loading" in text.lower())
    if status in (401, 403):
        return RequestRefused(f"{site.name} wants another key{code}: {text}. {site.key_hint}")
    if 300 <= status < 400:
        return RequestRefused(
            f"{site.name} sends its callers elsewhere{code}, and Hearth does not follow. "
            f"If you trust that address, write it into {site.url_setting}."
        )
    if status == 404:
        return RequestRefused(f"{site.name} has nothing there{code}: {text}. Is {site.url_setting} right?")
    if status in (408, 504):
        return BackendUnavailable(f"{site.name} took too long{code}: {text}. Please try again.")
    if status >= 500:
        return BackendUnavailable(f"{site.name} failed{code}: {text}")
    return RequestRefused(f"{site.name} refused the request{code}: {text}")


def error_text(body: object) -> str:
    """What an error body says, whichever shape it has: `{"error": {"message": …}}`, `{"detail": …}`, HTML, text.

    What it quotes of the request is left out: messages are logged, and that may be the user's code.
    """
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str):
        try:
            body = json_text.loaded(body[:_READ].encode("utf-8", "replace"))
        except ValueError:
            return _short(_without_html(str(body)[:_READ]))
    try:
        return _short(_said(body))
    except RecursionError:
        return _short("")


def _said(body: object) -> str:
    for _ in range(_NESTED):
        if not isinstance(body, dict):
            break
        inner = next((body[key] for key in ("error", "message", "detail") if body.get(key)), None)
        if inner is None:
            break
        body = inner
    if isinstance(body, list):  # FastAPI: one object for each wrong field
        said = [str(each["msg"]) for each in body if isinstance(each, dict) and each.get("msg")]
        body = "; ".join(said) or body
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str)
    return re.split(r"""["']input["']\s*:""", text[:_READ], maxsplit=1)[0]


def _without_html(text: str) -> str:
    """The title of a page, else its text."""
    text = text[:_MAX_PAGE]
    if not re.match(r"\s*<(!doctype|html|head|body)", text, re.IGNORECASE):
        return text
    title = re.search(r"<title[^<>]*>([^<>]*)</title>", text, re.IGNORECASE)
    said = html.unescape(title[1] if title else re.sub(r"<[^<>]*>", " ", text))
    return f"a web page, {' '.join(said.split())}" if said.strip() else "a web page"


def _short(text: str) -> str:
    text = " ".join(json_text.sound(text[:_READ]).split()).rstrip(".") or "no reason given"
    return text if len(text) <= 300 else text[:299] + "…"
