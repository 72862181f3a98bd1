"""`hearth stats`: what suggestions were worth, from the statistics on this disk."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from hearth.engine.settings import Settings
from hearth.engine.stats import advice, records, summary
from hearth.engine.stats.records import SuggestionRecord
from hearth.engine.stats.summary import Figures
from hearth.lsp_server.commands import terminal
from hearth.lsp_server.words import screen

_BARS = "▁▂▃▄▅▆▇█"
_MAX_DAYS = 60  # columns of the plot
_LATENCIES = ((50, "under 50 ms"), (100, "to 100 ms"), (200, "to 200 ms"), (400, "to 400 ms"), (1000, "to 1 s"))
_WIDTH = 30  # of the longest bar
_CAPTION = (
    "kept: the share of what was taken that still stood after 30 s; saved: characters; p50, p95: until the answer"
)


def stats(
    days: Annotated[int, typer.Option(min=1, max=3650, help="of so many days")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="the figures for programs")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="delete what was counted")] = False,
) -> None:
    """Show what became of suggestions: taken, kept, characters saved, latency. Nothing of it leaves this disk."""
    if delete:
        return _delete()
    now = time.time()
    settings = terminal.user_settings()
    everything = records.load(now - max(days, advice.DAYS) * 86400)
    found = [record for record in everything if record.at >= now - days * 86400]
    advised = advice.advise([record for record in everything if record.at >= now - advice.DAYS * 86400])
    if as_json:
        screen.json(_as_json(found, advised, days, now))
        return
    if not settings.stats.enabled:
        screen.out.print("Counting is switched off (stats.enabled = false).", style="yellow")
    if not found:
        screen.out.print(f"Nothing was suggested in the last {days} days.")
        return
    screen.out.print(_table(found))
    screen.out.print(_plot(found, min(days, _MAX_DAYS), now))
    screen.out.print(_latencies(found))
    screen.out.print(_advice(everything, advised, settings), soft_wrap=True)
    screen.out.print(
        f"From {records.path()}; delete it with `hearth stats --delete`.",
        style="dim",
        soft_wrap=True,
    )


def _delete() -> None:
    try:
        there = records.delete()
    except OSError as error:
        terminal.fail(f"{records.path()} cannot be deleted: {error.strerror or error}")
    screen.out.print("What was counted is deleted." if there else "There is nothing to delete.")


def _table(found: Sequence[SuggestionRecord]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold", caption=_CAPTION)
    table.caption_justify = "left"
    table.add_column("language", no_wrap=True, min_width=6)
    names = ("shown", "accepted", "partly", "rejected", "kept", "saved", "p50 ms", "p95 ms")
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    rows = list(summary.by_language(found).items())
    for language, figures in rows:
        table.add_row(Text(language), *_cells(figures))
    if len(rows) > 1:
        table.add_row("all", *_cells(summary.figures(found)), style="bold")
    return table


def _cells(figures: Figures) -> list[str]:
    taken = f"{figures.accepted:,} ({figures.accepted / figures.shown:.0%})" if figures.shown else "0"
    kept = "-" if figures.kept is None else f"{figures.kept:.0%}"
    counts = [f"{count:,}" for count in (figures.partly, figures.rejected)]
    latencies = [_milliseconds(figures.latency_p50), _milliseconds(figures.latency_p95)]
    return [f"{figures.shown:,}", taken, *counts, kept, f"{figures.characters_saved:,}", *latencies]


def _plot(found: Sequence[SuggestionRecord], days: int, now: float) -> Text:
    """A column for each day."""
    saved = summary.saved_by_day(found, days, now)
    most = max(count for _, count in saved)
    columns = "".join(_BARS[(count * (len(_BARS) - 1) + most - 1) // most] if count else "·" for _, count in saved)
    best = next(day for day, count in saved if count == most)
    text = Text("\ncharacters saved a day  ", style="bold").append(columns if most else "·" * days, style="green")
    return text.append(f"  most {most:,} on {best}" if most else "  none yet", style="default")


def _latencies(found: Sequence[SuggestionRecord]) -> Table:
    """A bar for each class of latencies."""
    table = Table.grid(padding=(0, 1))
    shown = [record.latency_ms for record in found if record.shown is not False]
    classes = (*_LATENCIES, (float("inf"), "longer"))
    lower = (0, *(upper for upper, _ in _LATENCIES))
    counts = [sum(low <= each < high for each in shown) for low, (high, _) in zip(lower, classes, strict=True)]
    for count, (_, name) in zip(counts, classes, strict=True):
        bar = "█" * round(_WIDTH * count / max(1, *counts)) or ("▏" if count else "")
        share = f"{count / max(1, len(shown)):4.0%}"
        table.add_row(Text("answered in" if name == classes[0][1] else "", "bold"), name, Text(bar, "cyan"), share)
    return table


def _advice(everything: Sequence[SuggestionRecord], advised: advice.Advice | None, settings: Settings) -> str:
    if advised is None:
        known = len(advice.evidence(everything))
        if known < advice.SAMPLES:
            return f"\nAdvice on completion.min_confidence needs {advice.SAMPLES} suggestions; there are {known}."
        return "\nUnsure suggestions are taken too: completion.min_confidence may stay as it is."
    said = (
        f"\nWith completion.min_confidence = {advised.min_confidence} there would be {advised.hidden:.0%} fewer"
        f" suggestions, and {advised.lost:.1%} of the saved characters would be lost."
    )
    if settings.stats.tune:
        return f"{said} It is used, because stats.tune is on."
    return f"{said} stats.tune = true uses it by itself."


def _as_json(
    found: Sequence[SuggestionRecord], advised: advice.Advice | None, days: int, now: float
) -> dict[str, object]:
    return {
        "days": days,
        "all": asdict(summary.figures(found)),
        "languages": {language: asdict(figures) for language, figures in summary.by_language(found).items()},
        "saved_by_day": dict(summary.saved_by_day(found, days, now)),
        "advice": asdict(advised) if advised else None,
    }


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
