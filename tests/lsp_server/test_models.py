"""`hearth/models`: what a client's picker offers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hearth.engine.models import catalog, fit, speeds
from tests.e2e.editor import editor
from tests.fakes.ollama import FakeOllama
from tests.lsp_server.acting import ActingEditor, acting


async def _models(ed: ActingEditor, **which: str) -> Any:
    protocol: Any = ed.client.protocol
    return await protocol.send_request_async("hearth/models", which)


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


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    server = FakeOllama()
    await server.http.start()
    yield server
    await server.http.stop()


async def test_what_a_server_offers_is_listed_with_its_backend(ollama: FakeOllama) -> None:
    settings = {"chat": {"backend": "ollama", "model": "coder"}, "ollama": {"url": ollama.http.url}}
    async with acting(settings=settings) as ed:
        answer = await _models(ed)
        alone = await _models(ed, backend="ollama")
    assert [(model.id, model.uses) for model in answer.models if model.backend == "ollama"] == [
        ("coder", ["chat"])
    ]
    assert [model.id for model in alone.models] == ["coder"]
    assert (answer.backends.completion, answer.backends.chat, answer.message) == ("local", "ollama", None)
    assert set(catalog.models()) <= {model.id for model in answer.models if model.backend == "local"}


async def test_a_server_can_be_asked_before_it_is_in_the_settings(ollama: FakeOllama) -> None:
    async with acting("x") as ed:
        there = await _models(ed, backend="ollama", url=ollama.http.url)
        assert [model.id for model in there.models] == ["coder"]
        await ollama.http.stop()
        gone = await _models(ed, backend="ollama", url=ollama.http.url)
        assert gone.models == [] and "Nothing answers" in gone.message
        remote = await _models(ed, backend="openai_compatible", url="http://192.0.2.1/v1")
        assert remote.models == [] and "allow_remote" in remote.message
        nobody = await _models(ed, backend="nobody")
        assert nobody.models == [] and "no backend named" in nobody.message
