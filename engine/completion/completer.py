"""The story of an inline completion, from a cursor in a document to ghost text.

    remembered suggestion?  ->  warm prompt  ->  request  ->  stream until done or due  ->  what is shown

One document has at most one answer in the making: a newer call ends the older one, which answers None.
When the deadline passes, what is certain so far is shown, and the rest is kept for the next call.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from hearth.engine.backends import Backend
from hearth.engine.completion.alternatives import alternatives
from hearth.engine.completion.cursor import Cursor, cursor_at
from hearth.engine.completion.document_state import DocumentState
from hearth.engine.completion.frames import Budget
from hearth.engine.completion.generation import Generation
from hearth.engine.completion.prompt_state import FramedPrompt, Surroundings, WarmPrompts
from hearth.engine.completion.requests import in_secret, request_for
from hearth.engine.completion.showing import Call, completion_of, remembered
from hearth.engine.context.documents import Document
from hearth.engine.errors import HearthError
from hearth.engine.settings import CompletionSettings
from hearth.engine.types import Completion, Members, Snapshot

KnownMembers = Callable[[str, str, int], Members | None]
_REST_PAUSE = 0.05  # seconds without a request after which the prompt may grow
_BY_HAND = 20.0  # seconds


class Completer:
    """Inline completions of all open documents. All methods run on the event loop.

    `prompts` may be used by other features too: what they ask about then shares the KV cache. `members` tells at
    once what is known of the names that may stand at an offset of a text.
    """

    def __init__(
        self,
        backend: Backend,
        settings: CompletionSettings,
        surroundings: Surroundings = lambda snapshot, offset, window: None,
        members: KnownMembers = lambda uri, text, offset: None,
    ) -> None:
        self.members = members
        self.backend = backend
        self.settings = settings
        self.prompts = WarmPrompts(backend, Budget(settings.prefix_tokens, settings.suffix_tokens), surroundings)
        self._states: dict[str, DocumentState] = {}

    async def complete(
        self, document: Document, offset: int, automatic: bool = True, grows: bool = False
    ) -> Completion | None:
        """Ghost text for a cursor at `offset`, possibly empty; None when a newer call took over.

        A user who asks by hand waits for all of it, unless `grows`: then for a part; `follow` reports the rest.
        Raises `HearthError` when the backend fails.
        """
        state = self._state(document.uri)
        state.growth.stop()
        if state.is_awaited and state.by_hand == (document.text, offset):
            automatic = False  # an editor's timer must not replace what the user has just asked for
        if state.answering is not None:
            state.answering.cancel()
        if state.taken.is_deleted(document.text, offset) and automatic:
            return Completion("", offset, offset, "deleted")
        if in_secret(document, offset):
            return Completion("", offset, offset, "secret")
        state.by_hand = state.by_hand if automatic else (document.text, offset)
        # The text and its tree as they are now: the document may change before the task runs.
        call = self._call(state, document.snapshot(), cursor_at(document, offset), automatic)
        task = state.answering = asyncio.create_task(self._answer(state, call, automatic or grows))
        try:
            shown = await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                return None  # superseded by a newer call
            task.cancel()  # the caller was cancelled: nobody wants the answer
            if state.generation is not None:
                state.generation.cancel()
            raise
        state.taken.offered(call.cursor.text, shown)
        # The answer goes out first: to ask ahead parses.
        asyncio.get_running_loop().call_soon(self._look_ahead, state, task, call, shown)
        return shown

    def follow(self, document: Document, on_growth: Callable[[], None]) -> None:
        """Call `on_growth` each time that the cursor of the last call would be answered with more of the same.

        A newer call, an edit and a rejection end that. What is shown never changes by it.
        """
        if (state := self._states.get(document.uri)) is None:
            return

        def look(cursor: Cursor) -> Completion | None:
            return remembered(state.suggestions, self._call(state, document.snapshot(), cursor, automatic=True))

        state.growth.follow(document, look, on_growth)

    async def alternatives(self, document: Document, first: Completion) -> list[Completion]:
        """What could stand there instead of `first`, the most probable first, found in twice the deadline."""
        state = self._state(document.uri)
        call = self._call(state, document.snapshot(), cursor_at(document, first.start), automatic=False)
        return await alternatives(state, call, first, 2 * self.settings.deadline_ms / 1000, self._ask)

    async def wake(self) -> None:
        """Have the model loaded, because a file was opened."""
        await self.prompts.wake()

    async def rest(self, document: Document, offset: int, anew: bool = False) -> None:
        """The cursor rests at `offset`: prefill what a completion there will need. Returns when that is done.

        `anew`: more is known of other files, so a full prompt is made again.
        """
        prompt = self.prompts.of(document.uri)
        prompt.stop()
        if anew:
            prompt.outdate()
        if in_secret(document, offset):
            return
        with suppress(asyncio.CancelledError, HearthError):
            await asyncio.shield(prompt.grow(document.snapshot(), offset))

    def accepted(self, document: Document, start: int, text: str) -> None:
        """The user took `text`, which stands at the offset `start` now: deleted, it is not offered again."""
        self._state(document.uri).taken.accepted(document.text, start, text)

    def goes_on_by_hand(self, document: Document, offset: int) -> bool:
        """Whether an automatic request there goes on with what was asked by hand: it grew, or is typed along."""
        state = self._states.get(document.uri)
        if state is None or state.by_hand is None:
            return False
        here = (document.text, offset)
        return state.by_hand == here or state.suggestions.find(*here, by_hand=True) is not None

    def reject(self, document: Document, offset: int, answer: str) -> None:
        """The user turned this suggestion down: it is not shown again at this place, unless they ask by hand."""
        state = self._state(document.uri)
        state.growth.stop()
        state.by_hand = None  # whatever the client asks about now, the user no longer waits for it
        state.suggestions.reject(document.text, offset, answer)

    def forget(self, uri: str) -> None:
        """The document was closed."""
        self.prompts.forget(uri)
        if (state := self._states.pop(uri, None)) is not None:
            state.stop()

    async def _answer(self, state: DocumentState, call: Call, grows: bool) -> Completion:
        deadlines = self._deadlines(grows)
        shown = remembered(state.suggestions, call)
        if shown is None:
            shown = await _from_answer_in_the_making(state, call, deadlines)
        if shown is None:
            shown = await self._from_new_answer(state, call, deadlines)
        if grows:
            state.growth.began(state.generation, call.cursor, shown)
        return shown

    async def _from_new_answer(
        self, state: DocumentState, call: Call, deadlines: tuple[float, float]
    ) -> Completion:
        offset = call.cursor.offset
        generation = self._ask(state, call, await _prompt(state, call))
        await generation.wait(*deadlines, offset, call.min_probability)
        self.prompts.speed.learn(generation.usage)
        if not state.prompt.is_busy:
            state.prompt.grow(call.snapshot, offset, _REST_PAUSE)
        shown = generation.displayable(offset, call.min_probability)
        return completion_of(state.suggestions, call, shown, generation.reason, generation.usage)

    def _ask(self, state: DocumentState, call: Call, prompt: FramedPrompt) -> Generation:
        """Ask the model; an answer to anything older in this document ends, and any that nobody waits for."""
        for other in self._states.values():
            if other.generation is not None and (other is state or not other.is_awaited):
                other.generation.cancel()
        state.prompt.use(prompt)
        members = self.members(call.snapshot.uri, call.cursor.text, call.cursor.offset)
        request = request_for(prompt, call.cursor, call.automatic, self.settings, members)
        by_hand = not call.automatic
        state.generation = Generation(
            self.backend, request, call.cursor, state.suggestions, call.min_probability, by_hand
        )
        return state.generation

    def _look_ahead(
        self, state: DocumentState, task: "asyncio.Task[Completion]", call: Call, shown: Completion
    ) -> None:
        """Answer the place behind an accepted suggestion before it is asked about. Anything newer ends that."""
        is_newest = state.answering is task and self._states.get(call.snapshot.uri) is state
        if not is_newest or state.is_generating or not shown.text or not state.prompt.is_full:
            return
        text = call.cursor.text[: shown.start] + shown.text + call.cursor.text[shown.end :]
        snapshot, after = replace(call.snapshot, text=text), shown.start + len(shown.text)
        prompt = state.prompt.warm(snapshot, after)
        if prompt is not None and state.suggestions.find(text, after) is None:
            accepted = call.cursor.behind(shown.text, shown.end)
            self._ask(state, self._call(state, snapshot, accepted, automatic=True), prompt)

    def _state(self, uri: str) -> DocumentState:
        if uri not in self._states:
            self._states[uri] = DocumentState(self.prompts.of(uri))
        return self._states[uri]

    def _call(self, state: DocumentState, snapshot: Snapshot, cursor: Cursor, automatic: bool) -> Call:
        by_hand = not automatic or state.by_hand == (cursor.text, cursor.offset)
        return Call(snapshot, cursor, automatic, by_hand, 0.0 if by_hand else self.settings.min_confidence)

    def _deadlines(self, grows: bool) -> tuple[float, float]:
        """In seconds: that of whole statements, and that of parts; late ones where nothing can grow."""
        first = self.settings.deadline_ms / 1000
        if not grows:
            return max(first, _BY_HAND), max(first, _BY_HAND)
        return first, first * self.settings.second_deadline


async def _from_answer_in_the_making(
    state: DocumentState, call: Call, deadlines: tuple[float, float]
) -> Completion | None:
    """What an answer gives that an older call began, where the user types along it; None where there is none.

    On a slow machine, to begin again with every key that agrees with it would mean never to end.
    """
    older, cursor = state.generation, call.cursor
    if older is None or not (call.automatic or older.by_hand) or not older.serves(cursor.text, cursor.offset):
        return None
    with suppress(HearthError):  # if it failed, this call begins again and says why that fails too
        await older.wait(*deadlines, cursor.offset, call.min_probability)
    known = remembered(state.suggestions, call)
    if known is not None or not older.under_way:
        return known
    shown = older.displayable(cursor.offset, call.min_probability)
    if not shown.text and older.is_old_at(cursor.offset):
        return None
    return completion_of(state.suggestions, call, shown, older.reason)


async def _prompt(state: DocumentState, call: Call) -> FramedPrompt:
    """The fullest prompt for a user who asks by hand, and can wait; else the one that is answered soonest.

    Work ahead ends, unless it grows a prompt that this request does not need but later ones will.
    """
    if not call.automatic:
        state.prompt.stop()
        return await state.prompt.fullest(call.snapshot, call.cursor.offset)
    prompt = state.prompt.soonest(call.snapshot, call.cursor.offset)
    if not state.prompt.grows_for(prompt):
        state.prompt.stop()
    return prompt
