from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from hearth.engine import backends
from hearth.engine.completion.completer import Completer
from hearth.engine.completion.inspection import Inspection
from hearth.engine.completion.inspection import inspect as inspect_place
from hearth.engine.context.documents import Document
from hearth.engine.context.ignore import verdict
from hearth.engine.context.members import access_at, from_trees, narrowed
from hearth.engine.context.query import ContextQuery
from hearth.engine.languages import language_of
from hearth.engine.settings import Settings
from hearth.engine.types import Members, Snapshot
from hearth.lsp_server.commands import terminal
from hearth.lsp_server.words import screen


def inspect(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE:COL", help="where the cursor is, counted from 1")],
    open_files: Annotated[list[Path], typer.Option("--open", help="what else is open; may be repeated")] = [],  # noqa: B006
    as_json: Annotated[bool, typer.Option("--json", help="as `hearth/inspect` answers it")] = False,
) -> None:
    """Show exactly what a completion at a place would send to the model, and what was left out and why."""
    document, offset = terminal.place(place)
    found = verdict(document.path) if document.path else None
    if found is not None and found.secret:
        terminal.fail(f"nothing is sent from {document.path}: {found.reason}")
    others = tuple(terminal.open_file(path) for path in open_files)
    inspection = terminal.run(_inspect(document, offset, others, terminal.user_settings()))
    if as_json:
        screen.json(inspection.as_json())
        return
    _show(inspection)


async def _inspect(
    document: Document, offset: int, others: tuple[Document, ...], settings: Settings
) -> Inspection:
    def surroundings(snapshot: Snapshot, offset: int, window: tuple[int, int]) -> ContextQuery | None:
        if not settings.context.enabled:
            return None
        return ContextQuery(
            snapshot,
            offset,
            open_documents=(document, *others),
            workspace_roots=(str(Path.cwd()),),
            settings=settings.context,
            window=window,
        )

    def members(uri: str, text: str, offset: int) -> Members | None:
        access = access_at(text, offset, language_of(document.language, document.path))
        if access is None or not settings.context.enabled:
            return None
        found = from_trees(document, others, access, (str(Path.cwd()),))
        return narrowed(found, access.typed) if found else None

    backend = backends.create(settings.completion.backend, settings, lambda status: None)
    try:
        return await inspect_place(
            Completer(backend, settings.completion, surroundings, members), document, offset
        )
    finally:
        await backend.close()


def _show(inspection: Inspection) -> None:
    screen.out.print(inspection.prompt)
    if inspection.healed:
        screen.out.print(Text.assemble(("\nthe answer must begin with", "bold"), f" {inspection.healed!r}"))
    if (members := inspection.members) is not None:
        kind = "only one of these" if members.complete else "rather one of these"
        names = ", ".join(members.names) + (", …" if members.count > len(members.names) else "")
        screen.out.print(Text.assemble((f"\nbehind the dot {kind} {members.count} names", "bold"), f" {names}"))
    screen.out.print(
        f"\n{inspection.prompt_tokens} tokens, {inspection.cached_tokens} of them in the KV cache already\n"
    )
    table = Table("source", "file", "tokens", "why", box=None, pad_edge=False)
    for piece in inspection.pieces:
        table.add_row(piece.source, piece.path, str(piece.tokens), piece.reason)
    for left in inspection.left_out:
        table.add_row(left["source"], left["path"], "-", f"left out: {left['reason']}")
    screen.out.print(table)
