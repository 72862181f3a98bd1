"""What reaches a terminal, or a pipe."""

import io
import re

import pytest
from rich.live import Live
from rich.progress import Progress
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from hearth.lsp_server.words import screen
from tests.nasty import LEGITIMATE, NASTY, hidden_in

_COLOURS_AND_CURSOR = re.compile(r"\x1b\[[0-9;]*[mAKHJ]|\x1b\[\?25[lh]|\r")


@pytest.fixture(params=[True, False], ids=["terminal", "pipe"])
def console(request: pytest.FixtureRequest) -> screen.Screen:
    made = screen.Screen()
    made.file = io.StringIO()
    made._force_terminal = request.param
    return made


def printed(console: screen.Screen) -> str:
    """Without the colours and movements that `rich` makes."""
    assert isinstance(console.file, io.StringIO)
    return _COLOURS_AND_CURSOR.sub("", console.file.getvalue())


@pytest.mark.parametrize("nasty", [each[:3000] for each in NASTY], ids=range(len(NASTY)))
def test_nothing_that_is_printed_commands_a_terminal(console: screen.Screen, nasty: str) -> None:
    table = Table("name", title=nasty)
    table.add_row(nasty)
    table.add_row(Text(nasty))
    console.print(nasty, style="red")
    console.print(nasty, soft_wrap=True)
    console.print(table)
    console.print(Syntax(nasty, "diff"))
    console.print(screen.markdown(nasty))
    with Live(console=console, auto_refresh=False) as live:
        live.update(screen.markdown(nasty), refresh=True)
    with Progress(screen.description(), console=console, auto_refresh=False) as progress:
        progress.add_task(nasty, total=10)
        progress.refresh()
    assert hidden_in(printed(console)) == set()
    assert "\x1b]8" not in console.file.getvalue()  # type: ignore[attr-defined]


def test_markup_of_others_is_text(console: screen.Screen) -> None:
    said = "[red]x[/red] [link=https://evil.example]y[/link] [/] :smiley:"
    table = Table("name")
    table.add_row(said)
    console.print(said)
    console.print(table)
    assert printed(console).count(said) == 2


@pytest.mark.parametrize("text", LEGITIMATE[:-1])
def test_writing_of_people_is_printed(console: screen.Screen, text: str) -> None:
    console.print(text)
    assert text in printed(console)


def test_a_path_that_is_no_unicode_is_written_byte_by_byte(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    screen.exactly("/models/\udcff.gguf", end="\n")
    screen.exactly("\ud800")
    assert capfdbinary.readouterr().out.replace(b"\r\n", b"\n") == b"/models/\xff.gguf\n?"
