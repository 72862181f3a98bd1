"""How a trained next-edit model is asked, and what its answer means: one row of `FORMATS` per family.

A format is data: sections, each a special token and a text with fields in braces, which are filled in from a
`Window`. The model goes on behind the last one. Sources: Sweep's announcement of its models (blog.sweep.dev) and
their cards; for Zeta 2.1 the documentation of Zed's edit prediction. `docs/next-edit.md` says what was tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hearth.engine.errors import SettingsError
from hearth.engine.next_edit.windows import Shown, Size, Window
from hearth.engine.types import Passage, RewritePrompt


@dataclass(frozen=True, slots=True)
class Section:
    """A special token and what stands behind it. `per_edit`: once for each edit. `may_go`: if there is no room."""

    mark: str
    text: str = ""
    per_edit: bool = False
    may_go: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """One family. An answer is the window as it should be, between `before` and `after`.

    `cursor` is what the cursor looks like in the field `marked`, and may do in an answer. `size` is that of a
    window on a fast machine. `named` is how files are called, without signs.
    """

    sections: tuple[Section, ...]
    size: Size
    named: str
    before: str = ""
    after: str = ""
    cursor: str = ""


SLOW = Size(above=2, below=5, edits=2, file=0)  # where a prompt token costs more than some milliseconds
FAST = 200.0  # tokens of a prompt evaluated per second, from which on more is shown

FORMATS: dict[str, Format] = {
    "sweep": Format(
        (
            Section("<|file_sep|>", "{path}\n{file}\n", may_go=True),
            Section(
                "<|file_sep|>",
                "{edit.path}.diff\noriginal:\n{edit.old}\nupdated:\n{edit.new}\n",
                per_edit=True,
                may_go=True,
            ),
            Section("<|file_sep|>", "original/{path}\n{original}\n"),
            Section("<|file_sep|>", "current/{path}\n{window}\n"),
            Section("<|file_sep|>", "updated/{path}\n"),
        ),
        Size(above=10, below=10, edits=3, file=1500),
        named="sweep",
    ),
    # The window is one region: its first marker alone, twice, says that nothing is to be changed.
    "zeta2.1": Format(
        (
            Section("<[fim-suffix]>", "\n{below}"),
            Section("<[fim-prefix]>"),
            Section("<filename>", "edit_history\n"),
            Section(
                "",
                "--- a/{edit.path}\n+++ b/{edit.path}\n{edit.removed}{edit.added}\n",
                per_edit=True,
                may_go=True,
            ),
            Section("<filename>", "{path}\n{above}<|marker_1|>{marked}<|marker_2|>\n"),
            Section("<[fim-middle]>"),
        ),
        Size(above=8, below=7, edits=6, file=0),
        named="zeta21",
        before="<|marker_1|>",
        after="<|marker_2|>",
        cursor="<|user_cursor|>",
    ),
}


def format_of(name: str) -> Format:
    """The format of a model, which its name says. Raises `SettingsError`."""
    letters = "".join(char for char in name.lower() if char.isalnum())
    found = next((each for each in FORMATS.values() if each.named in letters), None)
    if found is None:
        raise SettingsError(
            f"next_edit.trained_model: the name {name!r} does not say how that model is asked; "
            f"it must contain one of these: sweep, zeta-2.1"
        )
    return found


def prompt(format: Format, window: Window) -> RewritePrompt | None:
    """What is asked about a window; None where it contains what has a meaning of its own in that format."""
    own = [each for each in (format.before, format.after, format.cursor) if each]
    if any(each in window.text or each in window.original for each in own):
        return None
    fields = {
        "path": window.path,
        "file": window.file,
        "original": window.original,
        "window": window.text,
        "marked": window.text[: window.cursor] + format.cursor + window.text[window.cursor :],
        "above": window.above,
        "below": window.below,
    }
    passages = tuple(_passages(format, window, fields))
    return RewritePrompt(passages, format.before + window.text + format.after)


def read(format: Format, answer: str) -> list[tuple[int, int]]:
    """Which parts of an answer are the new window, one after the other; none for an answer that says nothing."""
    start, end = len(format.before), len(answer.rstrip("\n")) - len(format.after)
    is_whole = answer.startswith(format.before) and answer[: end + len(format.after)].endswith(format.after)
    if not is_whole or end < start:
        return []
    cursor = answer.find(format.cursor, start, end) if format.cursor else -1
    return [(start, end)] if cursor < 0 else [(start, cursor), (cursor + len(format.cursor), end)]


def _passages(format: Format, window: Window, fields: dict[str, str]) -> Iterator[Passage]:
    for section in format.sections:
        if section.per_edit:
            for edit in window.edits:
                yield Passage(section.mark, section.text.format(edit=_Lines(edit), **fields), section.may_go)
        elif "{file}" not in section.text or window.file:
            yield Passage(section.mark, section.text.format(**fields), section.may_go)


class _Lines:
    """An edit as the fields of a section."""

    def __init__(self, edit: Shown) -> None:
        self.path, self.old, self.new = edit.path, edit.old, edit.new
        self.removed, self.added = _signed("-", edit.old), _signed("+", edit.new)


def _signed(sign: str, text: str) -> str:
    return "".join(f"{sign}{line}\n" for line in text.split("\n")) if text else ""
