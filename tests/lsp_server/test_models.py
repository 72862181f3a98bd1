"""`hearth/models`: what a client's picker offers."""

from pathlib import Path
from typing import Any

import pytest

from hearth.engine.models import catalog, fit, speeds
from tests.e2e.editor import editor
from tests.lsp_server.acting import ActingEditor, acting


async def _models(ed: ActingEditor) -> Any:
    protocol: Any = ed.client.protocol
    return await protocol.send_request_async("hearth/models", {})


async def test_every_model_of_the_catalog_can_be_chosen_and_says_how_it_would_do() -> None:
    async with acting("x") as ed:
        answer = await _models(ed)
    by_id = {model.id: model for model in answer.models}
    assert set(catalog.models()) <= set(by_id)
    small = by_id["qwen2.5-coder-0.5b-instruct"]
    row = catalog.by_id(small.id)
    assert (small.role, small.bytes, small.licence) == (row.role, row.size, row.licence)
    assert small.path is None and small.reason.startswith(f"{row.params:g}B")
    assert any(model.recommended for model in answer.models)


async def test_the_models_in_use_are_named() -> None:
    async with acting("x") as ed:
        answer = await _models(ed)
    assert answer.current.chat == "x"
    assert not any("chat" in model.uses for model in answer.models)


@pytest.mark.parametrize(("model", "told"), [("codestral", True), ("qwen2.5-coder-7b", False)])
async def test_a_licence_that_forbids_commercial_use_is_told_before_a_download(
    model: str, told: bool, tmp_path: Path
) -> None:
    settings = {"completion": {"model": model}, "downloads": {"allowed": False}}
    env = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    async with editor(settings, tmp_path / "hearth", env=env) as ed:
        ed.open("x = \u2038\n")
        assert await ed.ghost() == ""
        said = ["does not allow commercial use" in message for message in ed.messages]
        assert said == ([True, False] if told else [False]), "the licence, and then that downloads are off"
        assert "switched off" in ed.messages[-1]


async def test_the_list_goes_by_the_speeds_that_were_measured_here(tmp_path: Path) -> None:
    """As `hearth models recommend` does."""
    settings = {"completion": {"backend": "scripted", "model": "x"}, "chat": {"backend": "scripted", "model": "x"}}
    speeds.note("qwen2.5-coder-0.5b-instruct", 4321.0, 987.0)
    async with acting(settings=settings) as ed:
        answer = await _models(ed)
    by_id = {model.id: model for model in answer.models}
    machine = fit.Machine.here()
    expected = fit.judge(catalog.by_id("qwen2.5-coder-0.5b-instruct"), "completion", machine, speeds.measured())
    estimate = fit.judge(catalog.by_id("qwen2.5-coder-0.5b-instruct"), "completion", machine)
    assert by_id["qwen2.5-coder-0.5b-instruct"].reason == expected.reason != estimate.reason
