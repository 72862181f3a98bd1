"""llama-server's /infill, as llama.vim asks it."""

from typing import Any

from tests.engine.test_raw_fim import ABOVE, BELOW
from tests.lsp_server.http_api.served import serving
from tests.lsp_server.http_api.test_completions import KEY, fim_of, shown

# What llama.vim sends with a request while the user types.
VIM: dict[str, Any] = {
    "id_slot": 0,
    "n_predict": 128,
    "stop": [],
    "n_indent": 4,
    "top_k": 40,
    "top_p": 0.90,
    "stream": False,
    "samplers": ["top_k", "top_p", "infill"],
    "cache_prompt": True,
    "t_max_prompt_ms": 500,
    "t_max_predict_ms": 250,
    "response_fields": ["content", "timings/prompt_n", "truncated"],
}
PREFIX, LINE = "def area(width, height):\n", "    return "


async def test_ghost_text_for_llama_vim() -> None:
    async with serving() as served:
        body = {**VIM, "input_prefix": PREFIX, "prompt": LINE, "input_suffix": BELOW, "input_extra": []}
        answer = await served.client.post("/infill", json=body)
        assert answer.status_code == 200
        assert answer.json()["content"] == "width * height"
        assert shown(fim_of(served)) == (ABOVE, BELOW)


async def test_what_is_right_of_the_cursor_stays() -> None:
    """The plugin puts it behind the last line of the answer."""
    async with serving("width, height)") as served:
        body = {**VIM, "input_prefix": "def f(width, height):\n", "prompt": "    area(", "input_suffix": ")\n"}
        assert (await served.client.post("/infill", json=body)).json()["content"] == "width, height"


async def test_a_prompt_that_is_only_to_be_known_asks_no_model() -> None:
    async with serving() as served:
        body = {**VIM, "input_prefix": PREFIX, "prompt": LINE, "input_suffix": BELOW, "n_predict": 0}
        assert (await served.client.post("/infill", json=body)).json()["content"] == ""
        assert served.model.requests == []


async def test_passages_of_other_files_are_searched_for_what_is_used_and_hold_no_key() -> None:
    extra = [
        {"text": "def to_inches(centimetres):\n    return centimetres / 2.54\n", "time": 1, "filename": "unit.py"},
        {"text": f'def to_inches(centimetres):\n    key = "{KEY}"\n'},
        {"text": f"KEY={KEY}\n", "filename": ".env"},
    ]
    async with serving("centimetres") as served:
        body = {**VIM, "input_prefix": "def width(centimetres):\n", "prompt": "    return to_inches("}
        extras = {"invoked": True, "language": "python"}
        await served.client.post(
            "/infill", json={**body, "input_suffix": ")\n", "input_extra": extra, "hearth": extras}
        )
        assert "def to_inches(centimetres)" in str(fim_of(served).context)
        assert KEY not in str(fim_of(served))


async def test_a_wrong_body_is_told_what_is_wrong_with_it() -> None:
    async with serving() as served:
        answer = await served.post("/infill", input_prefix=3)
        assert answer.status_code == 400
        assert "$.input_prefix" in answer.json()["error"]["message"]


async def test_it_streams_as_one_event() -> None:
    async with serving() as served:
        body = {**VIM, "input_prefix": PREFIX, "prompt": LINE, "input_suffix": BELOW, "stream": True}
        said = (await served.client.post("/infill", json=body)).text
        assert said.startswith('data: {"content":"width * height"')
