"""What `hearth doctor` says of crashes."""

import asyncio
import json
import os
import re
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hearth.engine import paths
from hearth.engine.host import supervision
from hearth.engine.host.wire import Report
from hearth.lsp_server.commands import app, doctor
from hearth.lsp_server.commands.doctor import crash_report
from tests.fakes.ollama import FakeOllama
from tests.hosts import stop_host
from tests.tiny_model import write_tiny_gguf


def crash(times: int) -> None:
    for _ in range(times):
        claim = supervision.claim()
        assert claim is not None
        claim._lock.release()  # what the system does when a process dies


def last_words(text: str, age: float = 0.0) -> Path:
    file = paths.private(paths.state_dir()) / "host-crash-last.txt"
    file.write_text(text)
    os.utime(file, (time.time() - age, time.time() - age))
    return file


def test_without_crashes_there_is_nothing_to_say() -> None:
    assert crash_report(budget=6) == []


def test_a_host_that_was_killed_is_one_line() -> None:
    crash(1)
    assert crash_report(budget=6) == ["The model's process died once in the last 10 minutes."]


def test_a_pause_is_told_with_its_end_and_its_setting() -> None:
    crash(2)
    died, pause = crash_report(budget=2)
    assert died == "The model's process died 2 times in the last 10 minutes."
    until = time.strftime("%H:%M", time.localtime(supervision.recent_crashes()[-1] + supervision.PAUSE))
    assert pause == f"It is left alone until {until} and then tried again (host.crash_budget = 2)."


@pytest.mark.parametrize("age", [0.0, 90_000.0])
def test_the_last_words_come_with_their_time_cut_to_what_can_be_read(age: float) -> None:
    file = last_words("Fatal Python error: Segmentation fault\n" + "  File somewhere\n" * 50, age)
    said = crash_report(budget=6)
    assert time.strftime("%Y-%m-%d %H:%M", time.localtime(file.stat().st_mtime)) in said[0]
    assert said[1] == "Fatal Python error: Segmentation fault"
    assert len(said) < 12
    assert str(paths.log_dir() / "host.log") in said[-1]


@pytest.mark.parametrize(
    ("can_offload", "placement", "said"),
    [
        (False, "the processor alone: llama.cpp finds no GPU", "no support"),
        (True, "the processor alone, as host.gpu_layers = 0 says", "host.gpu_layers = 0"),
        (True, "all 25 layers on the GPU: 25 on Some Card", "all 25 layers"),
        (True, "the processor alone, because it failed on Some Card: no", "failed on Some Card"),
    ],
)
def test_it_says_which_part_of_the_model_is_on_the_gpu(can_offload: bool, placement: str, said: str) -> None:
    report = Report(1, "m", "fast", "yes", (), 1.0, 1.0, 1, 1, can_offload=can_offload, placement=placement)
    assert said in doctor._gpu(report)


@pytest.mark.parametrize(
    ("why", "said"), [("8 performance cores of 24", "8: 8 performance cores of 24"), ("", "8")]
)
def test_it_says_how_many_threads_there_are_and_why(why: str, said: str) -> None:
    report = Report(1, "m", "fast", "yes", (), 1.0, 1.0, 1, 8, why_threads=why)
    assert doctor._threads(report) == said


async def test_it_tests_what_the_editor_uses() -> None:
    fake = FakeOllama()
    await fake.http.start()
    settings = {
        "completion": {"backend": "ollama", "model": "coder"},
        "chat": {"backend": "ollama", "model": "coder"},
        "ollama": {"url": fake.http.url},
    }
    said = await asyncio.to_thread(doctor_says, json.dumps({"hearth": settings}))
    assert "coder (ollama)" in said and "models: coder" in said
    assert re.search(r"one completion: .*value.* after \d+ ms", said)
    assert re.search(r"one answer: .*value.* after \d+ ms", said)
    await fake.http.stop()
    said = await asyncio.to_thread(doctor_says, json.dumps(settings))
    assert "Nothing answers at" in said


def test_the_model_for_next_edits_is_tested_as_well(tmp_path: Path) -> None:
    usual, trained = write_tiny_gguf(tmp_path / "tiny.gguf"), write_tiny_gguf(tmp_path / "sweep.gguf", 1)
    local = {"completion": {"model": str(usual)}, "chat": {"model": str(usual)}}
    try:
        said = doctor_says(json.dumps({**local, "next_edit": {"trained_model": str(trained)}}))
        assert f"{trained} (local)" in said and "The model for next edits:" in said
        assert said.count("self-test") == 2
        said = doctor_says(json.dumps({**local, "next_edit": {"trained_model": "sweep-next-edit-1.5b"}}))
        assert "hearth models pull sweep-next-edit-1.5b" in said and said.count("self-test") == 1
        assert "sweep, zeta-2.1" in doctor_says(
            json.dumps({**local, "next_edit": {"trained_model": str(usual)[:-9]}})
        )
        assert "next edits" not in doctor_says(json.dumps(local))
    finally:
        stop_host(Path(os.environ["HEARTH_HOME"]))


@pytest.mark.parametrize("typed", ["", "[]", "{", "[" * 10_000])
def test_settings_that_are_none_are_told(typed: str) -> None:
    assert "no JSON object" in doctor_says(typed)


@pytest.mark.parametrize(("threads", "why"), [(1, "as host.threads = 1 says"), (0, r"(container limited|\d+ )")])
async def test_it_says_of_a_loaded_model_how_many_threads_it_has(threads: int, why: str, tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    settings = {"completion": {"model": str(path)}, "host": {"threads": threads, "gpu_layers": 0}}
    try:
        said = await asyncio.to_thread(doctor_says, json.dumps(settings))
    finally:
        stop_host(Path(os.environ["HEARTH_HOME"]))
    count = str(threads or r"\d+")
    assert re.search(rf"^threads +{count}: {why}", said, re.MULTILINE), said


def doctor_says(typed: str) -> str:
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, ["doctor", "--editor"], input=typed).output
