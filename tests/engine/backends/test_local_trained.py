"""A model that was trained to predict edits, in the real host. Its weights are random, its shape is Sweep's."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hearth.engine.backends.local import LocalBackend
from hearth.engine.errors import HearthError, ModelMissing, NotEnoughMemory
from hearth.engine.models import catalog, store
from hearth.engine.next_edit import formats, trained
from hearth.engine.next_edit.predictor import window
from hearth.engine.settings import CompletionSettings, NextEditSettings, Settings
from hearth.engine.types import Passage, RewritePrompt, RewriteRequest, Status
from tests.engine.backends.asking import collect, completion
from tests.engine.models.fake_hub import FakeHub, running
from tests.engine.next_edit.playing import played
from tests.hosts import stop_host
from tests.tiny_model import write_tiny_gguf

DRAFT = "def a():\n    return self\n"


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    usual, trained_model = write_tiny_gguf(tmp_path / "tiny.gguf"), write_tiny_gguf(tmp_path / "sweep.gguf", 1)
    yield Settings(
        completion=CompletionSettings(model=str(usual)),
        next_edit=NextEditSettings(trained_model=str(trained_model)),
    )
    stop_host(Path(os.environ["HEARTH_HOME"]))


def asked(draft: str, most: int = 40) -> RewriteRequest:
    passage = Passage("<|file_sep|>", "updated/x.py\n")
    return RewriteRequest("next", RewritePrompt((passage,), draft), max_tokens=most)


async def test_it_is_loaded_beside_the_completion_model_and_writes_the_same_with_and_without_a_draft(
    settings: Settings,
) -> None:
    statuses: list[Status] = []
    backend = LocalBackend(settings, statuses.append)
    try:
        await collect(backend.generate(completion()))
        assert statuses[-1] == Status("ready", settings.completion.model)
        assert await backend.prepare_to_predict() > 0
        assert Status("starting", settings.next_edit.trained_model) in statuses
        assert statuses[-1] == Status("ready", settings.completion.model), (
            "the one that completes is the one shown"
        )
        plain = await collect(backend.generate(asked("")))
        assert plain.text
        for draft in (DRAFT, plain.text, plain.text[1:], plain.text[:5] + DRAFT):
            assert (await collect(backend.generate(asked(draft)))).text == plain.text
        probe = await backend.probe(asked(DRAFT))
        assert probe.prompt == "<|file_sep|>updated/x.py\n"
    finally:
        await backend.close()


async def test_a_whole_next_edit_goes_through_the_host(settings: Settings) -> None:
    """What random weights say is no edit; all parts work together until that is known."""
    backend = LocalBackend(settings, lambda status: None)
    question = played("shop.py", "RATE = ⟦1→2⟧\n\n\ndef f(a):\n    return a * RATE\n").question()
    shown = window(question, formats.SLOW)
    assert shown is not None
    try:
        await backend.prepare_to_predict()
        assert await trained.write(backend, formats.format_of("sweep"), shown, lambda: True) is None
        asked_for = formats.prompt(formats.FORMATS["sweep"], shown)
        assert asked_for is not None
        probe = await backend.probe(RewriteRequest("next", asked_for, max_tokens=100))
        assert probe.prompt.endswith("<|file_sep|>updated/project/shop.py\n")
        assert probe.prompt.count("<|file_sep|>") == 4 and probe.prompt_tokens > 20
    finally:
        await backend.close()


async def test_it_is_not_downloaded_by_itself_and_the_message_says_how_to_get_it(settings: Settings) -> None:
    statuses: list[Status] = []
    name = "sweep-next-edit-1.5b"
    backend = LocalBackend(replace(settings, next_edit=NextEditSettings(trained_model=name)), statuses.append)
    try:
        with pytest.raises(ModelMissing, match=f"hearth models pull {name}"):
            await backend.prepare_to_predict()
        assert statuses == []
    finally:
        await backend.close()


async def test_where_it_cannot_be_loaded_completion_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses: list[Status] = []
    backend = LocalBackend(settings, statuses.append)

    async def load(ref: object) -> object:
        if ref.is_extra:  # type: ignore[attr-defined]
            raise NotEnoughMemory("no room")
        return await real(ref)  # type: ignore[arg-type]

    real = backend._host.load
    monkeypatch.setattr(backend._host, "load", load)
    try:
        await collect(backend.generate(completion()))
        for _ in range(2):
            with pytest.raises(HearthError, match="no room"):
                await backend.prepare_to_predict()
        assert not [status for status in statuses if status.kind == "error"]
        assert statuses[-1] == Status("ready", settings.completion.model)
        await collect(backend.generate(completion()))
    finally:
        await backend.close()


def test_the_catalogs_row_is_asked_as_sweeps_models_are() -> None:
    rows = [id for id in catalog.models() if "next-edit" in id]
    assert rows and all(formats.format_of(id) is formats.FORMATS["sweep"] for id in rows)


async def test_a_model_of_sweeps_shape_is_pulled_from_the_hub_and_used(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "hf:sweepai/sweep-next-edit/sweep.gguf"
    content = Path(settings.next_edit.trained_model).read_bytes()
    backend = LocalBackend(replace(settings, next_edit=NextEditSettings(trained_model=name)), lambda status: None)
    try:
        with running(FakeHub({name.removeprefix("hf:"): content})) as hub:
            monkeypatch.setenv("HF_ENDPOINT", hub.url)
            with pytest.raises(ModelMissing, match="hearth models pull hf:sweepai/sweep-next-edit"):
                await backend.prepare_to_predict()
            assert hub.downloads() == []
            await asyncio.to_thread(store.ensure, name)
        assert await backend.prepare_to_predict() > 0
        plain = await collect(backend.generate(asked("")))
        assert (await collect(backend.generate(asked(plain.text + DRAFT)))).text == plain.text
    finally:
        await backend.close()
