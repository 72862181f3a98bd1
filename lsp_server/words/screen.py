"""The way to a terminal: whatever a subcommand prints goes through here.

Nothing is read as markup, and every piece of text that is printed, be it in a table, in Markdown or in a bar, is
cleaned when it becomes a segment of a line. Only the colours and movements of the cursor that `rich` itself makes
are commands to the terminal.
"""

import sys
from collections.abc import Iterable
from io import TextIOWrapper
from typing import Any, TypeVar

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markdown import Markdown
from rich.progress import TextColumn, track
from rich.segment import Segment
from rich.text import Text

from hearth.engine.characters import plain
from hearth.lsp_server.words import text

T = TypeVar("T")
_LONGEST = 1000  # characters of an error, which may quote what somebody pasted


class Screen(Console):
    """A console that prints others' words as they are, without what a terminal would obey or hide."""

    def __init__(self, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, highlight=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(plain(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
                continue
            style = segment.style.update_link(None) if segment.style and segment.style.link else segment.style
            yield Segment(plain(segment.text), style)


out = Screen()
errors = Screen(stderr=True)


def forgive() -> None:
    """From now on a terminal that cannot show a letter shows a question mark, and what is piped in is UTF-8.

    Python would take the encoding of the locale: ASCII in some containers, a code page on Windows.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    if isinstance(sys.stdin, TextIOWrapper) and not sys.stdin.isatty():
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")


def complain(message: str, style: str = "red") -> None:
    """One line on stderr."""
    shortened = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
    errors.print(shortened, style=style, soft_wrap=True)


def exactly(said: str, end: str = "") -> None:
    """For programs: on a terminal cleaned, else byte by byte what it is (a path may be no Unicode)."""
    if out.is_terminal:
        said = plain(said)
    out.file.flush()
    try:
        data = f"{said}{end}".encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = f"{said}{end}".encode("utf-8", "replace")
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def json(value: Any) -> None:
    exactly(text.as_json(value), end="\n")


def piece(said: str) -> None:
    """A piece of a text that streams into a pipe; it comes through a `PlainStream`."""
    out.file.write(said)
    out.file.flush()


def markdown(said: str) -> Markdown:
    """What a model wrote, laid out; addresses are text, not links behind other words."""
    return Markdown(said, hyperlinks=False)


def description() -> TextColumn:
    """What a progress bar is about."""
    return TextColumn("{task.description}", markup=False)


def tracked(steps: Iterable[T], doing: str) -> Iterable[T]:
    return track(steps, doing, console=out, transient=True)
