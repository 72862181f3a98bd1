from typing import Annotated

import typer

from engine.chat import EXPLAIN
from lsp_server.commands import talking, terminal
from lsp_server.commands.selection import HELP, selection


def explain(
    place: Annotated[str, typer.Argument(metavar="FILE:A-B", help=HELP)],
    question: Annotated[str, typer.Argument(help="ask this instead")] = EXPLAIN,
) -> None:
    """Explain code, or answer a question about it."""
    passage = talking.passage(*selection(place))
    terminal.run(talking.one_answer(question, (passage,)))
