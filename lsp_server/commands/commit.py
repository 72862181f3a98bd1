import asyncio
from pathlib import Path
from typing import Annotated

import typer

from hearth.engine import backends
from hearth.engine.commit import changes
from hearth.engine.commit.message import write
from hearth.lsp_server.commands import terminal
from hearth.lsp_server.commands.talking import tell
from hearth.lsp_server.words import screen, text


def commit(
    place: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="a folder or file of the repository")] = Path(),
) -> None:
    """Print a commit message for what is staged, or else for all changes of tracked files.

    `hearth commit | git commit -e -F -` commits with it, once you have read it.
    """
    message = terminal.run(_message(place))
    screen.exactly(text.commit_message(message), end="\n")


async def _message(place: Path) -> str:
    found = await asyncio.to_thread(lambda: changes.read(place.absolute()))
    if found.source == "tracked":
        screen.complain("nothing is staged; this is about all changes of tracked files", "yellow")
    settings = terminal.user_settings()
    backend = backends.create(settings.chat.backend, settings, tell)
    try:
        return await write(backend, found)
    finally:
        await backend.close()
