"""Which profile survives here, tried in real processes with the installed library."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hearth.engine.host import crashes, native, profiles, supervision, trial, trial_model
from hearth.engine.host.client import HostClient
from hearth.engine.host.profiles import ProfileBook
from hearth.engine.models import gguf
from hearth.engine.types import ModelRef
from hearth.lsp_server.commands.doctor import crash_report
from tests.fakes import amx
from tests.hosts import stop_host
from tests.tiny_model import write_tiny_gguf


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> "Play":
    return Play(monkeypatch)


class Play:
    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def __call__(self, how: str) -> None:
        for name, value in amx.played(how).items():
            self._patch.setenv(name, value)


@pytest.fixture
async def client() -> AsyncIterator[HostClient]:
    client = HostClient(lambda model, percent: None)
    yield client
    await client.close()
    stop_host(Path(os.environ["HEARTH_HOME"]))


@pytest.fixture
def tiny(tmp_path: Path) -> ModelRef:
    return ModelRef("tiny", str(write_tiny_gguf(tmp_path / "tiny.gguf")), threads=1)


def test_our_own_library_survives_with_its_fastest_kernels(play: Play) -> None:
    """On a processor with AMX this runs what GCC would break without our flags."""
    play("")
    assert trial.first_that_survives() == 0


def test_kernels_that_crash_are_found_out(play: Play) -> None:
    play("crash")
    assert trial.first_that_survives() == 1


def test_what_a_trial_said_is_remembered(tmp_path: Path, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    play("crash")
    path = tmp_path / "profiles.json"
    assert trial.first_profile(ProfileBook(path)) == 1
    monkeypatch.setattr(trial, "first_that_survives", lambda: pytest.fail("it was tried again"))
    assert trial.first_profile(ProfileBook(path)) == 1


def test_another_build_of_the_library_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = ProfileBook(tmp_path / "profiles.json")
    book.foresee(profiles.machine_of("0.3.36 0123456789ab"), 1)
    monkeypatch.setattr(trial, "first_that_survives", lambda: 0)
    assert trial.first_profile(book) == 0


@pytest.mark.parametrize("status", [trial._UNCLEAR, -11])
def test_where_trials_tell_nothing_the_fastest_is_taken_and_nothing_remembered(
    status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each crashes, or none can be made: what then happens with the model is no longer foreseen."""
    monkeypatch.setattr(trial, "_status", lambda model, index: status)
    book = ProfileBook(tmp_path / "profiles.json")
    assert trial.first_profile(book) == 0
    assert book.foreseen(profiles.machine_of(native.library_build())) is None


def test_the_model_of_a_trial_is_a_sound_file_with_each_kind_of_weights(tmp_path: Path) -> None:
    found = gguf.read(trial_model.write(tmp_path / "trial.gguf"))
    assert found.architecture == "llama"


async def test_a_crash_that_was_foreseen_is_not_counted_and_not_told(
    client: HostClient, tiny: ModelRef, play: Play
) -> None:
    play("crash")
    report = await client.load(tiny)
    assert (report.profile, report.news) == ("plain weights", "")
    assert report.notes == ("profile 'fast' does not work on this processor",)
    assert supervision.recent_crashes() == [] and crashes.last_report() is None
    assert crash_report(budget=6) == []


async def test_a_crash_that_nobody_foresaw_counts_for_that_model_and_is_told_once(
    client: HostClient, tiny: ModelRef, play: Play
) -> None:
    play("surprise")
    report = await client.load(tiny)
    assert report.profile == "plain weights"
    assert report.news == "profile 'fast' failed (Segmentation fault); now 'plain weights'"
    assert (await client.load(tiny)).news == ""
    assert supervision.recent_crashes() == []
    assert any("Segmentation fault" in line for line in crash_report(budget=6))
