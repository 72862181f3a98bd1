"""Ollama's API, as its clients use it: above all Zed's edit prediction."""

from typing import Any

import pytest

from tests.engine.test_raw_fim import ABOVE, BELOW, PROMPTS
from tests.lsp_server.http_api.served import TOKEN, serving
from tests.lsp_server.http_api.test_chat import lines, messages_of
from tests.lsp_server.http_api.test_completions import fim_of, shown

# What Zed sends for each prediction, and no header of ours: the token is in its `api_url`.
STOPS = ["<|endoftext|>", "<|fim_pad|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<PRE>", "[SUFFIX]"]


def prediction(prompt: str) -> dict[str, Any]:
    options = {"num_predict": 256, "temperature": 0.2, "stop": STOPS}
    return {"model": "qwen2.5-coder", "prompt": prompt, "raw": True, "stream": False, "options": options}


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
async def test_zeds_edit_prediction(prompt: str) -> None:
    async with serving() as served:
        del served.client.headers["Authorization"]
        answer = await served.client.post(f"/{TOKEN}/api/generate", json=prediction(prompt))
        assert answer.status_code == 200
        assert answer.json()["response"] == "width * height"
        assert isinstance(answer.json()["created_at"], str)
        assert answer.json()["created_at"].endswith("Z")
        assert shown(fim_of(served)) == (ABOVE, BELOW)


async def test_a_suffix_is_what_stands_below() -> None:
    async with serving() as served:
        *pieces, last = lines((await served.post("/api/generate", prompt=ABOVE, suffix=BELOW)).text)
        assert [(piece["response"], piece["done"]) for piece in pieces] == [("width * height", False)]
        assert (last["response"], last["done"], last["done_reason"]) == ("", True, "stop")
        assert shown(fim_of(served)) == (ABOVE, BELOW)


async def test_a_prompt_in_words_is_a_question() -> None:
    async with serving() as served:
        answer = await served.post("/api/generate", prompt="What adds?", system="Be brief.", stream=False)
        assert answer.json()["response"] == "It adds."
        assert messages_of(served) == [("system", "Be brief."), ("user", "What adds?")]
        *pieces, _ = lines((await served.post("/api/generate", prompt="What adds?")).text)
        assert [piece["response"] for piece in pieces] == ["It ", "adds."]


async def test_a_raw_text_without_marks_goes_on() -> None:
    async with serving() as served:
        await served.post("/api/generate", prompt=ABOVE, raw=True, stream=False)
        assert shown(fim_of(served)) == (ABOVE, "")


async def test_what_clients_ask_first() -> None:
    async with serving("qwen2.5-coder-1.5b", "5:a") as served:
        assert (await served.client.get("/")).text == "Ollama is running"
        assert (await served.client.head("/")).status_code == 200
        assert int((await served.client.get("/api/version")).json()["version"].split(".")[1]) >= 6
        tags = (await served.client.get("/api/tags")).json()["models"]
        assert [row["name"] for row in tags] == ["qwen2.5-coder-1.5b", "5:a"]
        for row in tags:
            assert {"modified_at", "size", "digest", "details"} <= row.keys()
            about = (await served.post("/api/show", model=row["name"])).json()
            assert about["capabilities"] == ["completion", "insert"]
            assert about["details"].keys() >= {"format", "family", "parameter_size", "quantization_level"}


async def test_an_empty_prompt_has_the_model_loaded() -> None:
    async with serving() as served:
        assert (await served.post("/api/generate", model="m")).json()["done_reason"] == "load"
        assert (await served.post("/api/chat", model="m")).json()["done_reason"] == "load"
        assert served.model.requests == []


async def test_it_is_off_unless_asked_for() -> None:
    async with serving(with_ollama=False) as served:
        for path in ("/api/tags", "/api/version", "/"):
            answer = await served.client.get(path)
            assert answer.status_code == 404
            assert "--ollama" in answer.text
        assert (await served.post("/api/generate", prompt="a")).status_code == 404
        assert (await served.client.get("/v1/models")).status_code == 200


async def test_errors_are_in_its_own_words() -> None:
    async with serving() as served:
        assert "cannot be read" in (await served.client.post("/api/generate", content=b"{")).json()["error"]
        assert "pictures" in (await served.post("/api/generate", prompt="a", images=["x"])).json()["error"]
        assert "/api/tags" in (await served.client.get("/api/nothing")).json()["error"]
