"""Asks a server for an action, from outside: by LSP alone, so that any checkout of Hearth can be asked."""

import asyncio
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from tests.benchmarks.actions.pairs import Place
from tests.benchmarks.actions.verdicts import Result
from tests.benchmarks.options import ROOT
from tests.lsp_server.acting import ActingEditor, acting


@dataclass(frozen=True, slots=True)
class Acted:
    """`result` is None where nothing was applied; `said` is what the user was told."""

    result: Result | None
    said: str
    seconds: float


@asynccontextmanager
async def server(
    checkout: Path | None, settings: dict[str, Any], home: Path, folder: Path
) -> AsyncIterator[ActingEditor]:
    """The server of a checkout, in the environment of this one. `folder` is its workspace."""
    root = (checkout or ROOT).resolve()
    # Before there was a package `hearth`, its folders were imported by their own names.
    module = "hearth.lsp_server.cli" if (root / "hearth.py").exists() else "lsp_server.cli"
    command = [sys.executable, "-P", "-m", module, "serve"]
    env = {"PYTHONPATH": str(root)}
    async with acting(settings=settings, home=home, folders=(folder,), server=command, env=env) as editor:
        yield editor


def laid_out(place: Place, folder: Path) -> Path:
    """The pair's file with those beside it, in a workspace; where it lies there."""
    own = folder / place.path.parent.name
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True)
    for path in place.path.parent.iterdir():
        if path.is_file():
            shutil.copyfile(path, own / path.name)
    (own / place.path.name).write_text(place.text, "utf-8")
    return own / place.path.name


async def act(ed: ActingEditor, place: Place, folder: Path, seconds: float) -> Acted:
    """Raises TimeoutError when there is no answer in that time."""
    path = laid_out(place, folder)
    _show(ed, place, path)
    said, began = len(ed.messages), time.perf_counter()
    asked = asyncio.ensure_future(_asked(ed, place))
    await asyncio.wait({asked}, timeout=seconds)  # a request that is cancelled would upset the client
    if not asked.done():
        asked.add_done_callback(lambda each: each.cancelled() or each.exception())
        raise TimeoutError
    is_applied = asked.result()
    ed.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(ed.uri)))
    taken = time.perf_counter() - began
    words = " ".join(ed.messages[said:])
    return Acted(Result(ed.text, _new_files(ed, folder)) if is_applied else None, words, round(taken, 1))


async def _asked(ed: ActingEditor, place: Place) -> bool:
    pair = place.pair
    if pair.instruction:
        wanted = {"action": pair.action, "instruction": pair.instruction, **ed.place}
        return bool(await ed.run("hearth.act", wanted))
    offered = await ed.actions(*([pair.problem] if pair.problem else []))
    if pair.action not in offered:
        return False
    edit = (await ed.resolve(offered[pair.action])).edit
    if edit is not None:
        ed.apply(edit)
    return edit is not None


def _show(ed: ActingEditor, place: Place, path: Path) -> None:
    ed.other_changes.clear()
    ed.uri, ed.text, ed.version, ed.cursor = path.as_uri(), place.text, 1, place.start
    ed.selection = (place.start, place.end if place.pair.problem else place.start)
    item = lsp.TextDocumentItem(ed.uri, place.pair.language, 1, place.text)
    ed.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))


def _new_files(ed: ActingEditor, folder: Path) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for change in ed.other_changes:
        if isinstance(change, lsp.TextDocumentEdit):
            path = change.text_document.uri.removeprefix(folder.as_uri() + "/")
            found.append((path, "".join(edit.new_text for edit in change.edits if hasattr(edit, "new_text"))))
    return tuple(found)
