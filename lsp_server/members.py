"""The names that may stand behind the dot left of the cursor: what trees and other language servers know of them.

They are looked for as soon as the cursor is behind a dot, and never for what a request waits for: a request uses
what is known by then. A client that can answer says `experimental.hearth.members`. What is known of a place counts
as long as nothing but the name behind its dot changes.
"""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial

from pygls.exceptions import JsonRpcException

from hearth.engine import aside
from hearth.engine.context.documents import Document
from hearth.engine.context.members import Access, Entry, access_at, from_trees, narrowed, told
from hearth.engine.errors import InvalidRequest
from hearth.engine.languages import language_of
from hearth.engine.types import Members
from hearth.lsp_server import convert
from hearth.lsp_server.background import Background
from hearth.lsp_server.documents import Documents
from hearth.lsp_server.params import FoundMembers, read
from hearth.lsp_server.words.client import Client

log = logging.getLogger("hearth.server")
_ANSWER_SECONDS = 1.0  # that other language servers get
_READ_SECONDS = 1.0  # for what open documents say


@dataclass(slots=True)
class _Place:
    """A dot in one document: the text up to it and behind the name that follows it, and what may stand there."""

    before: str
    behind: str
    members: Members | None = None

    def is_here(self, text: str, offset: int) -> bool:
        """Whether the text is the same but for the beginning of a name between the dot and `offset`."""
        start = len(self.before)
        if offset < start or not text.startswith(self.before):
            return False
        return text[offset:] == self.behind and _is_name(text[start:offset])


class KnownMembers:
    """All methods run on the event loop."""

    def __init__(self, client: Client, documents: Documents, background: Background) -> None:
        self._client = client
        self._documents = documents
        self._background = background
        self._places: dict[str, _Place] = {}
        self._next: tuple[Document, Access, _Place] | None = None
        self._looking: asyncio.Task[None] | None = None

    def known(self, uri: str, text: str, offset: int) -> Members | None:
        """What is known of the names that may stand at an offset of a text."""
        place = self._places.get(uri)
        if place is None or place.members is None or not place.is_here(text, offset):
            return None
        return narrowed(place.members, text[len(place.before) : offset])

    def look(self, document: Document, offset: int) -> None:
        """Find out what may stand at `offset`, if that is behind a dot and not known. One question at a time."""
        access = access_at(document.text, offset, language_of(document.language, document.path))
        old = self._places.get(document.uri)
        if access is None or (old is not None and old.is_here(document.text, offset)):
            return
        place = _Place(document.text[: access.start], document.text[offset:])
        self._places[document.uri] = place
        self._next = document, access, place
        if self._looking is None or self._looking.done():
            self._looking = self._background.start(self._look())

    def forget(self, uri: str) -> None:
        self._places.pop(uri, None)

    async def _look(self) -> None:
        while self._next is not None:
            (document, access, place), self._next = self._next, None
            if not document.text.startswith(place.before):
                continue  # the user has gone on
            asking = asyncio.create_task(self._asked(document, access))
            others, roots = self._documents.all(), self._client.roots
            try:
                place.members = await aside.run(
                    _READ_SECONDS, partial(from_trees, document, others, access, roots)
                )
            except TimeoutError:
                log.info("what open documents say of a member took too long")
            found = await asking
            if found is not None and document.text.startswith(place.before):
                place.members = found

    async def _asked(self, document: Document, access: Access) -> Members | None:
        if not self._client.can.members:
            return None
        position = convert.position_at(document, access.start, self._client.encoding)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                answer = await self._client.members(document.uri, document.version, position)
            if answer is None:
                return None
            found = read(answer, FoundMembers)
            entries = [Entry(each.name, each.kind) for each in found.names]
            return await aside.run(_READ_SECONDS, lambda: told(entries, found.complete, document, access))
        except (TimeoutError, InvalidRequest, JsonRpcException) as error:
            log.info("the editor's language servers knew no members: %s", type(error).__name__)
            return None


def _is_name(text: str) -> bool:
    return all(char.isalnum() or char in "_$" for char in text)
