"""Chat over HTTP: OpenAI's and Ollama's."""

import json
from typing import Any

import pytest

from hearth.engine.types import ChatPrompt
from tests.engine.test_raw_fim import ABOVE, BELOW, PROMPTS
from tests.lsp_server.http_api.served import Served, serving
from tests.lsp_server.http_api.test_completions import KEY, events, fim_of, shown

CHAT = "<think>Hm.</think>It |adds |numbers."
QUESTION = [{"role": "user", "content": "What is this?"}]


def messages_of(served: Served) -> list[tuple[str, str]]:
    prompt = served.model.requests[-1].prompt
    assert isinstance(prompt, ChatPrompt)
    return [(message.role, message.content) for message in prompt.messages]


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


async def test_a_question_is_answered() -> None:
    async with serving(chat=CHAT) as served:
        answer = (await served.post("/v1/chat/completions", model="gpt", messages=QUESTION)).json()
        assert answer["object"] == "chat.completion"
        assert answer["choices"][0]["message"] == {
            "role": "assistant",
            "content": "It adds numbers.",
            "reasoning_content": "Hm.",
        }
        assert answer["choices"][0]["finish_reason"] == "stop"
        assert messages_of(served) == [("user", "What is this?")]


async def test_an_answer_streams_as_it_comes() -> None:
    async with serving(chat=CHAT) as served:
        answer = await served.post("/v1/chat/completions", messages=QUESTION, stream=True)
        found = events(answer.text)
        deltas = [event["choices"][0]["delta"] for event in found]
        assert [each["content"] for each in deltas if "content" in each] == ["It ", "adds ", "numbers."]
        assert [each["reasoning_content"] for each in deltas if "reasoning_content" in each] == ["Hm."]
        assert deltas[0]["role"] == "assistant"
        assert [event["choices"][0]["finish_reason"] for event in found][-2:] == [None, "stop"]


async def test_ollamas_chat_streams_lines() -> None:
    async with serving(chat=CHAT) as served:
        answer = await served.post("/api/chat", model="m", messages=QUESTION)
        assert answer.headers["content-type"] == "application/x-ndjson"
        *found, last = lines(answer.text)
        said = [(line["message"]["content"], line["message"].get("thinking", "")) for line in found]
        assert said == [("", "Hm."), ("It ", ""), ("adds ", ""), ("numbers.", "")]
        assert [line["done"] for line in found] == [False] * 4
        assert (last["done"], last["done_reason"], last["message"]["content"]) == (True, "stop", "")
        assert last["eval_count"] == 3


async def test_ollamas_chat_whole() -> None:
    async with serving(chat=CHAT) as served:
        answer = (await served.post("/api/chat", messages=QUESTION, stream=False)).json()
        assert answer["message"] == {"role": "assistant", "content": "It adds numbers.", "thinking": "Hm."}
        assert answer["done"] is True


async def test_messages_become_what_chat_templates_take() -> None:
    """Clients send several from the system, two of one role in a row, and parts."""
    async with serving() as served:
        sent = [
            {"role": "user", "content": [{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}]},
            {"role": "developer", "content": "Be brief."},
            {"role": "assistant", "content": None},
            {"role": "assistant", "content": "Yes."},
            {"role": "tool", "content": "3"},
            {"role": "system", "content": "Be kind."},
        ]
        await served.post("/v1/chat/completions", messages=sent)
        assert messages_of(served) == [
            ("system", "Be brief.\n\nBe kind."),
            ("user", "One.\nTwo."),
            ("assistant", "\n\nYes."),
            ("user", "3"),
        ]


async def test_limits_and_stop_sequences_are_kept() -> None:
    async with serving(chat="It |ad|ds num|bers.") as served:
        cut = (await served.post("/v1/chat/completions", messages=QUESTION, max_tokens=2)).json()
        assert (cut["choices"][0]["message"]["content"], cut["choices"][0]["finish_reason"]) == ("It ad", "length")
        stopped = (await served.post("/v1/chat/completions", messages=QUESTION, stop=["dds", "zzz"])).json()
        assert stopped["choices"][0]["message"]["content"] == "It a"  # also where it is in two pieces


async def test_a_message_that_is_a_raw_prompt_is_answered_as_one() -> None:
    async with serving() as served:
        messages = [{"role": "user", "content": PROMPTS["qwen"]}]
        answer = (await served.post("/v1/chat/completions", messages=messages)).json()
        assert answer["choices"][0]["message"]["content"] == "width * height"
        assert shown(fim_of(served)) == (ABOVE, BELOW)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/api/chat"])
async def test_no_key_reaches_the_model(path: str) -> None:
    async with serving() as served:
        await served.post(path, messages=[{"role": "user", "content": f"Is {KEY} a key?"}])
        assert KEY not in str(messages_of(served))
        assert "a key?" in str(messages_of(served))


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        ([], "must end with"),
        ([{"role": "user", "content": " "}], "must end with"),
        ([{"role": "wizard", "content": "a"}], "no role 'wizard'"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}], "only text"),
        ([{"role": "user", "content": "a" * 1_100_000}], "characters"),
        ("hello", "$.messages"),
    ],
)
async def test_wrong_messages_are_told_what_is_wrong(messages: Any, why: str) -> None:
    async with serving() as served:
        answer = await served.post("/v1/chat/completions", messages=messages)
        assert answer.status_code == 400
        assert why in answer.json()["error"]["message"]
        assert served.model.requests == []


async def test_a_terminals_commands_do_not_come_through() -> None:
    async with serving(chat="red: \x1b[31m|x\u202ey") as served:
        answer = (await served.post("/v1/chat/completions", messages=QUESTION)).json()
        assert answer["choices"][0]["message"]["content"] == "red: xy"
