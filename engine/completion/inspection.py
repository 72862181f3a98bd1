"""The prompt inspector: exactly what a completion at a place would send, why, and what was left out and why."""

from dataclasses import asdict, dataclass
from typing import Any

from hearth.engine.completion.completer import Completer
from hearth.engine.completion.cursor import cursor_at
from hearth.engine.completion.requests import in_secret, request_for
from hearth.engine.context.documents import Document
from hearth.engine.errors import RequestForbidden
from hearth.engine.text import estimate_tokens
from hearth.engine.types import Members

_MAX_NAMES = 100  # of members, that are told


@dataclass(frozen=True, slots=True)
class InspectedPiece:
    """One part of the prompt. `tokens` is an estimate; the whole is counted by the model's own tokenizer."""

    source: str
    path: str
    text: str
    tokens: int
    reason: str


@dataclass(frozen=True, slots=True)
class InspectedMembers:
    """The names that guide the answer behind a dot, the first of them, and how many there are."""

    names: tuple[str, ...]
    count: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    prompt: str
    prompt_tokens: int
    cached_tokens: int
    healed: str
    pieces: tuple[InspectedPiece, ...]
    left_out: tuple[dict[str, str], ...]
    members: InspectedMembers | None = None  # what may stand behind the dot, where the cursor is behind one

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def inspect(completer: Completer, document: Document, offset: int) -> Inspection:
    """For the full frame, which is what requests are answered from once the cursor has rested.

    Nothing is generated, and nothing of what the completer remembers is changed. Raises `HearthError`.
    """
    if in_secret(document, offset):
        raise RequestForbidden("nothing is sent from here: the cursor is in a key or a password")
    cursor = cursor_at(document, offset)
    framed = await completer.prompts.of(document.uri).fullest(document.snapshot(), offset)
    members = completer.members(document.uri, document.text, offset)
    request = request_for(framed, cursor, False, completer.settings, members)
    probe = await completer.backend.probe(request)
    prompt, gathered = request.prompt, framed.gathered
    own = (
        ("above", prompt.above, "the text above the line where typing began"),
        ("below", prompt.below, "the text below the cursor"),
        ("typed", prompt.typed, "the text between them, left of the cursor"),
    )
    pieces = [
        InspectedPiece(piece.source, piece.path, piece.text, piece.tokens, piece.reason)
        for piece in (gathered.pieces if gathered else ())
    ]
    pieces += [
        InspectedPiece(source, prompt.path, text, estimate_tokens(text), reason)
        for source, text, reason in own
        if text
    ]
    left_out = tuple(
        {"path": each.path, "source": each.source, "reason": each.reason}
        for each in (gathered.left_out if gathered else ())
    )
    return Inspection(
        probe.prompt,
        probe.prompt_tokens,
        probe.cached_tokens,
        probe.healed,
        tuple(pieces),
        left_out,
        _told(prompt.members),
    )


def _told(members: Members | None) -> InspectedMembers | None:
    if members is None:
        return None
    return InspectedMembers(members.names[:_MAX_NAMES], len(members.names), members.complete)
