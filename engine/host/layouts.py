"""How each kind of prompt becomes tokens: one function per kind, and `LAYOUTS`, the table of them.

A layout is a generator like a job's steps: it yields where it waits, so that other jobs have their turns.
"""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, TypeVar

from hearth.engine.errors import PromptTooLong
from hearth.engine.fim import FIM_TEMPLATES
from hearth.engine.host.chat_template import opens_thinking, task_for, tokens_of
from hearth.engine.host.fim_tokens import FimTokens
from hearth.engine.host.healing import Vocabulary, split
from hearth.engine.host.limits import CHAT_CHUNK, CHUNK
from hearth.engine.host.native import Model
from hearth.engine.host.render import rendered
from hearth.engine.types import ChatMessage, ChatPrompt, FimPrompt, Members, RewritePrompt

# The KV caches of a session. "none": the job evaluates nothing.
Lane = Literal["completion", "chat", "none"]
T = TypeVar("T")
_LEAST_ROOM = 16  # tokens for an answer
_helpers = ThreadPoolExecutor(2, "helper")  # for what must not hold up the model
_GLANCE_SECONDS = 0.005


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Reader:
    """What a layout may ask of a loaded model."""

    model: Model
    vocabulary: Vocabulary
    fim: FimTokens
    id: str


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A prompt in tokens. `healed` is what the first generated tokens must spell; it is no part of the answer.

    `frozen`: so many tokens at its beginning will also begin the document's next prompts; 0 where that is unknown.
    `opening` is how the answer begins, because the prompt ends with it. `draft` is what the answer most probably
    says. `members` may stand where the answer begins. `afterwards` is called once the answer has ended by itself.
    """

    tokens: list[int]
    healed: bytes = b""
    frozen: int = 0
    opening: str = ""
    draft: list[int] = field(default_factory=list)
    afterwards: Callable[[], None] = _nothing
    members: Members | None = None


Laying = Generator[None, None, LaidOut]


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of prompt: the KV cache that holds it, tokens of one prefill step, and the function that lays it out.

    `lay` is given the prompt, the length of the window and the tokens asked for. Raises `PromptTooLong`.
    """

    lane: Lane
    chunk: int
    lay: Callable[[Reader, Any, int, int], Laying]


def fim(reader: Reader, prompt: FimPrompt, window: int, answer_tokens: int) -> Laying:
    """The file around the cursor. What was typed comes last, without what is healed."""
    yield from ()  # it waits for nothing
    fixed, typed = fim_parts(reader, prompt, window, answer_tokens)
    kept, healed = (typed, prompt.begun.encode()) if prompt.begun else split(typed, reader.vocabulary)
    return LaidOut(fixed + kept, healed, frozen=len(fixed), members=prompt.members)


def fim_parts(reader: Reader, prompt: FimPrompt, window: int, answer_tokens: int) -> tuple[list[int], list[int]]:
    """(everything up to and including MID, the typed text), fitted to the window.

    Raises `PromptTooLong` only for a model that cannot fill in the middle or an absurd `answer_tokens`.
    """
    if reader.fim.family not in FIM_TEMPLATES:
        raise PromptTooLong(f"{reader.id} has no fill-in-the-middle tokens: choose another for completion")
    return reader.fim.of(prompt, window - answer_tokens - 1)


def chat(reader: Reader, prompt: ChatPrompt, window: int, answer_tokens: int) -> Laying:
    """A conversation, by the model's own template, up to where the assistant's next message begins."""
    model, messages, think = reader.model, prompt.messages, prompt.think
    text = yield from _apart(partial(rendered, task_for(model, messages, think)))
    tokens = tokens_of(model, messages, text, think)
    if window - len(tokens) - 1 < _LEAST_ROOM:
        raise PromptTooLong(
            f"{len(tokens)} tokens do not fit the window of {window}: select less text or begin a new chat"
        )
    opening = "<think>" if opens_thinking(text, think) else ""  # thoughts can be told from the answer by it
    return LaidOut(tokens, opening=opening, afterwards=partial(_expect, model, prompt))


def rewrite(reader: Reader, prompt: RewritePrompt, window: int, answer_tokens: int) -> Laying:
    """The passages one after the other. Of those that may go as many as need be do, the first one first."""
    yield from ()  # it waits for nothing
    begin = reader.model.begin_token()
    first = [] if begin is None else [begin]
    passages = [
        (each.may_go, (reader.fim.mark(each.mark) if each.mark else []) + reader.model.tokenize_inside(each.text))
        for each in prompt.passages
    ]
    while len(first) + sum(len(tokens) for _, tokens in passages) + answer_tokens >= window:
        going = next((index for index, (may_go, _) in enumerate(passages) if may_go), None)
        if going is None:
            raise PromptTooLong(f"the window of {window} tokens is too small for what is to be written anew")
        del passages[going]
    draft = reader.model.tokenize_inside(prompt.draft)
    return LaidOut([*first, *(token for _, tokens in passages for token in tokens)], draft=draft)


def _expect(model: Model, prompt: ChatPrompt) -> None:
    """The next question of this conversation finds its template rendered: only the roles matter for that."""
    turns = (*prompt.messages, ChatMessage("assistant", ""), ChatMessage("user", ""))
    future = _helpers.submit(rendered, task_for(model, turns, prompt.think))
    future.add_done_callback(lambda done: done.exception())  # the next question has the same error


def _apart(work: Callable[[], T]) -> Generator[None, None, T]:
    """What `work` returns. It may take seconds, and other jobs have their turns meanwhile."""
    future = _helpers.submit(work)
    while not wait([future], _GLANCE_SECONDS).done:
        yield None
    return future.result()


LAYOUTS: dict[type, Layout] = {
    FimPrompt: Layout("completion", CHUNK, fim),
    ChatPrompt: Layout("chat", CHAT_CHUNK, chat),
    RewritePrompt: Layout("completion", CHUNK, rewrite),
}
