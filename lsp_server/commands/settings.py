from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from hearth.engine import paths
from hearth.lsp_server.commands import setting_rows, terminal
from hearth.lsp_server.commands.setting_rows import SettingRow
from hearth.lsp_server.words import screen

_PAGE = """\
# Settings

<!-- Written by `hearth settings --markdown`; a test compares the two. The source is engine/settings.py. -->

A setting comes from the editor or from your own `hearth.toml`; `hearth settings` says where that file is. What the
editor says wins. Settings marked *yes* may also stand in a `hearth.toml` at the top of a project.
`completion.max_lines = 20`, for example, is written like this:

| where | how |
|---|---|
| `hearth.toml` | a line `[completion]`, below it `max_lines = 20` |
| VS Code, `settings.json` | `"hearth.completion.max_lines": 20` |
| Neovim | `require('hearth').setup({ settings = { completion = { max_lines = 20 } } })` |
| Helix, `languages.toml` | a line `[language-server.hearth.config]`, below it `completion = { max_lines = 20 }` |
| Emacs, eglot | `(setq-default eglot-workspace-configuration '(:hearth (:completion (:max_lines 20))))` |
| Emacs, lsp-mode | `:initialization-options '(:completion (:max_lines 20))` in `make-lsp-client` |
| Vim, ALE | `'initialization_options': {'completion': {'max_lines': 20}}` in `ale#linter#Define` |
| Sublime Text, `LSP.sublime-settings` | `"settings": { "hearth": { "completion": { "max_lines": 20 } } }` |
| Zed | in `hearth.toml`: the extension of its page passes no settings on |

A setting that is changed in the editor takes effect at once. A changed `hearth.toml` is read when an editor starts
the server, and when it sends its own settings. If `host.threads` or `host.gpu_layers` change, the model is loaded
again. All windows share one model process: of `host.*`, the values of the window that connected last count.

"""


def settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="the reference, as a page")] = False,
) -> None:
    """Show every setting: what it is now, by your own hearth.toml, and what it means."""
    rows = setting_rows.all_settings()
    if markdown:
        screen.exactly(page(rows))
        return
    now = terminal.user_settings()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("setting", "now", "meaning"):
        table.add_column(title, overflow="fold")
    for row in rows:
        value = setting_rows.value_of(row.name, now)
        style = "" if value == row.default else "green"
        table.add_row(row.name, Text(setting_rows.as_toml(value), style), row.meaning)
    screen.out.print(table)
    there = "" if paths.config_file().exists() else " (there is none yet)"
    screen.out.print(f"From {paths.config_file()}{there}; an editor's own settings come on top.", soft_wrap=True)


def page(rows: list[SettingRow]) -> str:
    """The reference as Markdown, a table for each section."""
    lines = [_PAGE.rstrip("\n")]
    section: str | None = None
    for row in rows:
        top = row.name.rpartition(".")[0]
        if top != section:
            section = top
            lines += ["", f"## {top or 'Others'}", ""]
            lines += ["| setting | meaning | type | default | range | project |", "|---|---|---|---|---|---|"]
        cells = (
            f"`{row.name}`",
            row.meaning.replace("|", "\\|"),
            row.type,
            f"`{setting_rows.as_toml(row.default)}`",
            row.range,
            "yes" if row.by_project else "",
        )
        lines.append(f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |"))
    return "\n".join(lines) + "\n"
