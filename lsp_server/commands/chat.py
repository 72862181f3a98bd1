from typing import Annotated

import typer

from lsp_server.commands import talking, terminal
from lsp_server.commands.selection import HELP, selection


def chat(
    place: Annotated[str, typer.Argument(metavar="[FILE:A-B]", help=f"what it is about: {HELP}")] = "",
) -> None:
    """Talk with the model; Ctrl-C stops an answer, Ctrl-D ends the chat."""
    passages = (talking.passage(*selection(place)),) if place else ()
    terminal.run(talking.conversation(passages))
