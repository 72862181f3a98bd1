"""Loading that goes wrong half way; the native parts are played."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hearth.engine.errors import BrokenModel, NotEnoughMemory
from hearth.engine.host import memory, selftest
from hearth.engine.host import models as loading
from hearth.engine.host.devices import Device
from hearth.engine.host.models import Models
from hearth.engine.host.profiles import PROFILES, LoadOptions, ProfileBook, Verdict
from hearth.engine.machine import cores
from hearth.engine.machine.cores import Cores
from hearth.engine.models import gguf
from hearth.engine.types import ModelRef
from tests.tiny_model import write_tiny_gguf


class Weights:
    """A model in memory, or no longer."""

    options: Any = None

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


@pytest.mark.parametrize(
    ("wished", "threads", "prefill", "why"),
    [(0, 2, 10, "2 performance cores of 10"), (5, 5, 5, "as host.threads = 5 says")],
)
def test_a_model_gets_the_threads_of_this_machine_or_of_the_settings_and_says_why(
    wished: int,
    threads: int,
    prefill: int,
    why: str,
    models: Models,
    ref: ModelRef,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cores, "fast", lambda: Cores(2, 10, "2 performance cores of 10"))
    options = models.session(replace(ref, threads=wished)).model.options
    assert (options.threads, options.most_threads) == (threads, prefill)
    assert models.reports[ref.path].why_threads == why
    models.close()


CARD = Device("CUDA0", "Some Card", free=8 << 30, total=8 << 30)


class Gpu:
    """What is loaded onto a played GPU, and what goes wrong there."""

    def __init__(self) -> None:
        self.fails: Exception | None = None  # raised where weights are loaded onto it
        self.is_sound = True
        self.tried: list[LoadOptions] = []
        self.notices: list[str] = []
        self.devices = [CARD]

    def load(self, path: str, options: LoadOptions, progress: Any) -> Weights:
        self.tried.append(options)
        if options.gpu_layers and self.fails is not None:
            raise self.fails
        weights = Weights()
        weights.options = options
        return weights

    def verdict(self, session: Any) -> Verdict:
        return Verdict(self.is_sound or not session.model.options.gpu_layers, "the outputs are not numbers")

    def models(self, book: Path, last_words: str = "", first_profile: int = 0) -> Models:
        return Models(
            ProfileBook(book),
            last_words,
            lambda model, percent: None,
            self.notices.append,
            first_profile=lambda: first_profile,
            find_devices=lambda: self.devices,
        )

    @property
    def layers(self) -> list[int]:
        return [options.gpu_layers for options in self.tried]


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Gpu:
    played = Gpu()
    monkeypatch.setattr(loading, "Model", played.load)
    monkeypatch.setattr(loading, "Session", Session)
    monkeypatch.setattr(selftest, "run", played.verdict)
    return played


@pytest.fixture
def wishing(ref: ModelRef) -> ModelRef:
    """What the default of `host.gpu_layers` asks for."""
    return replace(ref, gpu_layers=-1)


ALL = 3  # the two layers of the tiny model, and the output


def test_a_model_goes_to_the_gpu_that_is_there(gpu: Gpu, wishing: ModelRef, tmp_path: Path) -> None:
    models = gpu.models(tmp_path / "book")
    models.session(wishing)
    (options,) = gpu.tried
    assert (options.gpu_layers, options.devices, options.split) == (ALL, ("CUDA0",), (ALL,))
    assert "all 3 layers on the GPU: 3 on Some Card" in models.reports[wishing.path].placement
    assert gpu.notices == []


@pytest.mark.parametrize("devices", [[], [replace(CARD, free=1 << 28)]])
def test_without_a_gpu_or_without_room_there_it_is_the_processor_and_nobody_is_told(
    devices: list[Device], gpu: Gpu, wishing: ModelRef, tmp_path: Path
) -> None:
    gpu.devices = devices
    models = gpu.models(tmp_path / "book")
    models.session(wishing)
    assert gpu.layers == [0] and gpu.tried[0].devices == () and gpu.notices == []
    assert models.reports[wishing.path].placement.startswith("the processor alone")


def test_nobody_looks_for_a_gpu_that_is_not_wanted(gpu: Gpu, ref: ModelRef, tmp_path: Path) -> None:
    models = gpu.models(tmp_path / "book")
    models.session(ref)
    assert gpu.layers == [0]
    assert "host.gpu_layers = 0" in models.reports[ref.path].placement


FAILURES = {
    "full": NotEnoughMemory("cannot allocate the buffer"),
    "broken": BrokenModel("an operation is not supported"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_what_fails_on_the_gpu_is_loaded_by_the_processor_and_said_once(
    failure: str, gpu: Gpu, wishing: ModelRef, tmp_path: Path
) -> None:
    gpu.fails = FAILURES[failure]
    models = gpu.models(tmp_path / "book")
    models.session(wishing)
    assert gpu.layers == [ALL, 0]
    (notice,) = gpu.notices
    assert "the processor alone, because it failed on Some Card" in notice and str(gpu.fails) in notice
    assert notice.endswith(models.reports[wishing.path].placement)
    models.close()
    models.session(wishing)
    assert len(gpu.notices) == 1
    # Memory may be free again the next time; what is broken stays so for a day, in other processes too.
    assert gpu.layers == [ALL, 0, ALL, 0] if failure == "full" else gpu.layers == [ALL, 0, 0]
    gpu.tried.clear()
    gpu.models(tmp_path / "book").session(wishing)
    assert gpu.layers == ([ALL, 0] if failure == "full" else [0])


def test_wrong_numbers_on_the_gpu_lead_to_the_processor_with_its_fastest_profile(
    gpu: Gpu, wishing: ModelRef, tmp_path: Path
) -> None:
    gpu.is_sound = False
    models = gpu.models(tmp_path / "book")
    models.session(wishing)
    assert gpu.layers == [ALL, 0] and "not numbers" in gpu.notices[0]
    assert models.reports[wishing.path].profile == PROFILES[0].name


def test_a_crash_on_the_gpu_is_remembered_by_the_next_process(gpu: Gpu, wishing: ModelRef, tmp_path: Path) -> None:
    class Crash(Exception):
        """Stands for the end of the process: nobody catches it."""

    gpu.fails = Crash()
    with pytest.raises(Crash):
        gpu.models(tmp_path / "book").session(wishing)
    gpu.fails = None
    gpu.tried.clear()
    models = gpu.models(tmp_path / "book", "Fatal Python error: Segmentation fault")
    models.session(wishing)
    assert gpu.layers == [0] and "Segmentation fault" in gpu.notices[0]
    assert models.reports[wishing.path].profile == PROFILES[0].name
    # Another card is another try.
    gpu.devices = [replace(CARD, description="Another Card")]
    models.close()
    models.session(wishing)
    assert gpu.layers == [0, ALL]


def test_a_processor_that_needs_plain_weights_does_not_keep_a_model_from_the_gpu(
    gpu: Gpu, wishing: ModelRef, tmp_path: Path
) -> None:
    gpu.models(tmp_path / "book", first_profile=1).session(wishing)
    assert gpu.layers == [ALL] and not gpu.tried[0].extra_buffers


def test_what_is_on_the_gpu_takes_no_main_memory(
    gpu: Gpu, wishing: ModelRef, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = memory.needed(Path(wishing.path), gguf.read(Path(wishing.path)))
    monkeypatch.setattr(memory, "available", lambda: memory.reserve() + needed - 1)
    gpu.models(tmp_path / "book").session(wishing)
    assert gpu.layers == [ALL]
    gpu.devices = [replace(CARD, shared=True)]
    with pytest.raises(NotEnoughMemory):
        gpu.models(tmp_path / "other").session(wishing)


def test_other_layers_are_loaded_while_the_host_runs(gpu: Gpu, wishing: ModelRef, tmp_path: Path) -> None:
    models = gpu.models(tmp_path / "book")
    models.session(wishing)
    for layers, loaded in ((2, 2), (0, 0), (-1, ALL), (99, ALL)):
        assert models.wish(replace(wishing, gpu_layers=layers))
        models.session(wishing)
        assert gpu.layers[-1] == loaded


def test_a_model_that_is_extra_takes_the_memory_of_no_other_and_leaves_first(
    models: Models, ref: ModelRef, sound: list[Weights], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tiny(name: str, is_extra: bool = False) -> ModelRef:
        return ModelRef(name, str(write_tiny_gguf(tmp_path / f"{name}.gguf")), is_extra=is_extra)

    def available() -> int:
        return reserve + (room - sum(not weights.closed for weights in sound)) * needed

    room, needed, reserve = 2, 1 << 30, memory.reserve()
    monkeypatch.setattr(memory, "available", available)
    monkeypatch.setattr(memory, "needed", lambda path, info: needed)
    chat, trained = tiny("chat"), tiny("trained", is_extra=True)
    models.session(ref)
    models.session(chat)
    with pytest.raises(NotEnoughMemory, match=r"trained needs 1\.0 GiB"):
        models.session(trained)
    assert [weights.closed for weights in sound] == [False, False]
    room = 3
    models.session(trained)  # used last, and yet it is the one that goes
    models.session(tiny("other", is_extra=True))
    assert [weights.closed for weights in sound] == [False, False, True, False], "for another of its kind"
    models.session(tiny("third"))
    assert [weights.closed for weights in sound] == [False, False, True, True, False], "for one that is waited for"
