"""Where the editor's other language servers define the names near the cursor.

The server asks while the user rests, and never for what a request waits for. A client that can answer says
`experimental.hearth.definitions`. A name that was found is asked for again once another file has changed on the
disk, one that was not found once the document has changed. Until there is a new answer the old one counts.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field

from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from hearth.engine import aside
from hearth.engine.context.documents import Document
from hearth.engine.context.elsewhere import Place, Use, place_of, uses_to_ask
from hearth.engine.errors import InvalidRequest
from hearth.lsp_server import convert
from hearth.lsp_server.background import Background
from hearth.lsp_server.params import FoundDefinitions, Location, read
from hearth.lsp_server.words.client import Client

log = logging.getLogger("hearth.server")
_ANSWER_SECONDS = 2.0  # that other language servers get
_READ_SECONDS = 2.0  # to look into the files that they name
_MOMENT = 0.2  # seconds
_MAX_PLACES = 3  # of one name
_MAX_NAMES = 200  # that are remembered for one document


_Key = tuple[str, bool]  # a name, and whether its type was asked for


@dataclass(slots=True)
class _Known:
    """Of one document: what was found, and the names that need not be asked for, in one of its versions."""

    found: dict[_Key, tuple[Place, ...]] = field(default_factory=dict)
    asked: set[_Key] = field(default_factory=set)
    version: int | None = None


class LanguageServers:
    """All methods run on the event loop."""

    def __init__(self, client: Client, background: Background) -> None:
        self._client = client
        self._background = background
        self._known: dict[str, _Known] = {}
        self._looking: asyncio.Task[None] | None = None
        self._here: tuple[str, int, int] | None = None  # where the user rests: document, version, offset

    def places(self, uri: str) -> tuple[Place, ...]:
        known = self._known.get(uri)
        return tuple(place for places in known.found.values() for place in places) if known else ()

    async def look(self, document: Document, offset: int, rest: Callable[[bool], Awaitable[None]]) -> None:
        """Ask for the names near `offset`, and call `rest` after a moment, when most answers have come.

        It is told whether something new is known. If that comes later, `rest` is called once more, unless the user
        has gone on meanwhile.
        """
        if not self._client.can.definitions:
            await rest(False)
            return
        here = self._here = (document.uri, document.version, offset)
        known = self.places(document.uri)
        looking = self._looking = self._background.start(self._look(document, offset, self._looking))
        for seconds in (_MOMENT, _ANSWER_SECONDS + 2 * _READ_SECONDS):
            await asyncio.wait({looking}, timeout=seconds)
            if self._here != here or document.version != here[1]:
                return
            before, known = known, self.places(document.uri)
            if known != before or seconds == _MOMENT:
                await rest(known != before)

    def changed(self, uris: Collection[str]) -> None:
        """Files have changed on the disk: what was found for other documents may stand elsewhere now."""
        for uri, known in self._known.items():
            if any(each != uri for each in uris):
                known.asked.clear()

    def forget(self, uri: str) -> None:
        self._known.pop(uri, None)

    async def _look(self, document: Document, offset: int, before: asyncio.Task[None] | None) -> None:
        """One question at a time; where the user has gone on meanwhile, none."""
        if before is not None:
            await asyncio.wait({before})
        if self._here != (document.uri, document.version, offset):
            return
        known = self._known.setdefault(document.uri, _Known())
        version = document.version
        if known.version != version:
            known.asked &= known.found.keys()
            known.version = version
        if len(known.found) > _MAX_NAMES:
            known.found.clear()
        done = frozenset(known.asked)
        try:
            uses = await aside.run(_READ_SECONDS, lambda: uses_to_ask(document, offset, done))
        except TimeoutError:
            return
        if not uses or document.version != version:
            return
        found = await self._asked(document, uses)
        for use in uses:
            known.asked.add(_key(use))
            known.found.pop(_key(use), None)
        known.found.update(found)

    async def _asked(self, document: Document, uses: list[Use]) -> dict[_Key, tuple[Place, ...]]:
        encoding, roots = self._client.encoding, self._client.roots
        plain_uses, of_types = [use for use in uses if not use.of_type], [use for use in uses if use.of_type]
        positions = [
            [convert.position_at(document, use.offset, encoding) for use in each]
            for each in (plain_uses, of_types)
        ]
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                answer = await self._client.definitions(document.uri, document.version, *positions)
            told = read(answer, FoundDefinitions)
            pairs = [*zip(plain_uses, told.definitions, strict=False), *zip(of_types, told.types, strict=False)]
            return await aside.run(_READ_SECONDS, lambda: _places(pairs, roots))
        except (TimeoutError, InvalidRequest, JsonRpcException) as error:
            log.info("the editor's language servers were no help: %s", type(error).__name__)
            return {}


def _places(told: list[tuple[Use, list[Location]]], roots: tuple[str, ...]) -> dict[_Key, tuple[Place, ...]]:
    """Reads files."""
    found: dict[_Key, tuple[Place, ...]] = {}
    for use, locations in told:
        for location in locations[:_MAX_PLACES]:
            path, start = to_fs_path(location.uri), location.range.start.as_lsp()
            place = place_of(use.name, path, start.line, start.character, roots) if path else None
            if place is not None:
                found[_key(use)] = (*found.get(_key(use), ()), place)
    return found


def _key(use: Use) -> _Key:
    return use.name, use.of_type
