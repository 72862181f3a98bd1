"""Places in code asked about over HTTP, as editors ask, and answered by the engine."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hearth.engine.settings import Settings
from hearth.engine.types import FimPrompt
from tests.engine.test_raw_fim import ABOVE, BELOW, PROMPTS
from tests.lsp_server.http_api.served import Served, serving

KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def events(text: str) -> list[Any]:
    """Of a stream of server-sent events; its end must be told."""
    *found, done = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    assert done == "[DONE]"
    return [json.loads(each) for each in found]


def fim_of(served: Served) -> FimPrompt:
    """What the model was shown at last."""
    prompt = served.model.requests[-1].prompt
    assert isinstance(prompt, FimPrompt)
    return prompt


def shown(prompt: FimPrompt) -> tuple[str, str]:
    return prompt.above + prompt.typed, prompt.below


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
async def test_a_raw_prompt_is_taken_apart_and_not_passed_through(prompt: str) -> None:
    async with serving() as served:
        answer = (await served.post("/v1/completions", model="m", prompt=prompt)).json()
        assert [choice["text"] for choice in answer["choices"]] == ["width * height"]
        assert shown(fim_of(served)) == (ABOVE, BELOW)


async def test_a_suffix_is_what_stands_below() -> None:
    async with serving() as served:
        answer = (await served.post("/v1/completions", prompt=ABOVE, suffix=BELOW)).json()
        assert answer["choices"][0] == {
            "index": 0,
            "text": "width * height",
            "logprobs": None,
            "finish_reason": "stop",
        }
        assert answer["object"] == "text_completion"
        assert shown(fim_of(served)) == (ABOVE, BELOW)


async def test_the_engines_rules_end_an_answer() -> None:
    """The model runs on into the text below, and repeats it; the client gets none of that."""
    async with serving("width * height\n|\n\nprint(area(2, 3))\nprint(area(") as served:
        answer = (await served.post("/v1/completions", prompt=ABOVE, suffix=BELOW)).json()
        assert answer["choices"][0]["text"] == "width * height"


async def test_what_stands_right_of_the_cursor_is_not_said_twice() -> None:
    async with serving("width, height)") as served:
        answer = await served.post("/v1/completions", prompt="def f(width, height):\n    area(", suffix=")\n")
        assert answer.json()["choices"][0]["text"] == "width, height"


async def test_an_answer_streams_as_events() -> None:
    async with serving() as served:
        body = {"prompt": ABOVE, "suffix": BELOW, "stream": True, "stream_options": {"include_usage": True}}
        answer = await served.client.post("/v1/completions", json=body)
        assert answer.headers["content-type"].startswith("text/event-stream")
        first, last, usage = events(answer.text)
        assert (first["choices"][0]["text"], first["choices"][0]["finish_reason"]) == ("width * height", None)
        assert (last["choices"][0]["text"], last["choices"][0]["finish_reason"]) == ("", "stop")
        assert usage["choices"] == []
        assert usage["usage"]["completion_tokens"] == 1


async def test_the_clients_own_limits_are_kept() -> None:
    async with serving() as served:
        short = (await served.post("/v1/completions", prompt=ABOVE, suffix=BELOW, max_tokens=2)).json()["choices"][
            0
        ]
        assert "width * height".startswith(short["text"])
        assert len(short["text"]) < 8
        assert short["finish_reason"] == "length"
        stopped = await served.post("/v1/completions", prompt=ABOVE, suffix=BELOW, stop=["<|endoftext|>", " *"])
        assert stopped.json()["choices"][0]["text"] == "width"


async def test_typing_along_a_suggestion_asks_no_model() -> None:
    """A client tells no document: the text shows that it is the one of before."""
    async with serving() as served:
        await served.post("/v1/completions", prompt=ABOVE, suffix=BELOW)
        asked = len(served.model.requests)
        answer = await served.post("/v1/completions", prompt=f"{ABOVE}width *", suffix=BELOW)
        assert answer.json()["choices"][0]["text"] == " height"
        new = [request for request in served.model.requests[asked:] if shown_in(request.prompt, "width *")]
        assert new == []


def shown_in(prompt: object, end: str) -> bool:
    return isinstance(prompt, FimPrompt) and (prompt.above + prompt.typed).endswith(end)


async def test_no_key_reaches_the_model() -> None:
    async with serving() as served:
        above = f'TOKEN = "{KEY}"\n{ABOVE}'
        for prompt in (f"<|fim_prefix|>{above}<|fim_suffix|>{BELOW}<|fim_middle|>", above):
            await served.post("/v1/completions", prompt=prompt)
            assert KEY not in str(fim_of(served))
            assert "TOKEN = " in fim_of(served).above


async def test_a_file_that_holds_secrets_is_not_completed() -> None:
    async with serving() as served:
        for path in (".env", "/srv/app/.env.local", "id_rsa"):
            answer = await served.post("/v1/completions", prompt="A=", suffix="\n", hearth={"path": path})
            assert answer.json()["choices"][0]["text"] == ""
        assert served.model.requests == []


async def test_the_users_settings_count() -> None:
    off = replace(Settings().completion, enabled=False)
    async with serving(settings=replace(Settings(), completion=off)) as served:
        answer = await served.post("/v1/completions", prompt=ABOVE, suffix=BELOW)
        assert answer.json()["choices"][0]["text"] == ""
    quiet = replace(Settings().completion, languages_off=("python",))
    async with serving(settings=replace(Settings(), completion=quiet)) as served:
        body: dict[str, Any] = {"prompt": ABOVE, "suffix": BELOW}
        assert (await served.post("/v1/completions", **body)).json()["choices"][0]["text"] == ""
        asked_for = {**body, "hearth": {"invoked": True}}
        assert (await served.post("/v1/completions", **asked_for)).json()["choices"][0]["text"] == "width * height"


@pytest.mark.parametrize(
    ("extras", "path"),
    [({"path": "src/box.rs"}, "src/box.rs"), ({"language": "rust"}, ".rs"), ({}, ".py")],
    ids=["path", "language", "guessed"],
)
async def test_the_model_is_told_what_kind_of_file_it_is(extras: dict[str, str], path: str) -> None:
    async with serving() as served:
        await served.post("/v1/completions", prompt=ABOVE, suffix=BELOW, hearth=extras)
        assert fim_of(served).path.endswith(path)


async def test_a_file_of_a_project_gets_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "unit.py").write_text("def to_inches(centimetres):\n    return centimetres / 2.54\n")
    above = "from unit import to_inches\n\n\ndef width(centimetres):\n    return to_inches("
    async with serving("centimetres") as served:
        extras = {"path": str(tmp_path / "box.py"), "invoked": True}
        await served.post("/v1/completions", prompt=above, suffix=")\n", hearth=extras)
        assert "def to_inches(centimetres)" in str(fim_of(served).context)


async def test_other_files_of_the_project_that_were_asked_about_are_context(tmp_path: Path) -> None:
    """As open files are for an editor, also before they are saved."""
    (tmp_path / "pyproject.toml").touch()
    other = "def to_inches(centimetres):\n    return centimetres / 2.54\n"
    async with serving("centimetres") as served:
        await served.post("/v1/completions", prompt=other, hearth={"path": str(tmp_path / "unit.py")})
        for folder, is_shown in ((tmp_path, True), (tmp_path.parent, False)):
            extras = {"path": str(folder / "box.py"), "invoked": True}
            above = "def width(centimetres):\n    return to_inches("
            await served.post("/v1/completions", prompt=above, suffix=")\n", hearth=extras)
            assert ("def to_inches(centimetres)" in str(fim_of(served).context)) is is_shown


async def test_the_files_in_a_prompt_are_searched_for_what_is_used() -> None:
    other = "def to_inches(centimetres):\n    return centimetres / 2.54\n"
    prompt = (
        f"<|repo_name|>box\n<|file_sep|>unit.py\n{other}<|file_sep|>.env\nKEY=abc\n<|file_sep|>box.py\n"
        "<|fim_prefix|>def width(centimetres):\n    return to_inches(<|fim_suffix|>)\n<|fim_middle|>"
    )
    async with serving("centimetres") as served:
        await served.post("/v1/completions", prompt=prompt, hearth={"invoked": True})
        assert "def to_inches(centimetres)" in str(fim_of(served).context)
        assert "KEY=abc" not in str(fim_of(served))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "cannot be read"),
        (b"[1]", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b'{"prompt": 3}', "$.prompt"),
        (b'{"prompt": [1, 2]}', "$.prompt"),
        (b'{"prompt": ["a", "b"]}', "one text"),
        (b'{"prompt": "a", "n": 2}', "n must be 1"),
        (b'{"prompt": "a", "stop": ' + json.dumps(["x"] * 99).encode() + b"}", "stop"),
    ],
)
async def test_a_wrong_body_is_told_what_is_wrong_with_it(body: bytes, why: str) -> None:
    async with serving() as served:
        answer = await served.client.post("/v1/completions", content=body)
        assert answer.status_code == 400
        assert why in answer.json()["error"]["message"]
        assert answer.json()["error"]["type"] == "invalid_request_error"
        assert served.model.requests == []


async def test_models_are_those_of_the_settings() -> None:
    async with serving("5:a", "/home/someone/models/my-model.gguf") as served:
        answer = (await served.client.get("/v1/models")).json()
        assert [row["id"] for row in answer["data"]] == ["5:a", "my-model"]
