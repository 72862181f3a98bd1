"""`hearth/models`: what a client's picker offers."""

from typing import Any

from engine.models import catalog
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
