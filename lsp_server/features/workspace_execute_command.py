"""The commands, `COMMANDS`: name -> function of the server and the command's arguments."""

from collections.abc import Awaitable, Callable
from typing import Any

from engine.types import Status
from lsp_server.hearth import Hearth


async def pause(ls: Hearth, *_: Any) -> None:
    """No completions until `hearth.resume`."""
    ls.paused = True
    ls.status(Status("paused"))


async def resume(ls: Hearth, *_: Any) -> None:
    ls.paused = False
    ls.status(Status("ready"))


async def accepted(ls: Hearth, *_: Any) -> None:
    """Clients send it when the user takes a suggestion."""


COMMANDS: dict[str, Callable[..., Awaitable[None]]] = {
    "hearth.pause": pause,
    "hearth.resume": resume,
    "hearth.accepted": accepted,
}
