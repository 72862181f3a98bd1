from typing import Annotated

import typer

from hearth.engine.chat.answering import EXPLAIN
from hearth.lsp_server.commands import talking, terminal
from hearth.lsp_server.commands.selection import HELP, selection


def explain(
    place: Annotated[str, typer.Argument(metavar="FILE:A-B", help=HELP)],
    question: Annotated[str, typer.Argument(help="ask this instead")] = EXPLAIN,
) -> None:
    """Explain code, or answer a question about it."""
    passage = talking.passage(*selection(place))
    terminal.run(talking.one_answer(question, (passage,)))
