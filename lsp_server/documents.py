"""The open documents: our text of each, whether it is still the editor's, and who may see it.

The protocol has no way to ask a client for its text. So every save brings the text, which is compared. A client
that answers `hearth/documentText` (`experimental.hearth.documentText`) is asked as soon as the texts may differ.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from hearth.engine import aside
from hearth.engine.context import ignore
from hearth.engine.context.documents import Document
from hearth.engine.context.ignore import Disk, Verdict
from hearth.engine.context.recent import RecentEdits
from hearth.engine.next_edit.history import EditHistory
from hearth.lsp_server import convert
from hearth.lsp_server.background import Background
from hearth.lsp_server.healing import Text
from hearth.lsp_server.status import StatusReporter
from hearth.lsp_server.words.client import Client

log = logging.getLogger("hearth.server")
_MAX_CHARS = 8_000_000  # of a document; to apply a key to the text costs what all of it costs
_JUDGE_SECONDS = 0.3  # for the disk to tell where a file leads; the event loop waits
_LATE_SECONDS = 60.0  # the same once nothing waits
_TRIES = 3  # to get a client's text for the version that we have


class Documents:
    """All methods run on the event loop. `on_forget` is called for each document that is no longer open."""

    def __init__(
        self, client: Client, status: StatusReporter, background: Background, on_forget: Callable[[str], None]
    ) -> None:
        self.history = EditHistory()
        self.desynced: set[str] = set()  # documents whose text may not be the client's
        self.broken: dict[str, Text] = {}  # documents that we failed to open or to change
        self.changed_at = 0.0  # when a key was pressed last, on the clock of `time.monotonic`
        self._client = client
        self._status = status
        self._background = background
        self._on_forget = on_forget
        self._open: dict[str, Document] = {}
        self._secret: set[str] = set()
        self._judging: dict[str, asyncio.Task[None]] = {}

    @property
    def recent_edits(self) -> RecentEdits:
        return self.history.recent

    def get(self, uri: str) -> Document | None:
        return self._open.get(uri)

    def at(self, path: Path) -> Document | None:
        """The open document of that file. URIs do not tell: clients escape and spell them in their own ways."""
        wanted = _same_file(str(path))
        found = (each for each in self._open.values() if each.path and _same_file(each.path) == wanted)
        return next(found, None)

    def all(self) -> tuple[Document, ...]:
        """The oldest first."""
        return tuple(self._open.values())

    def offset(self, document: Document, position: lsp.Position) -> int:
        return convert.offset_at(document, position, self._client.encoding)

    def is_too_long(self, document: Document) -> bool:
        return len(document.text) > _MAX_CHARS

    # Opening and closing.

    def open(self, item: lsp.TextDocumentItem) -> Document | None:
        """The document, kept from now on; None for one that is too long, which is then as good as not open."""
        said: object = item.language_id  # nothing has checked it
        language = said if isinstance(said, str) else "plaintext"
        document = Document(item.uri, item.text, language, to_fs_path(item.uri), item.version)
        if self.is_too_long(document):
            said = f"{document.path or item.uri} is left alone: it is longer than {_MAX_CHARS // 10**6} MB"
            self._client.show_message_once(said, lsp.MessageType.Info)
            return None
        self._judge(document)
        self._open[item.uri] = document  # not before it is known whether a model may see it
        return document

    def forget(self, uri: str) -> None:
        self._open.pop(uri, None)
        self.history.forget(uri)
        self._secret.discard(uri)
        self._judging.pop(uri, None)
        self.desynced.discard(uri)
        self._on_forget(uri)

    # Documents that we failed to follow: what the client has of them is known all the same.

    def known(self, uri: str) -> Text | None:
        """The client's text as it is now; None for a document that is not open."""
        if (broken := self.broken.get(uri)) is not None:
            return broken
        document = self._open.get(uri)
        return Text(document.language, document.version, document.text) if document is not None else None

    def reopen(self, uri: str, text: Text) -> None:
        """Rebuild the document. Raises whatever goes wrong; then it counts as broken and stays unused."""
        self.discard(uri)
        self.broken[uri] = text
        self.open(lsp.TextDocumentItem(uri, text.language, text.version, text.text))
        del self.broken[uri]

    def discard(self, uri: str) -> None:
        """Forget the document, even if a part of us fails to."""
        self.broken.pop(uri, None)
        try:
            self.forget(uri)
        except Exception:
            log.exception("a document was not forgotten as a whole")
            self._open.pop(uri, None)

    # Secrets.

    def is_secret(self, document: Document) -> bool:
        """No model may see it."""
        return document.uri in self._secret

    async def judged(self, uri: str) -> None:
        """Return once it is known whether a document may be shown to a model; which is at once, mostly."""
        if (judging := self._judging.get(uri)) is not None:
            await asyncio.wait({judging})
            if self._judging.get(uri) is judging:
                del self._judging[uri]

    def _judge(self, document: Document) -> None:
        """Find out whether a file holds secrets or is ignored, and say in the status what follows from that."""
        if not document.path:
            return
        path, roots = document.path, self._client.roots
        try:
            verdict = aside.wait(_JUDGE_SECONDS, lambda: ignore.verdict_of_path(path, roots, Disk()))
            self._note_verdict(document, verdict)
        except TimeoutError:
            # Nobody knows yet where it leads: until then no model sees it.
            self._secret.add(document.uri)
            self._judging[document.uri] = self._background.start(self._judge_late(document, path, roots))

    async def _judge_late(self, document: Document, path: str, roots: tuple[str, ...]) -> None:
        try:
            judged = await aside.run(_LATE_SECONDS, lambda: ignore.verdict_of_path(path, roots, Disk()))
        except TimeoutError:
            judged = Verdict(False, "its disk does not tell where it leads", secret=True)
        if self._open.get(document.uri) is document:
            self._secret.discard(document.uri)
            self._note_verdict(document, judged)

    def _note_verdict(self, document: Document, judged: Verdict) -> None:
        if judged.allowed:
            return
        if judged.secret:
            self._secret.add(document.uri)
            said = f"{document.path} is not completed: {judged.reason}"
            self._client.show_message_once(said, lsp.MessageType.Info)
        else:
            said = f"{document.path} is completed from itself alone: {judged.reason}"
        self._status(replace(self._status.current, message=said))

    # Our text against the client's.

    def mark_desynced(self, uri: str, why: str = "a change could not be read") -> None:
        """Our text of this document may not be the client's: ask for it, or wait for the next save."""
        if uri not in self._open or uri in self.desynced:
            return
        self.desynced.add(uri)
        log.warning("a document may be out of step with the editor's: %s", why)
        if self._client.can.document_text:
            self._background.start(self.ask_for_text(uri))

    async def ask_for_text(self, uri: str) -> None:
        """Take the client's own text, from a client that can be asked for it."""
        for _ in range(_TRIES):
            document = self._open.get(uri)
            if document is None:
                return
            text, version = await self._client.text_of(uri)
            if self._open.get(uri) is not document or not isinstance(text, str):
                return
            # A change that came after the answer was read, or is on its way, makes it another version's text.
            if version in (None, document.version):
                self.resync(document, text)
                return
        log.warning("the client's text did not come for the version that we have")

    def resync(self, document: Document, text: str) -> None:
        """The client's text is `text`: take it where ours is another."""
        self.desynced.discard(document.uri)
        if document.text == text:
            return
        log.warning("a document had come out of step with the editor's and was put right")
        document.replace(text)
        self.history.forget(document.uri)


def _same_file(path: str) -> str:
    """Equal for all ways to write the path of one file: letter case on Windows, links, junctions."""
    return os.path.normcase(os.path.realpath(path))


def reason_to_doubt(
    document: Document, params: lsp.DidChangeTextDocumentParams, encoding: convert.Encoding
) -> str:
    """Why this change cannot have been made to the text that we have; "" when it can. Ask before it is applied.

    Columns past the end of a line and the line after the last one are allowed and mean the nearest place.
    """
    version = params.text_document.version
    if document.version and 0 < version <= document.version:
        return f"version {version} came after version {document.version}"
    if not params.content_changes:
        return ""
    change = params.content_changes[0]  # the positions of the others are those of a text that is not there yet
    if not isinstance(change, lsp.TextDocumentContentChangePartial):
        return ""
    start, end = change.range.start, change.range.end
    if max(start.line, end.line) > len(document.line_starts):
        return f"a change in line {max(start.line, end.line)} of {len(document.line_starts)}"
    if (end.line, end.character) < (start.line, start.character):
        return "a change that ends before it starts"
    if change.range_length is not None:
        replaced = document.text[
            convert.offset_at(document, start, encoding) : convert.offset_at(document, end, encoding)
        ]
        if change.range_length not in convert.lengths(replaced):
            return f"a change of {change.range_length} characters where there are {len(replaced)}"
    return ""
