"""Where answers come from. A backend is a module in this folder; its name is the setting's value.

Each module has `create(settings, on_status)` that returns a `Backend`. Adding one is adding a file.
"""

from collections.abc import AsyncGenerator, Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, runtime_checkable

from hearth.engine.errors import SettingsError
from hearth.engine.settings import Settings
from hearth.engine.types import AnyRequest, CompletionRequest, Finished, Piece, Probe, Status, Usage

OnStatus = Callable[[Status], None]


class Backend(Protocol):
    """One source of answers.

    The iterators end with exactly one `Finished`. Closing one early (`aclose`) cancels the request, and the
    model really stops. All methods raise `hearth.engine.errors.HearthError` only.
    """

    def generate(self, request: AnyRequest) -> AsyncGenerator[Piece | Finished, None]:
        """Stream the answer to a prompt of any kind that the backend has a form for.

        Of a `FimPrompt` that is the text between `typed` and `below`. Stop rules are applied already; what a
        model thinks comes as pieces of part "thinking".
        """
        ...

    async def warm(self, request: CompletionRequest) -> Usage:
        """Prefill the prompt at the lowest priority; a no-op where the backend keeps no KV cache.

        Returns what that cost, zeros where it is not known.
        """
        ...

    async def probe(self, request: CompletionRequest) -> Probe:
        """What `generate` would send, without sending it."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Fetcher(Protocol):
    """A backend that gets its models by itself, and does as the user says about that."""

    async def fetch(self) -> None:
        """Have the models, after a download failed or was stopped; goes on with what has come."""
        ...

    def stop_fetching(self) -> None:
        """End what is being downloaded. Nothing begins again before `fetch`."""
        ...

    def wait_for_fetch(self) -> None:
        """Download no model that nobody has chosen before `fetch`."""
        ...


@runtime_checkable
class Predicting(Protocol):
    """A backend that answers a `RewritePrompt` by a model that was trained to predict edits."""

    async def prepare_to_predict(self) -> float:
        """Have that model loaded if it is on this disk; how many tokens of a prompt it evaluates in a second.

        Raises `HearthError`, also where it is not there: nobody waits for it, so it is not downloaded.
        """
        ...


@runtime_checkable
class Served(Protocol):
    """A backend whose model another program runs."""

    async def examine(self) -> dict[str, str]:
        """What the server says of itself: headings and what to say under each. Raises `HearthError`."""
        ...

    async def offers(self) -> tuple[str, tuple[str, ...]]:
        """The server's name for messages, and its models. Raises `HearthError`."""
        ...


@runtime_checkable
class Windowed(Protocol):
    """A backend that knows how much the chat model takes at once."""

    async def window(self) -> int:
        """In tokens, of prompt and answer together; 0 where it is not known. Raises `HearthError`."""
        ...


def create(name: str, settings: Settings, on_status: OnStatus) -> Backend:
    """The backend of that name. Raises `SettingsError` when there is no such module."""
    known = name.isidentifier() and find_spec(f"hearth.engine.backends.{name}") is not None
    make = getattr(import_module(f"hearth.engine.backends.{name}"), "create", None) if known else None
    if make is None:  # also for the modules here that backends share
        raise SettingsError(f"there is no backend named {name!r}; use local, ollama or openai_compatible")
    backend: Backend = make(settings, on_status)
    return backend
