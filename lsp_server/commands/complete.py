import time
from dataclasses import asdict, replace
from typing import Annotated

import typer

from hearth.engine import backends
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.settings import Settings
from hearth.engine.types import Completion, Status
from hearth.lsp_server.commands import terminal
from hearth.lsp_server.words import screen


def complete(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE:COL", help="where the cursor is, counted from 1")],
    as_json: Annotated[bool, typer.Option("--json", help="with timings and token counts")] = False,
    model: Annotated[str, typer.Option(help="instead of the one in the settings")] = "",
) -> None:
    """Print exactly the text that would be inserted at a place of a file."""
    document, offset = terminal.place(place)
    settings = _patient(terminal.user_settings(), model)
    began = time.perf_counter()
    completion = terminal.run(_complete(document, offset, settings))
    if not as_json:
        screen.exactly(completion.text)
        return
    report = {**asdict(completion), "total_ms": round(1000 * (time.perf_counter() - began), 1)}
    screen.json(report)


async def _complete(document: Document, offset: int, settings: Settings) -> Completion:
    backend = backends.create(settings.completion.backend, settings, _tell)
    try:
        completion = await Completer(backend, settings.completion).complete(document, offset, automatic=False)
    finally:
        await backend.close()
    return completion or Completion("", offset, offset)


def _patient(settings: Settings, model: str) -> Settings:
    """Nobody is typing: wait for the whole answer."""
    completion = replace(settings.completion, deadline_ms=120_000, model=model or settings.completion.model)
    return replace(settings, completion=completion)


def _tell(status: Status) -> None:
    if status.kind == "downloading" and (status.percent or 0) % 10 == 0:
        screen.errors.print(f"downloading {status.message}: {status.percent}%")
