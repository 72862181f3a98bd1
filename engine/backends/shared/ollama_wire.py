"""What Ollama says when something goes wrong, and how it pulls a model."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from hearth.engine.backends.shared import address
from hearth.engine.backends.shared.http import (
    Patience,
    Site,
    client_options,
    error_text,
    no_protocol,
    refusal,
    unreachable,
)
from hearth.engine.errors import BackendUnavailable, DownloadFailed, HearthError, ModelMissing
from hearth.engine.settings import OllamaSettings

# Behind the last byte the server checks the digest of the whole file, and says nothing meanwhile.
_PULL_SILENCE_SECONDS = 900.0
_PULL_BYTES = 2**30  # of progress: a line of it comes several times a second, for hours
_KEPT = "What has come is kept: the next time it goes on from there."


@dataclass(frozen=True, slots=True)
class Pulling:
    """How far a pull is: the server's own word, and bytes of the files that it has named so far (0: none yet)."""

    doing: str
    done: int = 0
    total: int = 0


def options_of(url: str, patience: Patience, whole: int = 0) -> dict[str, Any]:
    """Arguments of `ollama.AsyncClient`; `whole`: bytes of an answer, where it may be longer than others."""
    return client_options(url, patience, by_line=True, whole=whole)


def site(url: str) -> Site:
    where = address.shown(url)
    hint = "Is Ollama running (`ollama serve`), and is ollama.url right?"
    return Site(f"Ollama at {where}", where, "ollama.url", hint, "Its models in the cloud need `ollama signin`.")


def failures() -> tuple[type[Exception], ...]:
    """What the client raises; the last four where the server's JSON is not what the client expects."""
    import httpx
    import ollama

    return (ollama.ResponseError, httpx.HTTPError, OSError, ValueError, AttributeError, TypeError, RecursionError)


def explained(server: Site, model: str, error: Exception, patience: Patience) -> HearthError:
    """What went wrong, for the user."""
    import httpx
    import ollama

    if isinstance(error, ollama.ResponseError):
        text = error_text(error.error)
        if error.status_code == 404 and "model" in text:
            return ModelMissing(
                f"{server.name} does not have the model {model}. Get it: "
                f"`hearth models pull ollama:{model}`, or `ollama pull {model}`."
            )
        return refusal(server, max(error.status_code, 0), error.error)
    if isinstance(error, httpx.HTTPError):
        return unreachable(server, error, patience)
    if isinstance(error, ConnectionError):  # the client's own, without the reason
        return unreachable(server, httpx.ConnectError(str(error)), patience)
    return no_protocol(server, "Ollama's protocol")


async def pull(
    options: OllamaSettings, model: str, patience: Patience | None = None
) -> AsyncGenerator[Pulling, None]:
    """Let the server get the model; ends when it has it. Closing the stream ends the download there too.

    Raises `DownloadFailed`, `BackendUnavailable`, `RemoteNotAllowed` or `SettingsError`.
    """
    import ollama

    address.check(options.url, options.allow_remote)
    patience = patience or replace(Patience(), first_token=_PULL_SILENCE_SECONDS)
    server = site(options.url)
    client: Any = ollama.AsyncClient(host=options.url, **options_of(options.url, patience, _PULL_BYTES))
    files: dict[str, tuple[int, int]] = {}
    try:
        async with aclosing(await client.pull(model, stream=True)) as parts:
            async for part in parts:
                if part.digest and part.total:
                    files[part.digest] = (part.completed or 0, part.total)
                done, total = (sum(each) for each in zip(*files.values(), strict=True)) if files else (0, 0)
                yield Pulling(part.status or "", done, total)
                if part.status == "success":
                    return
    except failures() as error:
        raise _pull_failed(server, model, error, patience) from error
    finally:
        await client.close()
    raise DownloadFailed(f"{server.name} stopped in the middle of {model}. {_KEPT}")


def _pull_failed(server: Site, model: str, error: Exception, patience: Patience) -> HearthError:
    import ollama

    if not isinstance(error, ollama.ResponseError):
        problem = explained(server, model, error, patience)
        return problem if isinstance(problem, BackendUnavailable) else DownloadFailed(str(problem))
    text = error_text(error.error)
    if "file does not exist" in text or "not found" in text:
        return DownloadFailed(
            f"{server.name} finds no model {model} in its library. Its names look like qwen2.5-coder:7b."
        )
    return DownloadFailed(f"{server.name} could not get {model}: {text}. {_KEPT}")
