from typing import Annotated

import typer

from hearth.lsp_server.commands import talking, terminal
from hearth.lsp_server.commands.selection import HELP, selection


def chat(
    place: Annotated[str, typer.Argument(metavar="[FILE:A-B]", help=f"what it is about: {HELP}")] = "",
    question: Annotated[
        str, typer.Option("--question", "-q", help="ask this; what comes from a pipe is then what it is about")
    ] = "",
    model: Annotated[str, typer.Option("--model", "-m", help="another one than the settings say")] = "",
    backend: Annotated[
        str, typer.Option(help="what runs it: local, ollama or openai_compatible (LM Studio, llama-server, vLLM)")
    ] = "",
) -> None:
    """Talk with the model; Ctrl-C stops an answer, Ctrl-D ends the chat. What is piped is one question."""
    passages = (talking.passage(*selection(place)),) if place else ()
    terminal.run(talking.conversation(passages, model, backend, question))
