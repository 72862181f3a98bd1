"""Reasoning models behind a server: what keeps each from thinking, and thoughts that do not use up the answer.

Servers count thoughts among the tokens of an answer, and most have no switch for them. What works everywhere is
what the model itself was trained for: a word in the question, or a prompt in which its thoughts are over already.
Sources: the chat templates of the models, and their model cards.
"""

import re
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from hearth.engine.backends.shared.streaming import Stream
from hearth.engine.errors import PromptTooLong
from hearth.engine.text import estimate_tokens
from hearth.engine.types import ChatMessage, Finished, FinishReason

Messages = tuple[ChatMessage, ...]


@dataclass(frozen=True, slots=True)
class Habit:
    """How models of a kind think, and what keeps them from it; without any of that, nothing does.

    `word` ends the question, `system` is a line of the system's message. `layout`: the marks of the model's
    template, for a prompt that ends the thoughts itself. `has_effort`: they think in any case, but more or less.
    `opens`: the template opens the tag, so that a server's text may begin within the thoughts.
    """

    word: str = ""
    system: str = ""
    layout: Literal["", "deepseek", "chatml"] = ""
    has_effort: bool = False
    opens: bool = False


# By their names; the first row that matches counts.
_HABITS = (
    (r"deepseek-?r1|(?<![a-z0-9])r1(?![a-z0-9])", Habit(layout="deepseek", opens=True)),
    (r"qwq|qwen-?3.{0,40}thinking", Habit(layout="chatml", opens=True)),
    (r"qwen-?3[._][5-9]", Habit(layout="chatml")),
    (r"qwen-?3(?!.{0,60}(instruct|coder|embed|rerank))", Habit(word="/no_think")),
    (r"glm-?(4[._][5-9]|5)", Habit(word="/nothink")),
    (r"smol-?lm-?3", Habit(system="/no_think")),
    (r"nemotron.{0,40}nano.{0,40}v2|nemotron.{0,40}v2.{0,40}nano|nemotron-?3", Habit(system="/no_think")),
    (r"nemotron.{0,40}(nano|super|ultra)", Habit(system="detailed thinking off")),
    (r"gpt-?oss|gpt-?5|(?<![a-z0-9])o[134](-mini|-pro|-preview)?(?![a-z0-9])", Habit(has_effort=True)),
    (r"deepseek-reasoner|reasoning|openthinker|exaone-?deep|deepscaler|marco-?o1|-thinking", Habit()),
)


def habit_of(model: str) -> Habit | None:
    """What is known by the model's name; None for one that is not known to think."""
    name = model.lower()
    return next((habit for pattern, habit in _HABITS if re.search(pattern, name)), None)


def told_not_to(habit: Habit, messages: Messages) -> Messages:
    """The conversation with the word that keeps such a model from thinking, if there is one."""
    if habit.system:
        first = messages[0] if messages and messages[0].role == "system" else None
        said = f"{first.content}\n\n{habit.system}" if first else habit.system
        return (ChatMessage("system", said), *(messages[1:] if first else messages))
    if habit.word and messages and messages[-1].role == "user":
        return (*messages[:-1], replace(messages[-1], content=f"{messages[-1].content} {habit.word}"))
    return messages


def closed_prompt(habit: Habit, messages: Messages, thought: str = "") -> tuple[str, tuple[str, ...]]:
    """A raw prompt behind which only the answer can come, and where that ends. `thought`: what was thought so far.

    The token at the very beginning is left out: servers add it to raw prompts.
    """
    over = f"<think>\n{thought.strip()}\n</think>\n\n"
    if habit.layout == "deepseek":
        turns = "".join(_deepseek(message) for message in messages)
        return f"{turns}<｜Assistant｜>{over}", ("<｜end▁of▁sentence｜>", "<｜User｜>")
    turns = "".join(f"<|im_start|>{message.role}\n{_plain(message.content)}<|im_end|>\n" for message in messages)
    return f"{turns}<|im_start|>assistant\n{over}", ("<|im_end|>", "<|im_start|>")


async def answered(
    ask: Callable[[bool, int, str], Stream],
    think: bool,
    room: int,
    budget: int,
    thinks: bool,
    learn: Callable[[], None] = lambda: None,
) -> Stream:
    """An answer of at most `room` tokens, beside which `budget` tokens may be thought.

    `ask` begins a stream; it is told whether the model may think, the tokens of both together, and what it has
    thought already. When thoughts are all that came, it is asked again, without them if it can be kept from them.
    `thinks`: the model is known to think; else it has no budget at first, as servers refuse more than they have
    room for. `learn` is called when it is found out to think.
    """
    thought = ""
    while True:
        allowed = budget or room if thinks else room
        last = Finished(FinishReason.LENGTH)
        before, pieces, has_answer = len(thought), 0, False
        try:
            async with aclosing(ask(think, room + (budget if thinks else 0), thought)) as stream:
                async for event in stream:
                    if isinstance(event, Finished):
                        last = event
                        break
                    yield event
                    if event.part == "thinking":
                        learn()
                        thought += event.text
                        if not has_answer and estimate_tokens(thought[before:]) > allowed:
                            break
                        continue
                    pieces += bool(event.text)
                    has_answer = has_answer or bool(event.text.strip())
                    if thinks and pieces > room:
                        break
        except PromptTooLong:
            if not (thinks and budget):
                raise
            budget = 0  # the server counts it before anything was thought
            continue
        used_up = last.reason is FinishReason.LENGTH
        ended_in_thoughts = last.reason is FinishReason.EOG and len(thought) > before
        if has_answer or not (used_up or ended_in_thoughts) or (thinks and not think):
            yield last
            return
        learn()
        think, thinks = False, True


def _deepseek(message: ChatMessage) -> str:
    said = _plain(message.content)
    if message.role == "assistant":
        return f"<｜Assistant｜>{said}<｜end▁of▁sentence｜>"
    return f"<｜User｜>{said}" if message.role == "user" else said


def _plain(text: str) -> str:
    """Without anything that the model would take for one of its marks."""
    return re.sub(r"<(?=[|｜]|/?think>)", "< ", text)
