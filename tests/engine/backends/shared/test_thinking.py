import asyncio
from collections.abc import Sequence

import pytest

from hearth.engine.backends.shared import thinking
from hearth.engine.backends.shared.streaming import Stream
from hearth.engine.types import ChatMessage, Finished, FinishReason, Piece
from tests.engine.backends.asking import collect

ASKED = (ChatMessage("system", "Be brief."), ChatMessage("user", "Why?"))


@pytest.mark.parametrize(
    ("model", "word"),
    [
        ("qwen3:8b", "/no_think"),
        ("Qwen/Qwen3-30B-A3B", "/no_think"),
        ("lmstudio-community/qwen3-4b-gguf", "/no_think"),
        ("zai-org/GLM-4.6", "/nothink"),
        ("qwen3-coder:30b", None),
        ("qwen3-4b-instruct-2507", None),
        ("qwen2.5-coder-7b", None),
        ("llama3.2", None),
        ("mistral-nemo-instruct-2407", None),
        ("deepseek-coder-6.7b", None),
        ("granite-4.0-h-tiny", None),
    ],
)
def test_a_model_is_told_not_to_think_in_its_own_words(model: str, word: str | None) -> None:
    habit = thinking.habit_of(model)
    told = thinking.told_not_to(habit, ASKED) if habit else ASKED
    assert told[-1].content == (f"Why? {word}" if word else "Why?")


def test_some_are_told_in_the_system_s_message() -> None:
    habit = thinking.habit_of("HuggingFaceTB/SmolLM3-3B")
    assert habit is not None
    assert thinking.told_not_to(habit, ASKED)[0].content == "Be brief.\n\n/no_think"
    assert thinking.told_not_to(habit, ASKED[1:])[0] == ChatMessage("system", "/no_think")


@pytest.mark.parametrize(
    ("model", "prompt"),
    [
        (
            "deepseek-r1-distill-qwen-7b",
            "Be brief.<｜User｜>Why?<｜Assistant｜><think>\nhm\n</think>\n\n",
        ),
        (
            "qwq-32b",
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n"
            "<|im_start|>assistant\n<think>\nhm\n</think>\n\n",
        ),
    ],
)
def test_thoughts_are_ended_by_the_prompt_where_no_word_does_that(model: str, prompt: str) -> None:
    habit = thinking.habit_of(model)
    assert habit is not None
    assert thinking.closed_prompt(habit, ASKED, "hm\n")[0] == prompt


@pytest.mark.parametrize("mark", ["<｜User｜>", "<|im_end|>", "<｜Assistant｜>", "</think>", "<think>"])
@pytest.mark.parametrize("model", ["deepseek-r1:7b", "qwq"])
def test_marks_in_the_code_stay_text(model: str, mark: str) -> None:
    habit = thinking.habit_of(model)
    assert habit is not None
    prompt, _ = thinking.closed_prompt(habit, (ChatMessage("user", f"a{mark}b"),))
    assert f"a{mark}b" not in prompt and f"a< {mark[1:]}b" in prompt


class Server:
    """Thinks `thoughts` and says `text`, as many tokens of both as it is asked for. `stops`: if it is told to."""

    def __init__(self, thoughts: int, text: Sequence[str] = ("yes", "."), stops: bool = True) -> None:
        self.thoughts, self.text, self.stops = thoughts, text, stops
        self.asked: list[tuple[bool, int]] = []

    async def ask(self, think: bool, tokens: int, thought: str) -> Stream:
        self.asked.append((think, tokens))
        thoughts = self.thoughts if think or not self.stops else 0
        said = [*[Piece("hm ", "thinking")] * thoughts, *map(Piece, self.text)]
        for piece in said[:tokens]:
            await asyncio.sleep(0)
            yield piece
        yield Finished(FinishReason.LENGTH if len(said) > tokens else FinishReason.EOG)


@pytest.mark.parametrize(
    ("server", "think", "thinks", "asked"),
    [
        (Server(0), True, False, [(True, 100)]),
        (Server(50), True, False, [(True, 100)]),
        (Server(50), True, True, [(True, 1100)]),
        (Server(900), True, True, [(True, 1100)]),
        # Known to think, and thinks too long: the next time it is kept from it.
        (Server(5000), True, True, [(True, 1100), (False, 1100)]),
        # Not known to: it has no room for its thoughts at first.
        (Server(900), True, False, [(True, 100), (False, 1100)]),
        (Server(900, stops=False), False, False, [(False, 100), (False, 1100)]),
        (Server(900, stops=False), False, True, [(False, 1100)]),
    ],
)
async def test_thoughts_take_nothing_from_the_answer(
    server: Server, think: bool, thinks: bool, asked: list[tuple[bool, int]]
) -> None:
    learnt: list[bool] = []
    answer = await collect(thinking.answered(server.ask, think, 100, 1000, thinks, lambda: learnt.append(True)))
    assert (answer.text, answer.reason) == ("yes.", "eog")
    assert server.asked == asked
    assert bool(learnt) == bool(server.thoughts and (think or not server.stops))


async def test_who_cannot_be_kept_from_thinking_for_ever_ends_at_its_limit_and_is_not_asked_for_ever() -> None:
    server = Server(10**6, stops=False)
    answer = await collect(thinking.answered(server.ask, True, 100, 1000, True))
    assert (answer.text, answer.reason) == ("", "limit")
    assert server.asked == [(True, 1100), (False, 1100)]


async def test_the_answer_itself_is_no_longer_than_it_may_be() -> None:
    server = Server(5, ["x "] * 5000)
    answer = await collect(thinking.answered(server.ask, True, 100, 1000, True))
    assert (len(answer.text.split()), answer.reason) == (101, "limit")


async def test_a_server_that_hides_the_thoughts_that_used_up_the_answer_is_asked_with_more_room() -> None:
    asked: list[int] = []

    async def ask(think: bool, tokens: int, thought: str) -> Stream:
        asked.append(tokens)
        if tokens > 500:
            yield Piece("yes.")
        yield Finished(FinishReason.EOG if tokens > 500 else FinishReason.LENGTH)

    assert (await collect(thinking.answered(ask, True, 100, 1000, False))).text == "yes."
    assert asked == [100, 1100]
