"""What would be set, and what the user should know about it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hearth.engine.backends.shared.address import is_loopback, shown
from hearth.engine.characters import one_line, quoted
from hearth.engine.errors import HearthError
from hearth.lsp_server.settings import Layer, resolve

Value = str | int | float | bool | list[str]


@dataclass
class Proposal:
    """Settings by section and name. `notes` are sentences; `ignored` are rules for a `.hearthignore`."""

    settings: dict[tuple[str, str], Value] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def set(self, section: str, name: str, value: object) -> None:
        """Propose a value, if it is one that the setting can have; `None` proposes nothing."""
        if value is None:
            return
        _, problems = resolve([Layer("", {section: {name: value}})])
        if problems:
            self.note(f"{section}.{name} = {quoted(value)} was left out: it is no value for that setting.")
            return
        known: Any = value
        self.settings[section, name] = known

    def note(self, said: str) -> None:
        if (line := one_line(said, 500)) not in self.notes:
            self.notes.append(line)


@dataclass(frozen=True, slots=True)
class Used:
    """A model that the other assistant used for `job`, on a server at `url`; `backend` says how to ask it."""

    job: str  # completion or chat
    backend: str
    model: str
    url: str


def use(proposal: Proposal, used: Used) -> None:
    """Propose the model for its job, and the server that has it, if both fit what is proposed already."""
    url = used.url.rstrip("/")
    if not is_loopback(url):
        proposal.note(
            f"{shown_or_quoted(url)} is on another machine, so your code would be sent there: the model "
            f"{quoted(used.model)} for {used.job} was left out. docs/settings.md says what `allow_remote` does."
        )
        return
    other = proposal.settings.get((used.backend, "url"))
    if other is not None and other != url:
        proposal.note(
            f"Hearth knows one server of each kind: {shown(url)} with {quoted(used.model)} for {used.job} was "
            f"left out, because {other} is taken."
        )
        return
    proposal.set(used.backend, "url", url)
    proposal.set(used.job, "backend", used.backend)
    if used.model:
        proposal.set(used.job, "model", used.model)


def shown_or_quoted(url: str) -> str:
    try:
        return shown(url)
    except ValueError:
        return quoted(url)


class Unreadable(HearthError):
    """The file is there, but says nothing that can be read."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be read: {one_line(why)}")
