import asyncio
import random
import statistics
import time
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from hearth.engine.backends import local
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.host.wire import Report
from hearth.engine.settings import Settings
from hearth.engine.types import Completion
from hearth.lsp_server.commands import comparing, terminal
from hearth.lsp_server.words import screen

_PLACES = 4
_KEY_SECONDS = 0.25  # from one keystroke to the next
_REST_SECONDS = 1.0
_FROM_MEMORY = "remembered"


@dataclass(frozen=True, slots=True)
class Keystroke:
    """One request; `right` says whether what was shown is what the file goes on with, up to the line's end."""

    first: bool
    ms: float
    completion: Completion
    right: bool


def bench(
    file: Annotated[Path | None, typer.Argument(help="code that is typed again; never written")] = None,
    model: Annotated[str, typer.Option(help="instead of the one in the settings")] = "",
    keys: Annotated[int, typer.Option(min=1, help="that are typed at each place")] = 30,
    models: Annotated[
        bool, typer.Option("--models", help="compare all models on this disk, by lines of FILE, a file or folder")
    ] = False,
) -> None:
    """Measure completion on this machine: lines of a file are typed again, a key every 250 ms."""
    if models:
        screen.out.print(comparing.compare(file or Path(), terminal.user_settings()))
        screen.out.print("`hearth models use NAME` chooses one.")
        return
    path = file or Path(statistics.__file__)
    document = terminal.open_file(path)
    if document.text.count("\n") < 40:
        terminal.fail(f"{path} is too short: some 40 lines of code are needed")
    settings = terminal.user_settings()
    if settings.completion.backend != "local":
        terminal.fail(
            f"`hearth bench` measures the local model; the settings choose {settings.completion.backend}"
        )
    completion = replace(settings.completion, model=model or settings.completion.model)
    report, keystrokes = terminal.run(_measure(document, replace(settings, completion=completion), keys))
    screen.out.print(_table(report, keystrokes, path))


async def _measure(document: Document, settings: Settings, keys: int) -> tuple[Report, list[Keystroke]]:
    backend = local.create(settings, lambda status: None)
    try:
        report = await backend.report()
        completer = Completer(backend, settings.completion)
        keystrokes: list[Keystroke] = []
        for start in screen.tracked(_places(document.text), "typing"):
            keystrokes += await _type(completer, document, start, keys)
        return report, keystrokes
    finally:
        await backend.close()


async def _type(completer: Completer, original: Document, start: int, keys: int) -> list[Keystroke]:
    """Type a line's end and the lines below it again; the cursor has rested there before."""
    text = original.text
    end = min(len(text), start + keys)
    typed = Document(f"{original.uri}#{start}", text[:start] + text[end:], original.language, original.path)
    await asyncio.wait({asyncio.create_task(completer.rest(typed, start))}, timeout=_REST_SECONDS)
    keystrokes: list[Keystroke] = []
    for offset in range(start, end):
        began = time.perf_counter()
        answer = await completer.complete(typed, offset)
        seconds = time.perf_counter() - began
        if answer is not None:
            right = bool(answer.text.strip()) and text.startswith(answer.text.split("\n")[0], offset)
            keystrokes.append(Keystroke(offset == start, 1000 * seconds, answer, right))
        await asyncio.sleep(max(0.0, _KEY_SECONDS - seconds))
        typed.apply(offset, offset, text[offset])
        typed.version += 1
    completer.forget(typed.uri)
    return keystrokes


def _places(text: str) -> list[int]:
    """Where typing begins: behind the indentation of lines with code, the same in every run."""
    lines = text.splitlines(keepends=True)
    offsets = list(accumulate(map(len, lines), initial=0))
    worthy = [number for number in range(20, len(lines) - 5) if len(lines[number].strip()) > 15]
    chosen = random.Random(1).sample(worthy or [len(lines) // 2], min(_PLACES, max(1, len(worthy))))
    return [offsets[number] + len(lines[number]) - len(lines[number].lstrip()) for number in sorted(chosen)]


def _table(report: Report, keystrokes: list[Keystroke], path: Path) -> Table:
    asked = [each.ms for each in keystrokes if not each.first and each.completion.reason != _FROM_MEMORY]
    shown = [each for each in keystrokes if each.completion.text]
    table = Table(title=f"{report.model} typing {path.name}", title_justify="left", show_header=False)
    rows = [
        ("prompt tokens per second", f"{report.prefill_speed:.0f}"),
        ("answer tokens per second", f"{report.decode_speed:.0f}"),
        ("first suggestion after a second of rest", _ms([each.ms for each in keystrokes if each.first], 50)),
        ("suggestion by the model, median", _ms(asked, 50)),
        ("suggestion by the model, 95 of 100 within", _ms(asked, 95)),
        ("keystrokes answered from memory", f"{1 - len(asked) / max(1, len(keystrokes)):.0%}"),
        ("keystrokes that show something", f"{len(shown) / max(1, len(keystrokes)):.0%}"),
        ("of those, the line is right", f"{sum(each.right for each in shown) / max(1, len(shown)):.0%}"),
        ("memory of the model's process", f"{report.resident_bytes / 2**20:.0f} MiB"),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def _ms(values: list[float], percent: int) -> str:
    if not values:
        return "–"
    ordered = sorted(values)
    return f"{ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]:.0f} ms"
