"""Conversations as they are kept on this disk: one JSON file each, written whole, readable by this user only."""

import re
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from engine import paths
from engine.errors import RequestRefused
from engine.files import CONVERSATION, read_json, write_atomically

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Turn:
    """`question` is what the user wrote, `asked` what the model was sent: the same with the code in question."""

    question: str
    asked: str
    answer: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """`forgotten` counts the oldest turns that no longer fit the model's window."""

    id: str
    started: float = field(default_factory=time.time)
    turns: tuple[Turn, ...] = ()
    forgotten: int = 0

    @property
    def title(self) -> str:
        return " ".join(self.turns[0].question.split())[:80] if self.turns else ""


_decoder = msgspec.json.Decoder(Conversation)


def new_id() -> str:
    return uuid.uuid4().hex[:12]


def folder() -> Path:
    return paths.state_dir() / "chats"


def load(id: str) -> Conversation | None:
    """The conversation, or None when there is none, or none that can be read. Raises `RequestRefused`."""
    path = _path(id)
    try:
        return read_json(path, CONVERSATION, _decoder)
    except OSError:
        return None


def save(conversation: Conversation) -> None:
    """Raises `OSError` when the disk is full or not writable."""
    write_atomically(_path(conversation.id), msgspec.json.encode(conversation))


def delete(id: str) -> bool:
    """Whether there was something to delete; the readable copy goes with it."""
    path = _path(id)
    path.with_suffix(".md").unlink(missing_ok=True)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def listed() -> list[Conversation]:
    """All that are kept, newest first."""
    found = [load(path.stem) for path in folder().glob("*.json") if _ID.fullmatch(path.stem)]
    return sorted((each for each in found if each), key=lambda each: each.started, reverse=True)


def _path(id: str) -> Path:
    if not _ID.fullmatch(id):
        raise RequestRefused(f"{id[:80]!r} is no name of a conversation (letters, digits, - and _ only)")
    return folder() / f"{id}.json"
