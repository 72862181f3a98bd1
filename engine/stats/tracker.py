"""Follows suggestions from the answer to their outcome.

Clients may report what they do with a suggestion. For those that do not, edits are the evidence: text that
appears in one piece where it was suggested was accepted. A suggestion that the user types along stays the same
one, however often it is requested. All times are seconds of `clock`; nothing here accesses the disk.
"""

import itertools
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hearth.engine.stats.records import Outcome, SuggestionRecord

KEPT_AFTER = 30.0  # seconds after which the remainder of an accepted suggestion is measured
_WAITING = 64  # suggestions whose outcome a client may still report
_NEAR = 400  # characters around its place in which an accepted suggestion is searched
_TYPED_BY_EDITORS = "()[]{}<>\"'` \t\r\n"  # what an editor adds by itself


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion as it was sent: `text` at the offset `start`.

    Its first `given` characters are not ours, but the entry that was selected in the editor's own menu.
    """

    uri: str
    start: int
    text: str
    language: str = ""
    model: str = ""
    confidence: float = 1.0
    latency_ms: float = 0.0
    automatic: bool = True
    min_confidence: float = 0.0  # the setting in force
    given: int = 0


@dataclass(slots=True)
class TrackedSuggestion:
    """One suggestion. `there` counts its characters that stand in the document, `keys` those typed one by one.

    `texts` are the answers sent for one request, by id; the suggestion is the one that the client mentioned last.
    """

    id: str
    offer: Offer
    at: float
    there: int = 0
    keys: int = 0
    jumped: int = 0
    taken: int = 0  # its characters up to where it was accepted
    shown: bool = False
    outcome: Outcome = "passed"
    ended: float | None = None
    texts: dict[str, str] = field(default_factory=dict)

    def choose(self, id: str) -> None:
        """The user looks at the answer with this id."""
        text = self.texts[id]
        if text != self.offer.text:
            self.there = _common(text, 0, self.offer.text[: self.there])
            self.offer = replace(self.offer, text=text)

    @property
    def rest(self) -> tuple[int, str]:
        """(where the part that is not there yet belongs, that part)."""
        return self.offer.start + self.there, self.offer.text[self.there :]


@dataclass
class Tracker:
    """The suggestions of one server. Cheap at each call: a few comparisons."""

    clock: Callable[[], float] = time.time
    tells_shown: bool = False
    _current: dict[str, TrackedSuggestion] = field(default_factory=dict)  # by document
    _ended: deque[TrackedSuggestion] = field(default_factory=deque)
    _records: list[SuggestionRecord] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def is_busy(self) -> bool:
        """Whether some records are still outstanding."""
        return bool(self._current or self._ended or self._records)

    def offer(self, offer: Offer, document: str) -> str:
        """An answer is sent for a document with the text `document`; returns the suggestion's id."""
        tracked = self._current.get(offer.uri)
        if tracked is not None and (typed := _continued(tracked.offer, offer, document)) is not None:
            text = tracked.offer.text[:typed] + offer.text
            confidence = tracked.offer.confidence
            if len(text) > len(tracked.offer.text):
                confidence = min(confidence, offer.confidence)  # what was added may be less sure
            tracked.offer, tracked.texts = (
                replace(tracked.offer, text=text, confidence=confidence),
                {tracked.id: text},
            )
            return tracked.id
        self._end(offer.uri)
        tracked = TrackedSuggestion(
            f"{next(self._ids)}", offer, self.clock(), _common(document, offer.start, offer.text)
        )
        tracked.texts[tracked.id] = offer.text
        self._current[offer.uri] = tracked
        return tracked.id

    def also(self, id: str, start: int, text: str) -> str:
        """An alternative to the answer `id` is sent, `text` at the offset `start`; returns its own id."""
        tracked = self._find(id)
        if tracked is None:
            return id
        other = f"{tracked.id}.{len(tracked.texts)}"
        tracked.texts[other] = tracked.offer.text[: start - tracked.offer.start] + text
        return other

    def shown(self, id: str) -> None:
        self.tells_shown = True
        if (tracked := self._told_of(id)) is not None:
            tracked.shown = True

    def accepted(self, id: str) -> TrackedSuggestion | None:
        """All of it was accepted."""
        if (tracked := self._told_of(id)) is not None:
            self._take(tracked, len(tracked.offer.text))
        return tracked

    def partly_accepted(self, id: str, text: str, length: int) -> None:
        """Of `text` (what the client was sent: the suggestion or its rest) the first `length` characters were."""
        tracked = self._told_of(id)
        if tracked is None or tracked.outcome == "accepted" or length <= 0:
            return
        whole = tracked.offer.text
        before = len(whole) - len(text) if text and whole.endswith(text) else 0
        if before + length <= tracked.offer.given:
            return
        tracked.taken = max(tracked.taken, min(len(whole), before + length))
        tracked.outcome, tracked.shown = "partly", True

    def rejected(self, id: str) -> TrackedSuggestion | None:
        """The user dismissed it, or what was left of it; returns the suggestion, if it is known."""
        tracked = self._told_of(id)
        if tracked is None or tracked.outcome == "accepted":
            return None
        tracked.shown = True
        if tracked.outcome != "partly":
            tracked.outcome = "rejected"
        self._end(tracked.offer.uri, tracked)
        return tracked

    def edited(self, uri: str, start: int, end: int, inserted: str, document: str) -> None:
        """`start:end` became `inserted`, which made the text `document`."""
        tracked = self._current.get(uri)
        grown = tracked is not None and self._follow(tracked, inserted, document)
        shift = len(inserted) - (end - start)
        for each in (*self._ended, *([tracked] if tracked and not grown else ())):
            if each.offer.uri == uri and start < each.offer.start and end <= each.offer.start:
                each.offer = replace(each.offer, start=each.offer.start + shift)

    def closed(self, uri: str) -> None:
        self._end(uri)

    def settle(self, text_of: Callable[[str], str | None]) -> None:
        """Make records of suggestions that ended long enough ago; `text_of` gives a document's text, None if
        closed.
        """
        now = self.clock()
        idle = [
            uri for uri, tracked in self._current.items() if now - tracked.at > 10 * KEPT_AFTER or now < tracked.at
        ]
        for uri in idle:
            self._end(uri)
        while self._ended and not 0 <= now - (self._ended[0].ended or 0.0) < KEPT_AFTER:
            self._record(self._ended.popleft(), text_of)

    def finish(self) -> None:
        """Make records of everything, at the end of the session."""
        for uri in list(self._current):
            self._end(uri)
        while self._ended:
            self._record(self._ended.popleft(), lambda uri: None)

    def take(self) -> list[SuggestionRecord]:
        """The records since the last call."""
        records, self._records = self._records, []
        return records

    def _find(self, id: str) -> TrackedSuggestion | None:
        return next((tracked for tracked in (*self._current.values(), *self._ended) if id in tracked.texts), None)

    def _told_of(self, id: str) -> TrackedSuggestion | None:
        """The suggestion, with the answer that has this id as its text."""
        if (tracked := self._find(id)) is not None:
            tracked.choose(id)
        return tracked

    def _follow(self, tracked: TrackedSuggestion, inserted: str, document: str) -> bool:
        """Whether the edit brought more of the suggestion into the document."""
        there = _common(document, tracked.offer.start, tracked.offer.text)
        more = there - max(tracked.there, tracked.offer.given)
        has_grown = there > tracked.there
        tracked.there = there
        if more <= 0 and has_grown:
            return True
        if more <= 0:
            tracked.keys = min(tracked.keys, there)
            return False
        if more == 1 or len(inserted) == 1 or not inserted.strip(_TYPED_BY_EDITORS):
            tracked.keys += more
            return True
        tracked.jumped += more
        if there == len(tracked.offer.text):
            self._take(tracked, there)
        return True

    def _take(self, tracked: TrackedSuggestion, length: int) -> None:
        tracked.outcome, tracked.taken, tracked.shown = "accepted", length, True
        self._end(tracked.offer.uri, tracked)

    def _end(self, uri: str, only: TrackedSuggestion | None = None) -> None:
        tracked = self._current.get(uri)
        if tracked is None or (only is not None and tracked is not only):
            return
        del self._current[uri]
        if tracked.outcome == "passed" and tracked.keys >= len(tracked.offer.text) - tracked.offer.given:
            tracked.outcome = "typed"
        tracked.ended = self.clock()
        self._ended.append(tracked)
        if len(self._ended) > _WAITING:
            self._record(self._ended.popleft(), lambda uri: None)

    def _record(self, tracked: TrackedSuggestion, text_of: Callable[[str], str | None]) -> None:
        offer = tracked.offer
        kept = None
        if tracked.taken and (document := text_of(offer.uri)) is not None:
            kept = _share_left(offer.text[offer.given : tracked.taken], document, offer.start + offer.given)
        self._records.append(
            SuggestionRecord(
                at=round(tracked.at, 3),
                language=offer.language[:40],
                model=offer.model[:80],
                latency_ms=round(offer.latency_ms, 1),
                confidence=round(offer.confidence, 4),
                characters=len(offer.text) - offer.given,
                lines=offer.text.count("\n") + 1,
                automatic=offer.automatic,
                min_confidence=offer.min_confidence,
                shown=True if tracked.shown else (False if self.tells_shown else None),
                outcome=tracked.outcome,
                saved=max(0, tracked.taken - offer.given - tracked.keys),
                kept=kept,
            )
        )


def _continued(old: Offer, new: Offer, document: str) -> int | None:
    """How many characters of the old suggestion stand before the new one, when it is its rest; else None."""
    typed = new.start - old.start
    if not 0 <= typed < len(old.text) or document[old.start : new.start] != old.text[:typed]:
        return None
    rest = old.text[typed:]
    return typed if rest.startswith(new.text) or new.text.startswith(rest) else None


def _common(document: str, start: int, text: str) -> int:
    """How many characters of `text` stand in the document at `start`."""
    if document.startswith(text, start):
        return len(text)
    there = document[start : start + len(text)]
    return next((i for i, (a, b) in enumerate(zip(there, text, strict=False)) if a != b), len(there))


def _share_left(text: str, document: str, start: int) -> float:
    """The share of `text`, counted by its lines, that is still found near the place."""
    near = document[max(0, start - _NEAR) : start + len(text) + _NEAR]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    left = sum(len(line) for line in lines if line in near)
    return round(left / max(1, sum(map(len, lines))), 3)
