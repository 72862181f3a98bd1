"""Where the editor's other language servers define the names near the cursor.

The server asks while the user rests, and never for what a request waits for. A client that can answer says
`experimental.hearth.definitions`. What was found is kept until a file is saved; a name that was not found is asked
for again once the document has changed.
"""

import asyncio
import logging
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
_WAIT_SECONDS = 0.2  # before a frame is prefilled without the answer
_MAX_PLACES = 3  # of one name
_MAX_NAMES = 200  # that are remembered for one document


@dataclass(slots=True)
class _Known:
    """Of one document: what was found, and what was not in one of its versions."""

    found: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    version: int | None = None


class LanguageServers:
    """All methods run on the event loop."""

    def __init__(self, client: Client, background: Background) -> None:
        self._client = client
        self._background = background
        self._known: dict[str, _Known] = {}
        self._looking: asyncio.Task[None] | None = None

    def places(self, uri: str) -> tuple[Place, ...]:
        known = self._known.get(uri)
        return tuple(place for places in known.found.values() for place in places) if known else ()

    async def look(self, document: Document, offset: int) -> None:
        """Ask for the names near `offset`. Returns after a moment at the latest; the answer may come later."""
        if not self._client.can.definitions:
            return
        if self._looking is None or self._looking.done():
            self._looking = self._background.start(self._look(document, offset))
        await asyncio.wait({self._looking}, timeout=_WAIT_SECONDS)

    def saved(self) -> None:
        """A file has changed on the disk: what was found may stand elsewhere now."""
        self._known.clear()

    def forget(self, uri: str) -> None:
        self._known.pop(uri, None)

    async def _look(self, document: Document, offset: int) -> None:
        known = self._known.setdefault(document.uri, _Known())
        version = document.version
        if known.version != version or len(known.found) > _MAX_NAMES:
            known.missing, known.version = set(), version
        done = known.found.keys() | known.missing
        try:
            uses = await aside.run(_READ_SECONDS, lambda: uses_to_ask(document, offset, done))
        except TimeoutError:
            return
        if not uses or document.version != version:
            return
        known.missing.update(use.name for use in uses)
        found = await self._asked(document, uses)
        known.missing -= found.keys()
        known.found.update(found)

    async def _asked(self, document: Document, uses: list[Use]) -> dict[str, tuple[Place, ...]]:
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


def _places(told: list[tuple[Use, list[Location]]], roots: tuple[str, ...]) -> dict[str, tuple[Place, ...]]:
    """Reads files."""
    found: dict[str, tuple[Place, ...]] = {}
    for use, locations in told:
        for location in locations[:_MAX_PLACES]:
            path, start = to_fs_path(location.uri), location.range.start.as_lsp()
            place = place_of(use.name, path, start.line, start.character, roots) if path else None
            if place is not None:
                found[use.name] = (*found.get(use.name, ()), place)
    return found
