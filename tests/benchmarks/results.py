"""Tables on the terminal; tables, JSON and plots in the folder of results."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

console = Console()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text; the first column names the rows."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def publish(
    folder: Path,
    name: str,
    machine: dict[str, str],
    sheet: Sheet,
    data: Any,
    notes: Sequence[str],
    on_terminal: bool = True,
) -> None:
    """Print `sheet`, and write it as `name`.md and everything as `name`.json."""
    if on_terminal:
        console.print(_table(sheet))
    for note in notes:
        console.print(f"- {note}", markup=False, highlight=False)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(_markdown(sheet, machine, notes), "utf-8")
    everything = {"machine": machine, "notes": list(notes), **data}
    (folder / f"{name}.json").write_text(json.dumps(everything, indent=1), "utf-8")
    console.print(f"written to {folder / name}.md, .json", style="dim", highlight=False)


def number(value: float | None, digits: int = 0, unit: str = "") -> str:
    return "–" if value is None else f"{value:.{digits}f}{unit}"


def percent(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{100 * value:.{digits}f}%"


def ratio(value: float | None, base: float | None) -> str:
    """`value` in units of `base`."""
    return "–" if value is None or not base else f"{value / base:.2f}×"


def _table(sheet: Sheet) -> Table:
    table = Table(title=escape(sheet.title), title_justify="left")
    for index, column in enumerate(sheet.columns):
        table.add_column(escape(column), justify="left" if index == 0 else "right")
    for row in sheet.rows:
        table.add_row(*map(escape, row))
    return table


def _markdown(sheet: Sheet, machine: dict[str, str], notes: Sequence[str]) -> str:
    lines = [f"## {sheet.title}", ""]
    lines += ["| " + " | ".join(sheet.columns) + " |", "|---|" + "---:|" * (len(sheet.columns) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in sheet.rows]
    lines += ["", *(f"- {note}" for note in notes), *(f"- {key}: {value}" for key, value in machine.items()), ""]
    return "\n".join(lines)
