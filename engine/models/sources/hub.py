"""The Hugging Face hub: its own client finds, authorises and explains; the bytes are streamed here.

The client's `hf_hub_download` throws a half file away when it is interrupted. A model is too big for that, so
the file is read with ranges into one partial file that any source can continue.
"""

import os
import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from hearth.engine.errors import DownloadFailed
from hearth.engine.models.catalog import Hub, ModelFile
from hearth.engine.models.sources import Offer, Report, size

if TYPE_CHECKING:
    from huggingface_hub.file_download import HfFileMetadata

_T = TypeVar("_T")
_HEAD_SECONDS = 8.0  # for the first answer, however many addresses the name has
_SILENCE_SECONDS = 15.0  # without a byte, in the middle of a file
_ATTEMPTS = 3  # in a row that brought nothing


def offers(offer: Offer) -> bool:
    return offer.hub is not None


def room(offer: Offer) -> int:
    return 0


def fetch(offer: Offer, partial: Path, report: Report) -> None:
    """Go on filling `partial` until it has all bytes. Raises `DownloadFailed`; what has come stays."""
    hub, file = offer.hub, offer.file
    if hub is None:
        raise DownloadFailed(f"{file.name} is not on the hub.")
    there = _metadata(hub, file.name, lambda: report(size(partial)))
    if there.size not in (None, file.bytes) or _sha256(there.etag) not in ("", file.sha256):
        raise DownloadFailed(f"{_page(hub)} now has another file under the name {file.name}.")
    failures = 0
    while (have := size(partial)) < file.bytes:
        problem = _stream(hub, file, partial, report)
        failures = 0 if size(partial) > have else failures + 1
        if failures == _ATTEMPTS:
            raise problem or DownloadFailed(f"The hub ({_host()}) stopped sending {file.name}.")
        if problem:
            _pause(1.0, size(partial), report)


def describe(repo: str, name: str, revision: str, report: Report) -> Offer:
    """What the hub has under that name now, pinned to its commit and digest. Raises `DownloadFailed`."""
    hub = Hub(repo, revision)
    there = _metadata(hub, name, lambda: report(0))
    sha256 = _sha256(there.etag)
    if not sha256 or there.size is None or there.commit_hash is None:
        raise DownloadFailed(f"{_page(hub)}: the hub gives no SHA-256 for {name}, so the file cannot be checked.")
    return Offer(ModelFile(name, there.size, sha256), Hub(repo, there.commit_hash))


def _metadata(hub: Hub, name: str, tick: Callable[[], None]) -> "HfFileMetadata":
    client = _client()

    def ask() -> "HfFileMetadata":
        url = client.hf_hub_url(hub.repo, name, revision=hub.revision, endpoint=_endpoint())
        there: HfFileMetadata = client.get_hf_file_metadata(url, timeout=_HEAD_SECONDS, endpoint=_endpoint())
        return there

    try:
        return _within(_HEAD_SECONDS, ask, tick)
    except TimeoutError as error:
        raise DownloadFailed(f"The hub ({_host()}) does not answer.") from error
    except _errors() as error:
        raise _explained(error, hub, name) from error


def _stream(hub: Hub, file: ModelFile, partial: Path, report: Report) -> DownloadFailed | None:
    """Append what one request brings. Returns what broke it off if asking again may help, else raises it."""
    try:
        _append(hub, file, partial, report)
    except _errors() as error:
        problem = _explained(error, hub, file.name)
        if _final(error):
            raise problem from error
        problem.__cause__ = error
        return problem
    return None


def _append(hub: Hub, file: ModelFile, partial: Path, report: Report) -> None:
    # Exported lazily, which the type checker does not see.
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

    client, have = _client(), size(partial)
    url = client.hf_hub_url(hub.repo, file.name, revision=hub.revision, endpoint=_endpoint())
    headers = {**build_hf_headers(), "Accept-Encoding": "identity", "Range": f"bytes={have}-"}
    with client.get_session().stream("GET", url, headers=headers, timeout=_SILENCE_SECONDS) as response:
        if response.status_code >= 400:
            response.read()
        hf_raise_for_status(response)
        if response.status_code != 206:  # the server does not support ranges and starts again
            have = 0
        with partial.open("r+b" if partial.exists() else "wb") as out:
            out.truncate(have)
            out.seek(have)
            for chunk in response.iter_bytes():  # as they come: bigger ones would be lost in a cut connection
                have += len(chunk)
                if have > file.bytes:
                    raise DownloadFailed(f"{_page(hub)} sends more bytes than {file.name} has.")
                out.write(chunk)
                report(have)


def _within(seconds: float, ask: Callable[[], _T], tick: Callable[[], None]) -> _T:
    """The answer of `ask`, or `TimeoutError`. Name look-up has no timeout of its own, hence the thread."""
    results: list[_T | BaseException] = []

    def run() -> None:
        try:
            results.append(ask())
        except BaseException as error:
            results.append(error)

    thread = threading.Thread(target=run, name="hub", daemon=True)
    thread.start()
    end = time.monotonic() + seconds
    while thread.is_alive() and time.monotonic() < end:
        tick()
        thread.join(0.1)
    if not results:
        raise TimeoutError
    if isinstance(results[0], BaseException):
        raise results[0]
    return results[0]


def _pause(seconds: float, have: int, report: Report) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        report(have)
        time.sleep(0.1)


def _client() -> ModuleType:
    """The client, imported late because that is slow, and configured to send no figures about this machine."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import huggingface_hub

    return huggingface_hub


def _errors() -> tuple[type[Exception], ...]:
    from huggingface_hub import errors

    # The client's errors are those of the HTTP library that it is built on: httpx before 2.0, httpx2 since.
    http = next(base for base in errors.HfHubHTTPError.__mro__ if base.__name__ == "HTTPError")
    known = (http, errors.OfflineModeIsEnabled, errors.FileMetadataError, errors.HFValidationError)
    return (*known, *_proxy_errors())


def _proxy_errors() -> tuple[type[Exception], ...]:
    """What it raises for a proxy variable: one that cannot be read, or that names a kind it has no code for."""
    from huggingface_hub import errors

    http = next(base for base in errors.HfHubHTTPError.__mro__ if base.__name__ == "HTTPError")
    library = sys.modules[http.__module__.partition(".")[0]]
    return (ImportError, ValueError, library.InvalidURL)


def _final(error: Exception) -> bool:
    """Whether asking again would bring the same answer."""
    from huggingface_hub import errors

    if isinstance(error, errors.HfHubHTTPError):
        return error.response.status_code < 500
    final = (errors.OfflineModeIsEnabled, errors.FileMetadataError, errors.HFValidationError)
    return isinstance(error, final + _proxy_errors())


def _explained(error: Exception, hub: Hub, name: str) -> DownloadFailed:
    from huggingface_hub import errors

    if isinstance(error, errors.OfflineModeIsEnabled):
        return DownloadFailed("HF_HUB_OFFLINE is set, so the hub was not asked.")
    if isinstance(error, errors.HFValidationError):
        return DownloadFailed(f"{hub.repo!r} is not the name of a repository on the hub.")
    if isinstance(error, errors.RemoteEntryNotFoundError | errors.RevisionNotFoundError):
        return DownloadFailed(f"{_page(hub)} has no file {name} at revision {hub.revision}.")
    if isinstance(error, errors.GatedRepoError):
        return DownloadFailed(
            f"{hub.repo} is gated: accept its terms at {_page(hub)}, then log in with `hf auth login` "
            "or set HF_TOKEN."
        )
    if isinstance(error, errors.HfHubHTTPError):
        return _explained_status(error.response.status_code, hub)
    if isinstance(error, errors.FileMetadataError):
        return DownloadFailed(f"{_host()} does not answer like a Hugging Face hub.")
    if isinstance(error, _proxy_errors()) and (not isinstance(error, ValueError) or "proxy" in str(error)):
        return DownloadFailed(
            "The variables HTTP_PROXY, HTTPS_PROXY and ALL_PROXY must name HTTP proxies; those that are set "
            f"cannot be used to reach the hub ({_host()})."
        )
    return DownloadFailed(f"The hub ({_host()}) cannot be reached: {str(error) or type(error).__name__}.")


def _explained_status(status: int, hub: Hub) -> DownloadFailed:
    if status in (401, 403, 404):
        return DownloadFailed(
            f"The hub refused access to {hub.repo} ({status}): it does not exist, is private, or needs you to "
            f"log in with `hf auth login` (or HF_TOKEN) and to accept its terms at {_page(hub)}."
        )
    if status == 429:
        return DownloadFailed("The hub reports too many requests (429); try again in a few minutes.")
    return DownloadFailed(f"The hub ({_host()}) answered with an error ({status}); try again later.")


def _endpoint() -> str:
    # Read now: the client keeps what it saw when it was imported.
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"


def _host() -> str:
    return _endpoint().partition("://")[2]


def _page(hub: Hub) -> str:
    return f"{_endpoint()}/{hub.repo}"


def _sha256(etag: str | None) -> str:
    return etag if etag and re.fullmatch(r"[0-9a-f]{64}", etag) else ""
