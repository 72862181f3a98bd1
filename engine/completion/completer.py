"""The story of an inline completion, from a cursor in a document to ghost text.

    remembered suggestion?  ->  frame  ->  request  ->  stream until done or due  ->  polish  ->  answer

One document has at most one answer in the making: a newer call ends the older one, which answers None.
When the deadline passes, what is certain so far is shown, and the rest is kept for the next call.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from hearth.engine import aside
from hearth.engine.backends import Backend
from hearth.engine.completion import budgets
from hearth.engine.completion.cursor import Place
from hearth.engine.completion.fitting import fitted, sound
from hearth.engine.completion.frames import MAX_TYPED, Budget, Frame, frame_at, with_context
from hearth.engine.completion.generation import Generation
from hearth.engine.completion.growth import Growth
from hearth.engine.completion.suggestions import Shown, Suggestions
from hearth.engine.completion.taken import Taken
from hearth.engine.completion.whole import whole
from hearth.engine.context import ContextQuery, Gathered, gather
from hearth.engine.context import code as codes
from hearth.engine.context.documents import Document
from hearth.engine.context.syntax import block_expected, unfinished_indent
from hearth.engine.errors import HearthError
from hearth.engine.languages import language_of
from hearth.engine.screen import completion_request
from hearth.engine.secrets.halves import is_being_typed
from hearth.engine.settings import CompletionSettings
from hearth.engine.stopping import scanner
from hearth.engine.stopping.pairs import BRACKETS
from hearth.engine.text import common_start
from hearth.engine.types import Completion, CompletionRequest, FimPrompt, Snapshot, Usage

log = logging.getLogger("hearth.completion")
Surroundings = Callable[[Snapshot, int, tuple[int, int]], ContextQuery | None]

_REST_PAUSE = 0.05  # seconds without a request after which the frame may be improved
_BY_HAND = 20.0  # seconds
_GATHERING = 5.0  # seconds in which other files tell what they have; a disk may be a network's
_MAX_OTHERS = 2  # answers besides the first one, for who asks for them


@dataclass
class _Memory:
    """What is kept about one document."""

    frame: Frame | None = None
    is_full: bool = False
    growing: Frame | None = None  # the full frame that is being evaluated
    gathered: Gathered | None = None
    suggestions: Suggestions = field(default_factory=Suggestions)
    taken: Taken = field(default_factory=Taken)
    answering: asyncio.Task[Completion] | None = None
    generating: Generation | None = None
    by_hand: tuple[str, int] | None = None  # the text and the offset that somebody asked about by hand
    growth: Growth = field(default_factory=Growth)
    warming: asyncio.Task[None] | None = None


@dataclass
class Completer:
    """Inline completions of all open documents. All methods run on the event loop."""

    backend: Backend
    settings: CompletionSettings
    surroundings: Surroundings = lambda snapshot, offset, window: None
    _speed: budgets.PrefillSpeed = field(default_factory=budgets.PrefillSpeed)
    _memories: dict[str, _Memory] = field(default_factory=dict)

    async def complete(
        self, document: Document, offset: int, automatic: bool = True, grows: bool = False
    ) -> Completion | None:
        """Ghost text for a cursor at `offset`, possibly empty; None when a newer call took over.

        Who asks by hand waits for all of it, unless `grows`: then for a part, which `follow` tells the rest of.
        Raises `HearthError` when the backend fails.
        """
        memory = self._memories.setdefault(document.uri, _Memory())
        memory.growth.stop()
        if memory.answering is not None:
            memory.answering.cancel()
        if memory.taken.is_deleted(document.text, offset) and automatic:
            return Completion("", offset, offset, "deleted")
        if in_secret(document, offset):
            return Completion("", offset, offset, "secret")
        snapshot = document.snapshot()  # and what was parsed of it: the document may change before the task runs
        place = Place(snapshot.text, offset, *document.code_near(offset))
        memory.by_hand = memory.by_hand if automatic else (snapshot.text, offset)
        task = asyncio.create_task(self._answer(memory, snapshot, place, automatic, automatic or grows))
        memory.answering = task
        try:
            shown = await asyncio.shield(task)
            memory.taken.offered(snapshot.text, shown)
            return shown
        except asyncio.CancelledError:
            if task.cancelled():
                return None  # superseded by a newer call
            task.cancel()  # the caller was cancelled: nobody wants the answer
            if memory.generating is not None:
                memory.generating.cancel()
            raise

    def follow(self, document: Document, on_growth: Callable[[], None]) -> None:
        """Tell each time that the cursor of the last call would be answered with more of the same.

        That ends with a newer call, an edit and a rejection. What is shown never changes by it.
        """
        if (memory := self._memories.get(document.uri)) is not None:
            memory.growth.follow(document, lambda place: self._remembered(memory, place, True), on_growth)

    async def others(self, document: Document, shown: Completion) -> list[Completion]:
        """What could stand there instead of `shown`, the most probable first.

        They begin where the model had doubts about its first answer. As many as there is time for: a newer call
        ends the search, and so does twice the deadline, or a backend that fails. None while `shown` still grows.
        """
        memory, snapshot = self._memories.setdefault(document.uri, _Memory()), document.snapshot()
        place = Place(snapshot.text, shown.start, *document.code_near(shown.start))
        known = memory.suggestions.find(place.text, place.offset)
        found = [shown]
        if memory.generating is not None and memory.generating.under_way and known and not known.complete:
            return []
        until = asyncio.get_running_loop().time() + 2 * self.settings.deadline_ms / 1000
        with suppress(HearthError):  # there is an answer; the next call will tell what is wrong
            for begun in known.rivals_at(place.offset) if known else []:
                left = until - asyncio.get_running_loop().time()
                if len(found) > _MAX_OTHERS or left <= 0:
                    break
                rest = await self._rest_of_other(memory, snapshot, place, begun, left)
                if rest is None:
                    break
                other = rest._replace(text=begun + rest.text)
                each = self._completion(memory, place, other, "rival", by_hand=True)
                if each.text.strip() not in {"", *(one.text.strip() for one in found)}:
                    found.append(each)
        return found[1:]

    async def _rest_of_other(
        self, memory: _Memory, snapshot: Snapshot, place: Place, begun: str, seconds: float
    ) -> Shown | None:
        """How an answer goes on that begins with `begun`; None when it is too late."""
        text, after = _with(place.text, place.offset, place.offset, begun)
        known = memory.suggestions.find(text, after)
        if known is not None and known.complete:
            return known.shown_at(after, 0.0)
        if memory.frame is None or memory.frame.typed(text, after) is None:
            return None
        there = _pasted(place, text, begun, place.offset)
        await self._have_full_frame(memory, replace(snapshot, text=text), after)
        request = self._request(memory, replace(snapshot, text=text), there, automatic=False)
        generation = self._start(memory, request, there, floor=0.0, by_hand=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await generation.whole()
        return generation.shown(after, 0.0)

    async def wake(self) -> None:
        """Have the model loaded, because a file was opened."""
        with suppress(HearthError):
            self._speed.learn(await self.backend.warm(completion_request("", FimPrompt("", ""), max_tokens=1)))

    async def rest(self, document: Document, offset: int, pause: float = 0.0) -> None:
        """The cursor rests at `offset`: prefill what a completion there will need. Returns when that is done."""
        memory = self._memories.setdefault(document.uri, _Memory())
        if memory.warming is not None:
            memory.warming.cancel()
        if in_secret(document, offset):
            return
        memory.warming = asyncio.create_task(self._warm(memory, document.snapshot(), offset, pause))
        with suppress(asyncio.CancelledError, HearthError):
            await asyncio.shield(memory.warming)

    async def full_request(self, document: Document, offset: int) -> tuple[CompletionRequest, Gathered | None]:
        """The request that a rested cursor at `offset` would be answered from, and where its context came from."""
        memory = self._memories.get(document.uri, _Memory())
        # A copy: what is only looked at must not change what is answered from.
        looked_at = _Memory(memory.frame, memory.is_full, gathered=memory.gathered)
        place = Place(document.text, offset, *document.code_near(offset))
        await self._have_full_frame(looked_at, document.snapshot(), offset)
        request = self._request(looked_at, document.snapshot(), place, automatic=False)
        return request, looked_at.gathered

    def forget(self, uri: str) -> None:
        """The document was closed."""
        memory = self._memories.pop(uri, None)
        if memory is None:
            return
        memory.growth.stop()
        for task in (memory.answering, memory.warming):
            if task is not None:
                task.cancel()
        if memory.generating is not None:
            memory.generating.cancel()

    def accepted(self, document: Document, start: int, text: str) -> None:
        """The user took `text`, which stands at the offset `start` now: deleted, it is not offered again."""
        self._memories.setdefault(document.uri, _Memory()).taken.accepted(document.text, start, text)

    def reject(self, document: Document, offset: int, answer: str) -> None:
        """The user turned this suggestion down: it is not shown again at this place."""
        memory = self._memories.setdefault(document.uri, _Memory())
        memory.growth.stop()
        memory.suggestions.reject(document.text, offset, answer)

    async def _answer(
        self, memory: _Memory, snapshot: Snapshot, place: Place, automatic: bool, grows: bool
    ) -> Completion:
        offset = place.offset
        floor, deadlines = self._floor(memory, place, automatic), self._deadlines(grows)
        known = self._remembered(memory, place, automatic)
        older = memory.generating
        if older is not None and not automatic and not older.by_hand:
            older = None
        if known is None and older is not None and older.serves(snapshot.text, offset):
            # On a slow machine, to begin anew with every key that agrees with it would mean never to end.
            with suppress(HearthError):  # if it failed, this call begins anew and says why that fails too
                await older.wait(*deadlines, offset, floor)
            known = self._remembered(memory, place, automatic)
            if known is None and older.under_way:
                shown = older.shown(offset, floor)
                if shown.text or not older.is_old_at(offset):
                    known = self._completion(memory, place, shown, older.reason, by_hand=not automatic)
        if known is not None:
            if grows:
                memory.growth.began(memory.generating, place, known)
            self._look_ahead(memory, snapshot, place, known)
            return known
        self._stop_warming(memory, snapshot, offset, automatic)
        if not automatic:
            await self._have_full_frame(memory, snapshot, offset)
        generation = self._begin(memory, snapshot, place, automatic)
        await generation.wait(*deadlines, offset, floor)
        self._speed.learn(generation.usage)
        if memory.warming is None or memory.warming.done():
            memory.warming = asyncio.create_task(self._warm(memory, snapshot, offset, _REST_PAUSE))
        shown = generation.shown(offset, floor)
        by_hand = _is_by_hand(memory, place, automatic)
        completion = self._completion(memory, place, shown, generation.reason, generation.usage, by_hand)
        if grows:
            memory.growth.began(generation, place, completion)
        self._look_ahead(memory, snapshot, place, completion)
        return completion

    def _begin(self, memory: _Memory, snapshot: Snapshot, place: Place, automatic: bool) -> Generation:
        request = self._request(memory, snapshot, place, automatic)
        return self._start(memory, request, place, self._floor(memory, place, automatic), not automatic)

    def _start(
        self, memory: _Memory, request: CompletionRequest, place: Place, floor: float, by_hand: bool = False
    ) -> Generation:
        """Ask the model; an answer to anything older in this document ends, and any that nobody waits for."""
        for other in self._memories.values():
            is_awaited = other.answering is not None and not other.answering.done()
            if other.generating is not None and (other is memory or not is_awaited):
                other.generating.cancel()
        memory.generating = Generation(self.backend, request, place, memory.suggestions, floor, by_hand)
        return memory.generating

    def _look_ahead(self, memory: _Memory, snapshot: Snapshot, place: Place, shown: Completion) -> None:
        """Answer the place behind an accepted suggestion before anybody asks. Anything newer ends that."""
        busy = memory.generating is not None and memory.generating.under_way
        if busy or not shown.text or not memory.is_full:
            return
        text, after = _with(place.text, shown.start, shown.end, shown.text)
        if memory.frame is None or memory.frame.typed(text, after) is None:
            return
        if memory.suggestions.find(text, after) is None:
            accepted = _pasted(place, text, shown.text, shown.end)
            self._begin(memory, replace(snapshot, text=text), accepted, automatic=True)

    def _stop_warming(self, memory: _Memory, snapshot: Snapshot, offset: int, automatic: bool) -> None:
        """End work ahead, unless it grows a frame that this request does not need but later ones will."""
        if memory.warming is None:
            return
        frames = (memory.frame, memory.growing)
        useful = automatic and all(frame and frame.typed(snapshot.text, offset) is not None for frame in frames)
        if not useful:
            memory.warming.cancel()

    def _remembered(self, memory: _Memory, place: Place, automatic: bool) -> Completion | None:
        found = memory.suggestions.find(place.text, place.offset, by_hand=not automatic)
        if found is None:
            return None
        shown = found.shown_at(place.offset, self._floor(memory, place, automatic))
        if not found.complete:
            text = sound(place, shown.text)
            shown = shown._replace(text=text, following=shown.text[len(text) :] + shown.following)
        rest = found.rest_at(place.text, place.offset)
        if not shown.text and rest and found.complete and found.is_old_at(place.offset):
            return None
        by_hand = _is_by_hand(memory, place, automatic)
        return self._completion(memory, place, shown, "remembered", by_hand=by_hand)

    def _completion(
        self,
        memory: _Memory,
        place: Place,
        shown: Shown,
        reason: str,
        usage: Usage | None = None,
        by_hand: bool = False,
    ) -> Completion:
        """What is told of it: nothing of what the user rejected here, and no scraps."""
        text = whole(place, shown) if shown.is_part or not by_hand else shown.text
        if memory.suggestions.is_rejected(place.text, place.offset, text):
            text = ""
        fit = fitted(place, text)
        end = place.offset + fit.replaced
        return Completion(fit.text, place.offset, end, reason, shown.probability, usage or Usage())

    def _deadlines(self, grows: bool) -> tuple[float, float]:
        """In seconds: that of whole statements, and that of parts; late ones where nothing can grow."""
        first = self.settings.deadline_ms / 1000
        if not grows:
            return max(first, _BY_HAND), max(first, _BY_HAND)
        return first, first * self.settings.second_deadline

    def _floor(self, memory: _Memory, place: Place, automatic: bool) -> float:
        """Less probable lines are only shown to who asks for them."""
        return 0.0 if _is_by_hand(memory, place, automatic) else self.settings.min_confidence

    def _request(self, memory: _Memory, snapshot: Snapshot, place: Place, automatic: bool) -> CompletionRequest:
        offset = place.offset
        typed = memory.frame.typed(snapshot.text, offset) if memory.frame else None
        if memory.frame is None or typed is None:
            memory.frame, memory.is_full = self._quick_frame(memory.frame, snapshot, offset), False
            typed = memory.frame.typed(snapshot.text, offset) or ""
        settings = self.settings
        lines = settings.max_lines if automatic else max(settings.max_lines, settings.max_lines_by_hand)
        return completion_request(
            document=snapshot.uri,
            prompt=memory.frame.prompt(typed, unfinished_indent(place.code, place.offset_in_code)),
            stop=scanner.policy_at(
                snapshot.text,
                offset,
                _mode(place, automatic),
                place.code.language,
                place.closers if place.tail.is_closed else None,
                lines,
                place.is_prose,
            ),
            max_tokens=settings.max_tokens * lines // max(1, settings.max_lines),
        )

    def _quick_frame(self, old: Frame | None, snapshot: Snapshot, offset: int) -> Frame:
        """A frame that answers soon: little below the cursor, and above it what the KV cache holds already."""
        full = budgets.ahead(self._most(), self._speed)
        quick = budgets.quick(full, self._speed)
        frame = frame_at(snapshot.text, offset, Budget(full.prefix, quick.suffix), _name(snapshot))
        if old is not None and 2 * common_start(old.above, frame.above) > len(frame.above):
            return with_context(frame, old.context)
        return frame_at(snapshot.text, offset, quick, _name(snapshot))

    async def _have_full_frame(self, memory: _Memory, snapshot: Snapshot, offset: int) -> None:
        """Who asks by hand can wait for the best."""
        typed = memory.frame.typed(snapshot.text, offset) if memory.frame else None
        if typed is None or not memory.is_full:
            memory.frame, memory.is_full = await self._full_frame(memory, snapshot, offset), True

    async def _full_frame(self, memory: _Memory, snapshot: Snapshot, offset: int) -> Frame:
        budget = budgets.ahead(self._most(), self._speed)
        frame = frame_at(snapshot.text, offset, budget, _name(snapshot))
        query = self.surroundings(snapshot, offset, frame.window)
        if query is None:
            return frame
        before = memory.gathered
        try:
            gathered = await aside.run(_GATHERING, lambda: gather(query, query.settings.tokens, before))
        except TimeoutError:
            log.warning("what other files say did not come within %g s; it is left out", _GATHERING)
            return frame
        memory.gathered = gathered
        return with_context(frame, gathered.files)

    def _most(self) -> Budget:
        return Budget(self.settings.prefix_tokens, self.settings.suffix_tokens)

    async def _warm(self, memory: _Memory, snapshot: Snapshot, offset: int, pause: float) -> None:
        """First a quick frame when there is none, then the full one; each is used as soon as it is evaluated."""
        await asyncio.sleep(pause)
        typed = memory.frame.typed(snapshot.text, offset) if memory.frame else None
        if typed is None:
            quick = self._quick_frame(memory.frame, snapshot, offset)
            await self._prefill(snapshot, quick, offset)
            memory.frame, memory.is_full = quick, False
        elif memory.is_full and len(typed) < MAX_TYPED // 2:
            return
        full = memory.growing
        if full is None or full.typed(snapshot.text, offset) is None:
            full = memory.growing = await self._full_frame(memory, snapshot, offset)
        await self._prefill(snapshot, full, offset)
        memory.frame, memory.is_full, memory.growing = full, True, None

    async def _prefill(self, snapshot: Snapshot, frame: Frame, offset: int) -> None:
        typed = frame.typed(snapshot.text, offset) or ""
        request = completion_request(snapshot.uri, frame.prompt(typed), max_tokens=1)
        self._speed.learn(await self.backend.warm(request))


def in_secret(document: Document, offset: int) -> bool:
    """Whether a key or a password is being typed there: whatever could be suggested would be wrong."""
    language = language_of(document.language, document.path)
    return is_being_typed(document.text, offset, language.name if language else document.language)


def _is_by_hand(memory: _Memory, place: Place, automatic: bool) -> bool:
    """Whether that place is asked about by hand, or was and is asked about again because the answer has grown."""
    return not automatic or memory.by_hand == (place.text, place.offset)


def _with(text: str, start: int, end: int, inserted: str) -> tuple[str, int]:
    """(the text with `start:end` replaced, the offset behind what was inserted)."""
    return text[:start] + inserted + text[end:], start + len(inserted)


def _pasted(place: Place, text: str, inserted: str, end: int) -> Place:
    """The place behind `inserted` once it stands where the text up to `end` was, and all is `text`; parses."""
    start = place.code_start
    code = codes.paste(place.code, place.offset - start, end - start, inserted)
    return Place(text, place.offset + len(inserted), code, start)


def _mode(place: Place, automatic: bool) -> scanner.Mode:
    """An automatic suggestion is a line unless the syntax asks for a block; whoever asks gets all that is missing.

    In front of a line of code that is a line too: for more, people make an empty one. Behind an opening bracket at
    the end of the line, or a tag, all that it holds is wanted, on that line or on more.
    """
    if _is_behind_bracket(place) or place.tail.is_in_tag:
        return "block"
    if not automatic:
        return "span"
    return "block" if block_expected(place.code, place.offset_in_code) else "line"


def _is_behind_bracket(place: Place) -> bool:
    tail = place.tail
    is_open = tail.is_closed and tail.head.rstrip()[-1:] in tuple(BRACKETS)
    return is_open and (not tail.text.strip() or not place.is_text)


def _name(snapshot: Snapshot) -> str:
    """The last two parts of the path, with the suffix of its language: enough to tell that and the subject."""
    path = (snapshot.path or snapshot.uri.partition(":")[2].partition("#")[0]).replace("\\", "/")
    name = "/".join(path.split("/")[-2:])
    language = language_of(snapshot.language)
    if language is None or language_of("", name) is not None:
        return name
    suffix = next(iter(language.suffixes), "")
    return f"{name.removesuffix('.ipynb')}{suffix}"  # a new file without a name, a cell of a notebook
