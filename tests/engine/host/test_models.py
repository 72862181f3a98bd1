"""Loading that goes wrong half way; the native parts are played."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hearth.engine.errors import NotEnoughMemory
from hearth.engine.host import models as loading
from hearth.engine.host import selftest
from hearth.engine.host.models import Models
from hearth.engine.host.profiles import PROFILES, ProfileBook, Verdict
from hearth.engine.types import ModelRef
from tests.tiny_model import write_tiny_gguf


class Weights:
    """A model in memory, or no longer."""

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[Weights]:
    """All weights that were ever loaded, in order."""
    weights: list[Weights] = []

    def load(path: str, options: Any, progress: Any) -> Weights:
        weights.append(Weights())
        return weights[-1]

    monkeypatch.setattr(loading, "Model", load)
    return weights


@pytest.fixture
def models(tmp_path: Path) -> Models:
    return Models(ProfileBook(tmp_path / "profiles.json"), "", lambda model, percent: None)


@pytest.fixture
def ref(tmp_path: Path) -> ModelRef:
    return ModelRef("tiny", str(write_tiny_gguf(tmp_path / "tiny.gguf")))


def test_weights_without_room_for_a_kv_cache_are_freed(
    models: Models, ref: ModelRef, loaded: list[Weights], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(model: Weights, ref: ModelRef) -> None:
        raise NotEnoughMemory("too little memory for the KV cache")

    monkeypatch.setattr(loading, "Session", no_room)
    for _ in range(2):
        with pytest.raises(NotEnoughMemory, match="KV cache"):
            models.session(ref)
    assert [weights.closed for weights in loaded] == [True, True]


def test_a_model_that_does_not_pass_the_self_test_is_freed_and_loaded_with_a_safer_profile(
    models: Models, ref: ModelRef, loaded: list[Weights], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Session:
        def __init__(self, model: Weights, ref: ModelRef) -> None:
            self.model, self.ref, self.close = model, ref, model.close

    def verdict(session: Session) -> Verdict:
        return Verdict(len(loaded) > 1, "the outputs are not numbers")

    monkeypatch.setattr(loading, "Session", Session)
    monkeypatch.setattr(selftest, "run", verdict)
    session: Any = models.session(ref)
    assert session.model is loaded[1]
    assert [weights.closed for weights in loaded] == [True, False]
    assert models.reports[ref.path].profile == PROFILES[1].name
    assert "not numbers" in models.reports[ref.path].notes[0]


class Session:
    """One that is sound, and may be in use."""

    def __init__(self, model: Weights, ref: ModelRef) -> None:
        self.model, self.ref, self.close = model, ref, model.close


@pytest.fixture
def sound(monkeypatch: pytest.MonkeyPatch, loaded: list[Weights]) -> list[Weights]:
    monkeypatch.setattr(loading, "Session", Session)
    monkeypatch.setattr(selftest, "run", lambda session: Verdict(True))
    return loaded


@pytest.mark.parametrize("changed", [{"threads": 2}, {"gpu_layers": -1}])
def test_a_model_is_loaded_again_with_other_settings(
    changed: Any, models: Models, ref: ModelRef, sound: list[Weights]
) -> None:
    first: Any = models.session(ref)
    models.wish(ref)
    assert models.session(ref) is first
    models.wish(replace(ref, **changed))
    second: Any = models.session(ref)  # whoever asks, and whatever that window knows
    assert second is not first and second.ref == replace(ref, **changed)
    assert [weights.closed for weights in sound] == [True, False]


def test_a_model_is_not_taken_from_under_a_job_that_is_half_done(
    models: Models, ref: ModelRef, sound: list[Weights]
) -> None:
    first: Any = models.session(ref)
    models.wish(replace(ref, threads=2))
    assert models.session(ref, in_use={first}) is first
    second: Any = models.session(ref)
    assert second.ref.threads == 2


def test_what_crashed_on_the_gpu_says_nothing_about_the_processor(ref: ModelRef) -> None:
    for each in (ref, replace(ref, sha256="0" * 64)):
        assert loading._content_of(each) != loading._content_of(replace(each, gpu_layers=-1))
        assert loading._content_of(each) == loading._content_of(replace(each, threads=3))
