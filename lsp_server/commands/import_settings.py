from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from hearth.engine import paths
from hearth.engine.context.ignore import HEARTH_IGNORE
from hearth.engine.errors import InvalidRequest
from hearth.engine.files import IGNORE_RULES, read_text, write_atomically
from hearth.lsp_server.commands import setting_rows, terminal, toml_edit
from hearth.lsp_server.importing import sources
from hearth.lsp_server.importing.proposal import Proposal
from hearth.lsp_server.importing.sources import SOURCES, Source
from hearth.lsp_server.words import screen

_THEIRS = ".continueignore"


def import_settings(
    path: Annotated[
        Path | None, typer.Argument(help="the other program's file; without one it is looked for")
    ] = None,
    origin: Annotated[str, typer.Option("--from", help="continue or llama.vscode, where both are there")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="write without asking")] = False,
) -> None:
    """Take over the settings of Continue or llama.vscode: shows what would be set, and asks."""
    source, file = _chosen(path, origin)
    proposal = source.read(sources.content_of(file))
    rules = _rules(proposal)
    screen.out.print(f"{source.title}: {file}", soft_wrap=True)
    changes = _shown(proposal)
    _show_rules(rules)
    for note in proposal.notes:
        screen.out.print(f"• {note}", soft_wrap=True)
    if not changes and not rules:
        screen.out.print("There is nothing to set.")
        return
    if not yes:
        typer.confirm("Set this?", abort=True)
    if changes:
        toml_edit.set_values(paths.config_file(), changes)
        screen.out.print(f"Written to {paths.config_file()}.", soft_wrap=True)
    if rules:
        _write_rules(rules)


def _chosen(path: Path | None, origin: str) -> tuple[Source, Path]:
    names = [source.name for source in SOURCES]
    if origin and origin not in names:
        raise InvalidRequest(f"--from takes {' or '.join(names)}, not {origin[:40]!r}")
    if path is not None:
        return sources.of_file(path, origin), path
    there = sources.found(Path.home(), origin)
    if not there:
        places = [str(place) for source in SOURCES for place in source.places(Path.home())[:1]]
        raise InvalidRequest(f"There is nothing to import in {' or '.join(places)}; name the file.")
    if len(there) > 1:
        raise InvalidRequest(f"There are settings of several: say --from {' or --from '.join(names)}.")
    return there[0]


def _shown(proposal: Proposal) -> list[toml_edit.Change]:
    """What is not so already, as a table."""
    now = terminal.user_settings()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("setting", "now", "then"):
        table.add_column(title, overflow="fold")
    changes: list[toml_edit.Change] = []
    for (section, name), value in proposal.settings.items():
        before = setting_rows.value_of(f"{section}.{name}", now)
        after = tuple(value) if isinstance(value, list) else value
        if before != after:
            table.add_row(f"{section}.{name}", setting_rows.as_toml(before), setting_rows.as_toml(after))
            changes.append(toml_edit.Change(section, name, value))
    if changes:
        screen.out.print(table)
    return changes


def _rules(proposal: Proposal) -> list[str]:
    """The rules for a `.hearthignore` of this folder that it has not yet."""
    theirs = _lines(Path(_THEIRS))
    ours = set(_lines(Path(HEARTH_IGNORE)))
    return [rule for rule in dict.fromkeys([*theirs, *proposal.ignored]) if rule not in ours]


def _lines(path: Path) -> list[str]:
    try:
        lines = read_text(path, IGNORE_RULES).splitlines()
    except FileNotFoundError:
        return []
    return [line.rstrip() for line in lines if line.strip() and not line.startswith("#")]


def _show_rules(rules: list[str]) -> None:
    if not rules:
        return
    screen.out.print(f"Into {HEARTH_IGNORE} of this folder, whose files are then no context for others:")
    for rule in rules:
        screen.out.print(f"  {rule}", soft_wrap=True)


def _write_rules(rules: list[str]) -> None:
    path = Path(HEARTH_IGNORE)
    before = read_text(path, IGNORE_RULES) if path.exists() else ""
    gap = "\n" if before and not before.endswith("\n") else ""
    write_atomically(path.resolve(), f"{before}{gap}{chr(10).join(rules)}\n".encode())
    screen.out.print(f"Written to {path.resolve()}.", soft_wrap=True)
