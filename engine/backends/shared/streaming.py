"""What the backends over HTTP do with a server's stream: turns, patience, stop rules, thinking."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from hearth.engine.backends.shared import http
from hearth.engine.backends.shared.http import Busy, Outage, Patience, Reporter, Unreachable
from hearth.engine.errors import HearthError
from hearth.engine.fim import knows_end_by_name
from hearth.engine.reasoning import Splitter
from hearth.engine.stopping import scanner
from hearth.engine.types import CompletionRequest, FimPrompt, Finished, FinishReason, Piece, Status, Usage

# Pieces, then one `Finished`. Closing it closes the connection, so that the server stops.
Stream = AsyncGenerator[Piece | Finished, None]

_pause = asyncio.sleep


@dataclass
class Turns:
    """At most one stream per key: the next one interrupts the last, which then ends as superseded.

    The key is what a request supersedes; "" interrupts none, and none interrupts it.

    Servers queue what they are asked and editors seldom cancel, so without this they answer old questions
    while the user waits for the new one.
    """

    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _alone: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def idle(self) -> bool:
        return not self._running

    def interrupt(self, key: str) -> None:
        if key in self._running:
            self._running.pop(key).cancel()

    async def take(self, key: str, stream: Stream) -> Stream:
        """The stream's events. It runs in a task of its own, so that it can be interrupted while it waits."""
        key = key or f"alone {next(self._alone)}"
        self.interrupt(key)
        events: asyncio.Queue[Piece | Finished | Exception] = asyncio.Queue()
        task = self._running[key] = asyncio.create_task(_pump(stream, events))
        # Not in the task: one that is cancelled before its first step runs none of its code.
        task.add_done_callback(lambda _: events.put_nowait(Finished(FinishReason.SUPERSEDED)))
        try:
            while True:
                event = await events.get()
                if isinstance(event, Exception):
                    raise event
                yield event
                if isinstance(event, Finished):
                    return
        finally:
            if self._running.get(key) is task:
                del self._running[key]
            task.cancel()
            await asyncio.wait({task})

    async def close(self) -> None:
        tasks = [*self._running.values()]
        for key in [*self._running]:
            self.interrupt(key)
        if tasks:
            await asyncio.wait(tasks)


async def patient(
    start: Callable[[], Stream],
    patience: Patience,
    report: Reporter,
    ready: Callable[[], Status],
    failed: Callable[[HearthError], Status] = lambda error: Status("error", str(error)),
    outage: Outage | None = None,
) -> Stream:
    """The stream that `start` gives, started again while the server is busy; the status follows it.

    `outage`: what is not asked for by hand need not find out each time that nothing answers.
    """
    if outage is not None:
        outage.check()
    waited, pause, tries = 0.0, patience.pause, 1
    while True:
        began = http.now()
        try:
            async with aclosing(start()) as stream:
                async for event in stream:
                    report(ready())
                    yield event
            return
        except Busy as busy:
            if waited >= patience.loading if busy.loading else tries >= patience.tries:
                report(failed(busy))
                raise
            if busy.loading:
                report(Status("loading", str(busy)))
                pause = min(pause, patience.loading_pause)
        except HearthError as error:
            if outage is not None and isinstance(error, Unreachable):
                outage.began(error, http.now() - began, patience.outage)
            report(failed(error))
            raise
        await _pause(pause)
        waited, pause, tries = waited + pause, min(2 * pause, patience.longest_pause), tries + 1


async def stopped(stream: Stream, request: CompletionRequest, model: str = "") -> Stream:
    """Apply the stop rules of `request`; the stream is closed once they are met. Thinking is left out.

    How far its own end is trusted is told by the name of the `model`.
    """
    answer = scanner.StopScanner(replace(request.stop, knows_end=knows_end_by_name(model)))
    finished = Finished(FinishReason.EOG)
    probability = 1.0  # of what was not handed on yet
    async with aclosing(without_what_stands_there(stream, request.prompt)) as events:
        async for event in events:
            if isinstance(event, Finished):
                finished = event
                break
            if event.part == "thinking":
                continue
            finished = _one_more(finished)
            accepted = event.text if request.raw else answer.push(event.text)
            probability *= event.probability
            if accepted:
                yield replace(event, text=accepted, probability=probability)
                probability = 1.0
            if answer.stopped:
                break
    if finished.reason is FinishReason.SUPERSEDED:
        yield finished
        return
    own_end = finished.reason is FinishReason.EOG and not answer.stopped and answer.policy.knows_end
    rest = answer.finish(own_end)
    if rest:
        yield Piece(rest, probability=probability)
    yield replace(finished, reason=FinishReason.STOP, rule=answer.end) if answer.end else finished


async def cost_of(stream: Stream) -> Usage:
    """What a stream cost, its text unheeded; zeros when it does not say."""
    async with aclosing(stream):
        async for event in stream:
            if isinstance(event, Finished):
                return event.usage
    return Usage()


def without_what_stands_there(stream: Stream, prompt: FimPrompt) -> Stream:
    """Take off what the answer begins with and stands left of the cursor already.

    Behind `width * ` a model says ` height`, as that is one token; and it says what is begun and was not shown.
    """
    if prompt.begun:
        size = len(prompt.begun)
        return with_head(
            stream,
            lambda head: len(head) < size and not head.strip(" \t"),
            lambda head: _without(head, prompt.begun),
        )
    return without_doubled_blank(stream, prompt.typed)


def without_doubled_blank(stream: Stream, typed: str) -> Stream:
    """Behind `width * ` a model says ` height`, as that is one token: take off the blank that is there already."""
    return with_head(stream, lambda head: head in ("", " "), _without_one_blank) if typed.endswith(" ") else stream


async def with_head(stream: Stream, is_open: Callable[[str], bool], cut: Callable[[str], str]) -> Stream:
    """Hold the beginning of the text back while `is_open`, and let through what `cut` leaves of it."""
    head: str | None = ""
    probability = 1.0  # of what is held back
    async with aclosing(stream):
        async for event in stream:
            if head is None or (isinstance(event, Piece) and (event.part == "thinking" or not event.text)):
                yield event
                continue
            head += event.text if isinstance(event, Piece) else ""
            probability *= event.probability if isinstance(event, Piece) else 1.0
            if isinstance(event, Piece) and is_open(head):
                continue
            text = cut(head)
            head = None
            if text:
                yield Piece(text, probability=probability)
            if isinstance(event, Finished):
                yield event


async def without_thinking_tags(stream: Stream, starts_inside: bool = False) -> Stream:
    """Split `<think>` that a server left in the text; pieces already marked as thinking pass as they are.

    `starts_inside`: the server's template opens the tag, so that the text may begin within the thoughts. When
    they never end, though the model came to an end, they were the answer.
    """
    splitter = Splitter(starts_inside)
    thought = ""
    async with aclosing(stream):
        async for event in stream:
            if isinstance(event, Finished):
                for piece in splitter.finish():
                    thought = thought + piece.text if piece.part == "thinking" else ""
                    yield piece
                if starts_inside and thought and event.reason is FinishReason.EOG:
                    yield Piece(thought)
                yield event
            elif event.part == "thinking":
                if starts_inside:  # the server splits by itself
                    splitter, starts_inside = Splitter(), False
                yield event
            else:
                for piece in splitter.push(event.text):
                    starts_inside = starts_inside and piece.part == "thinking"
                    thought += piece.text if starts_inside else ""
                    yield piece


async def _pump(stream: Stream, events: asyncio.Queue[Piece | Finished | Exception]) -> None:
    try:
        async with aclosing(stream):
            async for event in stream:
                events.put_nowait(event)
    except Exception as error:  # whatever it is, the reader must learn of it instead of waiting for ever
        events.put_nowait(error)


def _without_one_blank(head: str) -> str:
    """More than one blank is meant: indentation."""
    return head if head.startswith("  ") else head.removeprefix(" ")


def _without(head: str, begun: str) -> str:
    """As much of `begun` as there is; of an indentation in other blanks as many."""
    blanks = len(head) - len(head.lstrip(" \t"))
    return head.removeprefix(begun) if head.startswith(begun) else head[min(blanks, len(begun)) :]


def _one_more(finished: Finished) -> Finished:
    """A server that we stop never says how much it generated; a piece is about a token."""
    usage = finished.usage
    return replace(finished, usage=replace(usage, generated_tokens=usage.generated_tokens + 1))
