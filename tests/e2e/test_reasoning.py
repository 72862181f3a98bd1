"""DeepSeek-R1's three ways to stream its thoughts, from a server to the editor: folded in chat, never in an edit.

The servers are fakes of the documented shapes over real HTTP; what real ones send besides is not shown here.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fakes.ollama import FakeOllama
from tests.fakes.openai import FakeOpenAI
from tests.lsp_server.acting import acting

ADD = "def add(a, b):\n    return ‸a + b\n"
THOUGHTS = ("The user wants ", "a sum. Perhaps\n", "```python\ndef wrong():\n    pass\n```\n", "No.")
ANSWER = ("```python\ndef add", "(a, b):\n    return a + b + 1\n", "```")
R1_TEMPLATE = "{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\\n' }}{% endif %}"

Fake = FakeOllama | FakeOpenAI
WAYS: dict[str, Any] = {
    "Ollama's thinking": lambda: FakeOllama({"deepseek-r1": ["completion", "thinking"]}, {}, ANSWER, THOUGHTS),
    "Ollama, tags in the text": lambda: FakeOllama({"deepseek-r1": ["completion"]}, {}, tagged()),
    "LM Studio's reasoning_content": lambda: FakeOpenAI("lmstudio", ("r1",), pieces=ANSWER, reasoning=THOUGHTS),
    "LM Studio, tags in the text": lambda: FakeOpenAI("lmstudio", ("r1",), pieces=tagged()),
    "llama-server's reasoning_content": lambda: FakeOpenAI(
        pieces=ANSWER, reasoning=THOUGHTS, vocabulary=(), chat_template=R1_TEMPLATE
    ),
    "llama-server, the opening tag in the prompt": lambda: FakeOpenAI(
        pieces=tagged("", "</think>\n\n"), vocabulary=(), chat_template=R1_TEMPLATE
    ),
    "vLLM, the opening tag in the prompt": lambda: FakeOpenAI(
        "vllm", ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",), pieces=tagged("", "</think>\n\n")
    ),
    "vLLM with a reasoning parser": lambda: FakeOpenAI(
        "vllm", ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",), pieces=ANSWER, reasoning=THOUGHTS
    ),
}


def tagged(opening: str = "<think>\n", closing: str = "\n</think>\n\n") -> tuple[str, ...]:
    """All in the text, the tags cut between two pieces."""
    return (opening[:3], opening[3:], *THOUGHTS, closing[:4], closing[4:], *ANSWER)


@pytest.fixture(params=list(WAYS))
async def fake(request: pytest.FixtureRequest) -> AsyncIterator[Fake]:
    fake: Fake = WAYS[request.param]()
    await fake.http.start()
    yield fake
    await fake.http.stop()


async def test_thoughts_are_folded_in_chat_and_absent_from_edits(fake: Fake) -> None:
    async with acting(settings=settings(fake)) as ed:
        answer = await ed.question("How do I add one?")
        assert answer.reason == "eog", answer
        assert answer.text.strip() == "".join(ANSWER)
        assert answer.thinking.strip() == "".join(THOUGHTS)
        told = {part: "".join(text for kind, text in ed.pieces if kind == part) for part in ("text", "thinking")}
        assert told == {"text": answer.text, "thinking": answer.thinking}
        ed.show(ADD)
        assert await ed.take("bug") == "def add(a, b):\n    return a + b + 1\n"
        assert ed.messages == []


@pytest.mark.parametrize("thoughts", [900, 9000])
async def test_thoughts_that_fill_the_answer_s_room_or_never_end_leave_an_answer(thoughts: int) -> None:
    """As LM Studio counts them for DeepSeek-R1: among the tokens of the answer."""
    fake = FakeOpenAI(
        "lmstudio",
        ("deepseek-r1-distill-qwen-7b",),
        pieces=ANSWER,
        reasoning=["hm "] * thoughts,
        keeps_to_limit=True,
    )
    await fake.http.start()
    try:
        async with acting(settings={**settings(fake)}) as ed:
            answer = await ed.question("How do I add one?")
            assert (answer.text.strip(), answer.reason) == ("".join(ANSWER), "eog")
            ed.show(ADD)
            assert await ed.take("bug") == "def add(a, b):\n    return a + b + 1\n"
            assert ed.messages == []
    finally:
        await fake.http.stop()


def settings(fake: Fake) -> dict[str, Any]:
    backend = "ollama" if isinstance(fake, FakeOllama) else "openai_compatible"
    model = "deepseek-r1" if isinstance(fake, FakeOllama) else fake.models[0]
    url = fake.http.url if isinstance(fake, FakeOllama) else f"{fake.http.url}/v1"
    return {"chat": {"backend": backend, "model": model}, backend: {"url": url}}
