"""The story of a code action, from a place in a file to edits that are safe to apply.

    place  ->  target  ->  prompt  ->  answer  ->  edits, parsed in place and judged  ->  (once more, if refused)

Nothing is written here: the editor applies the edits, or does not.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from hearth.engine.backends import Backend
from hearth.engine.characters import without_new
from hearth.engine.code_actions import actions
from hearth.engine.code_actions.actions import Action
from hearth.engine.code_actions.edits import Edit, Unchanged
from hearth.engine.code_actions.judge import judged
from hearth.engine.code_actions.kept_secrets import refuse_secrets, target_as_seen, with_secrets
from hearth.engine.code_actions.loops import without_loop
from hearth.engine.code_actions.prompts import prompt
from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests import Plan, complete_tests, merged
from hearth.engine.code_actions.unit_tests.running import Run
from hearth.engine.errors import EditRefused
from hearth.engine.screen import chat_request
from hearth.engine.settings import ChatSettings
from hearth.engine.types import ChatMessage, Finished, FinishReason, Priority

log = logging.getLogger("hearth.rewrite")
T = TypeVar("T")
OnPiece = Callable[[str], None]

_LOOPED = Finished(FinishReason.STOP, rule="loop")
_SYSTEM = "You are a careful programmer. You answer with what is asked for and nothing else."
_TOKENS_PER_CHAR = 0.45  # of code, generously
# What a model is told when its first answer could not be used, and when it only repeated the code: then its
# answer is not shown to it again, which it would repeat once more.
_AGAIN = "That cannot be used: {reason}. Answer again, with the complete code and nothing else."
_THINK_FIRST = "\nFirst say in one sentence what has to be changed. Then write the changed code."


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Edits of the target's text, and the answer that they were made of.

    `notes` say in words what the edits take away on purpose: "removes 2 comments".
    """

    edits: tuple[Edit, ...]
    answer: str
    attempts: int = 1
    notes: tuple[str, ...] = ()


async def rewrite(
    backend: Backend,
    settings: ChatSettings,
    action: Action,
    target: Target,
    on_piece: OnPiece = lambda text: None,
    temperature: float = 0.0,
) -> Rewrite:
    """The edits of one action. Raises `EditRefused` when two answers in a row cannot be applied safely."""
    seen = target_as_seen(target)

    def take(answer: str) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
        edits = action.take(seen, without_new(answer, target.code.text))
        own = with_secrets(action.id, target, seen, edits)
        return own, judged(seen, edits, action.replaces_stub)

    asked = _Asked(backend, settings, action, seen, on_piece, temperature)
    (edits, notes), answer, attempts = await _accepted(asked, prompt(action, seen), take)
    return Rewrite(edits, answer, attempts, notes)


async def write_tests(
    backend: Backend,
    settings: ChatSettings,
    action: Action,
    target: Target,
    plan: Plan,
    on_piece: OnPiece = lambda text: None,
    temperature: float = 0.0,
    run: Run | None = None,
) -> str:
    """The text of the test file, with the new tests. Raises `EditRefused` like `rewrite`.

    `run` tries a text; one that cannot be run is asked for again, with what the runner says.
    """
    seen = target_as_seen(target)

    def take(answer: str) -> str:
        refuse_secrets(answer)
        text = _merged(plan, seen, answer)
        ran = run(text) if run is not None else None
        if ran is not None and not ran.begun:
            raise EditRefused(f"the tests cannot be run: {ran.words}")
        return text

    asked = _Asked(backend, settings, action, seen, on_piece, temperature)
    question = prompt(action, seen, framework=plan.framework, imports="\n".join(plan.shown))
    text, _, _ = await _accepted(asked, question, take)
    return text


def _merged(plan: Plan, target: Target, answer: str) -> str:
    """The test file with the answer's tests. Its imports are made of a path, which may hold anything too."""
    old = plan.old_text or ""
    kept = f"{old}\r" if "\r\n" in old else old  # its own line ends stay
    return without_new(merged(plan, target, without_new(answer, old)), kept)


@dataclass(frozen=True, slots=True)
class _Asked:
    backend: Backend
    settings: ChatSettings
    action: Action
    target: Target
    on_piece: OnPiece
    temperature: float

    @property
    def system(self) -> str:
        """Our own instructions, and those of the user."""
        return "\n".join(filter(None, [_SYSTEM, self.settings.system.strip()]))


async def _accepted(asked: _Asked, question: str, take: Callable[[str], T]) -> tuple[T, str, int]:
    """(what `take` makes of the answer, the answer, attempts)."""
    if reason := actions.too_long(asked.target):
        raise EditRefused(reason)
    messages = [ChatMessage("system", asked.system), ChatMessage("user", question)]
    attempt = 1
    while True:
        answer, finished = await _answer(asked, tuple(messages))
        try:
            cut_off = finished.reason is FinishReason.LENGTH or (
                finished is _LOOPED and asked.action.mode == "file"
            )
            if asked.action.mode == "file":
                answer = complete_tests(answer, cut_off)
            elif cut_off:
                raise EditRefused("the answer was too long and was cut off")
            elif finished is _LOOPED:
                raise EditRefused("the answer repeats itself without end")
            return await asyncio.to_thread(take, answer), answer, attempt  # it parses the file with the answer
        except EditRefused as refused:
            log.info("%s, attempt %d: %s", asked.action.id, attempt, refused)
            if attempt == 2:
                raise EditRefused(f"{refused}; nothing was changed") from refused
            attempt = 2
            if isinstance(refused, Unchanged):
                messages[-1] = ChatMessage("user", messages[-1].content + _THINK_FIRST)
            else:
                messages += [ChatMessage("assistant", answer), ChatMessage("user", _AGAIN.format(reason=refused))]


async def _answer(asked: _Asked, messages: tuple[ChatMessage, ...]) -> tuple[str, Finished]:
    """One answer, without what the model thought."""
    action, target = asked.action, asked.target
    request = chat_request(
        conversation=f"action {action.id}",
        messages=messages,
        max_tokens=action.tokens + (int(_TOKENS_PER_CHAR * len(target.text)) if action.grows else 0),
        temperature=asked.temperature,
        priority=Priority.ACTION,
        think=False,  # a user waits for an edit; reasoning models spend minutes on one
    )
    answer, finished = "", Finished(FinishReason.EOG)
    async with aclosing(asked.backend.generate(request)) as events:
        async for event in events:
            if isinstance(event, Finished):
                finished = event
            elif event.part == "text":
                answer += event.text
                asked.on_piece(event.text)
                if action.enough(target, answer):
                    break
                if (whole := without_loop(answer, target.text)) != answer:
                    # What was complete before may be used.
                    closed = whole.count("```") % 2 == 0 and "```" in whole
                    return whole, Finished(FinishReason.EOG) if closed else _LOOPED
    return answer, finished
