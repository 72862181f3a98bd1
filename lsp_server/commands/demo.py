import asyncio
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient
from rich.progress import BarColumn, Progress, TextColumn
from rich.syntax import Syntax
from rich.text import Text

from hearth.lsp_server.commands import terminal
from hearth.lsp_server.words import screen

SAMPLE = '''\
"""Prices of a small shop."""

from dataclasses import dataclass


@dataclass
class Item:
    name: str
    price: float
    quantity: int = 1


def subtotal(items: list[Item]) -> float:
    """Sum of price times quantity of all items."""
    |


def most_expensive(items: list[Item]) -> Item:
    """The item with the highest price."""
    return max(items, key=lambda item: item.price)
'''


def demo() -> None:
    """A real session: the server is started, a file is opened, and the model's ghost text shown in it."""
    terminal.run(_session())


async def _session() -> None:
    client: Any = LanguageClient("hearth-demo", "1")
    progress = Progress(
        screen.description(),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%", markup=False),
        console=screen.out,
    )
    bar = progress.add_task("starting", total=100, visible=False)
    failed: list[str] = []

    def on_status(params: Any) -> None:
        if params.kind == "error":
            failed.append(params.message)
        if params.kind in ("downloading", "loading"):
            percent = getattr(params, "percent", None)
            progress.update(
                bar, description=f"{params.kind} {params.message}", completed=percent or 0, visible=True
            )

    def on_message(params: lsp.ShowMessageParams) -> None:
        pass  # the status says it too

    client.feature("hearth/status")(on_status)
    client.feature(lsp.WINDOW_SHOW_MESSAGE)(on_message)
    with tempfile.TemporaryDirectory() as folder, progress:
        began = time.perf_counter()
        await client.start_io(sys.executable, "-P", "-m", "hearth.lsp_server.cli", "serve")
        try:
            await _play(client, Path(folder) / "shop.py", began, failed, progress)
        finally:
            with suppress(Exception):
                await asyncio.wait_for(client.shutdown_async(None), 5)
                client.exit(None)


async def _play(client: LanguageClient, file: Path, began: float, failed: list[str], progress: Progress) -> None:
    inline = lsp.TextDocumentClientCapabilities(inline_completion=lsp.InlineCompletionClientCapabilities())
    await client.initialize_async(
        lsp.InitializeParams(
            capabilities=lsp.ClientCapabilities(
                general=lsp.GeneralClientCapabilities(position_encodings=[lsp.PositionEncodingKind.Utf32]),
                text_document=inline,
            )
        )
    )
    client.initialized(lsp.InitializedParams())
    above, below = SAMPLE.split("|")
    item = lsp.TextDocumentItem(file.as_uri(), "python", 1, above + below)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    place = lsp.Position(above.count("\n"), len(above) - above.rfind("\n") - 1)

    # By hand, as with the editor's key: it waits for the model however slow the machine is.
    first, _ = await _ask(client, item.uri, place, lsp.InlineCompletionTriggerKind.Invoked)
    total = time.perf_counter() - began
    progress.stop()
    if not first:
        terminal.fail(failed[-1] if failed else "The model had nothing to suggest here.")
    _show(above, first, below, f"Qwen2.5-Coder fills in the body, {total:.1f} s after the server was started:")

    typed = first[: len(first.split()[0]) + 1]
    change = lsp.TextDocumentContentChangePartial(lsp.Range(place, place), typed)
    version = lsp.VersionedTextDocumentIdentifier(version=2, uri=item.uri)
    client.text_document_did_change(lsp.DidChangeTextDocumentParams(version, [change]))
    place = lsp.Position(place.line, place.character + len(typed))
    second, seconds = await _ask(client, item.uri, place, lsp.InlineCompletionTriggerKind.Automatic)
    _show(above + typed, second, below, f"A word typed, and {1000 * seconds:.0f} ms later:")


async def _ask(
    client: Any, uri: str, place: lsp.Position, kind: lsp.InlineCompletionTriggerKind
) -> tuple[str, float]:
    """(the ghost text, seconds)."""
    began = time.perf_counter()
    answer = await client.text_document_inline_completion_async(
        lsp.InlineCompletionParams(
            lsp.InlineCompletionContext(kind),
            lsp.TextDocumentIdentifier(uri),
            place,
        )
    )
    items = getattr(answer, "items", None) or []
    return (str(items[0].insert_text) if items else ""), time.perf_counter() - began


def _show(above: str, ghost: str, below: str, title: str) -> None:
    screen.out.print(f"\n{title}\n", style="bold")
    # Highlighting the parts apart would lose the colours of what spans them; ghost text is dim, as in editors.
    whole = Syntax("", "python", theme="ansi_dark").highlight(above + ghost + below)
    whole.stylize("bold dim reverse" if screen.out.is_terminal else "", len(above), len(above) + len(ghost))
    screen.out.print(whole if screen.out.is_terminal else Text(above + "⟨" + ghost + "⟩" + below))
