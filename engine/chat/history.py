"""Conversations as they are kept on this disk: one JSON file each, written whole, readable by this user only."""

import re
import time
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from hearth.engine import paths, state
from hearth.engine.errors import InvalidRequest, RequestError
from hearth.engine.files import CONVERSATION, read_json

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


class Source(msgspec.Struct, frozen=True):
    """What the model was shown with a question, without its text. Lines count from 0; `last` is included."""

    path: str
    uri: str = ""
    first: int | None = None
    last: int | None = None
    why: str = ""


class Turn(msgspec.Struct, frozen=True, omit_defaults=True):
    """`question` is what the user wrote; `sent` is what the model received: the question and the code it is
    about, which `used` names.
    """

    question: str
    sent: str = msgspec.field(name="asked")  # the name in files on users' disks
    answer: str
    used: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """`forgotten` counts the oldest turns that no longer fit the model's window.

    `name` is what the user calls it, `workspace` the folder in which it was begun.
    """

    id: str
    started: float = field(default_factory=time.time)
    turns: tuple[Turn, ...] = ()
    forgotten: int = 0
    name: str = ""
    workspace: str = ""

    @property
    def title(self) -> str:
        if self.name:
            return self.name
        return " ".join(self.turns[0].question.split())[:80] if self.turns else ""


_decoder = msgspec.json.Decoder(Conversation)


def new_id() -> str:
    return uuid.uuid4().hex[:12]


def folder() -> Path:
    return paths.state_dir() / "chats"


def load(id: str) -> Conversation | None:
    """The conversation, or None when there is none, or none that can be read. Raises `InvalidRequest`."""
    path = _path(id)
    try:
        return read_json(path, CONVERSATION, _decoder)
    except OSError:
        return None


def save(conversation: Conversation) -> bool:
    """Whether it could be kept: not on a disk that is full or cannot be written."""
    return state.keep(_path(conversation.id), msgspec.json.encode(_encodable(conversation)))


def delete(id: str) -> bool:
    """Whether there was something to delete; the readable copy goes with it. Raises `RequestError`."""
    path = _path(id)
    there = path.exists()
    try:
        path.with_suffix(".md").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    except OSError as error:
        if not there:
            return False  # a file in the place of a folder, say
        raise RequestError(f"{path} cannot be deleted: {error.strerror or error}") from error
    return there


def listed() -> list[Conversation]:
    """All that are kept, newest first."""
    found = [load(path.stem) for path in folder().glob("*.json") if _ID.fullmatch(path.stem)]
    return sorted((each for each in found if each), key=lambda each: each.started, reverse=True)


def _encodable(conversation: Conversation) -> Conversation:
    """Without lone surrogates, which a model's half a character may leave and no file can hold."""
    turns = tuple(
        Turn(_sound(turn.question), _sound(turn.sent), _sound(turn.answer), tuple(map(_named, turn.used)))
        for turn in conversation.turns
    )
    name, workspace = _sound(conversation.name), _sound(conversation.workspace)
    return replace(conversation, turns=turns, name=name, workspace=workspace)


def _named(source: Source) -> Source:
    return msgspec.structs.replace(
        source, path=_sound(source.path), uri=_sound(source.uri), why=_sound(source.why)
    )


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _path(id: str) -> Path:
    if not _ID.fullmatch(id):
        raise InvalidRequest(f"{id[:80]!r} is not a valid name for a conversation (letters, digits, - and _ only)")
    return folder() / f"{id}.json"
