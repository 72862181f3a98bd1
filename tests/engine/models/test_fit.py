from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from hearth.engine.machine import cores
from hearth.engine.machine.cores import Cores
from hearth.engine.models import catalog, fit, gpus
from hearth.engine.models.fit import Machine, Speed
from hearth.engine.models.gpus import Gpu
from tests.fakes.control_groups import ControlGroups

GIB = 2**30
LAPTOP = Machine(16 * GIB, 8)
SMALL = Machine(4 * GIB, 2)


def ids(job: fit.Job, machine: Machine) -> list[str]:
    return [advice.model.id for advice in fit.rank(job, machine)]


@pytest.mark.parametrize("machine", [Machine(2 * GIB, 1), SMALL, LAPTOP, Machine(128 * GIB, 32)])
@pytest.mark.parametrize("job", ["completion", "chat"])
def test_what_fits_stands_before_what_does_not(machine: Machine, job: fit.Job) -> None:
    fits = [advice.fits for advice in fit.rank(job, machine)]
    assert fits == sorted(fits, reverse=True)


def test_every_model_that_does_the_job_is_ranked_once() -> None:
    assert sorted(ids("completion", LAPTOP)) == sorted(
        model.id for model in catalog.models().values() if model.plays("completion")
    )


def test_a_bigger_machine_gets_a_bigger_model() -> None:
    sizes = []
    for machine in (Machine(3 * GIB, 2), Machine(8 * GIB, 4), LAPTOP, Machine(64 * GIB, 16)):
        completion, _ = fit.recommend(machine)
        assert completion
        sizes.append(completion.model.params)
    assert sizes == sorted(sizes) and sizes[0] < 1 < 5 < sizes[-1]


def test_what_is_recommended_is_quick_and_may_be_used_commercially() -> None:
    for machine in (SMALL, LAPTOP, Machine(64 * GIB, 16)):
        for advice in fit.recommend(machine):
            assert advice and advice.quick and advice.fits
            assert not advice.model.non_commercial and advice.model.recommended


def test_both_recommended_models_fit_at_once() -> None:
    for gib in range(3, 70):
        machine = Machine(gib * GIB, 8)
        chosen = {advice.model.id: advice.model.ram_gib for advice in fit.recommend(machine) if advice}
        assert sum(chosen.values()) <= machine.room_gib


def test_a_machine_without_room_gets_no_advice() -> None:
    assert fit.recommend(Machine(2 * GIB, 1)) == (None, None)


def test_the_reason_says_time_cores_and_memory() -> None:
    model = catalog.by_id("qwen2.5-coder-1.5b-instruct")
    advice = fit.judge(model, "completion", Machine(8 * GIB, 4))
    assert advice.reason == "1.54B: about 0.3 s per suggestion on 4 cores, needs 1.8 GB."
    assert "words per second" in fit.judge(model, "chat", LAPTOP).reason


def test_the_reason_says_what_is_wrong() -> None:
    big = catalog.by_id("qwen2.5-coder-32b-instruct")
    assert "more than the 12.0 GB that can be spared" in fit.judge(big, "chat", LAPTOP).reason
    assert "which is slow" in fit.judge(big, "chat", Machine(64 * GIB, 2)).reason
    licensed = catalog.by_id("qwen2.5-coder-3b")
    assert "not for commercial use" in fit.judge(licensed, "completion", LAPTOP).reason


def test_measured_speeds_count_more_than_estimates() -> None:
    model = catalog.by_id("qwen2.5-coder-0.5b-instruct")
    measured = {model.id: Speed(20.0, 2.0)}
    assert fit.judge(model, "completion", LAPTOP, measured).speed == measured[model.id]
    assert not fit.judge(model, "completion", LAPTOP, measured).quick


def test_a_measured_model_corrects_the_estimates_of_the_others() -> None:
    model, other = catalog.by_id("qwen2.5-coder-0.5b-instruct"), catalog.by_id("qwen2.5-coder-7b-instruct")
    estimate = fit.judge(model, "completion", LAPTOP).speed
    measured = {model.id: Speed(estimate.prompt / 4, estimate.generation / 4)}
    slow = fit.judge(other, "completion", LAPTOP, measured).speed
    assert slow.generation == pytest.approx(fit.judge(other, "completion", LAPTOP).speed.generation / 4)


def test_estimates_are_near_what_was_measured_on_two_cores() -> None:
    machine = Machine(24 * GIB, 2)
    for id, prompt, generation in (
        ("qwen2.5-coder-0.5b-instruct", (160, 185), (20, 25)),
        ("qwen2.5-coder-1.5b-instruct", (80, 130), (8, 13)),
    ):
        speed = fit.judge(catalog.by_id(id), "completion", machine).speed
        assert prompt[0] <= speed.prompt <= prompt[1]
        assert generation[0] <= speed.generation <= generation[1]


def test_a_mixture_of_experts_is_as_fast_as_what_it_uses() -> None:
    dense, sparse = catalog.by_id("qwen2.5-coder-32b-instruct"), catalog.by_id("qwen3-coder-30b-a3b-instruct")
    machine = Machine(64 * GIB, 8)
    ratio = (
        fit.judge(sparse, "chat", machine).speed.generation / fit.judge(dense, "chat", machine).speed.generation
    )
    assert ratio > 5


def test_this_machine_has_memory_and_cores() -> None:
    here = Machine.here()
    assert here.memory > GIB / 4 and here.cores >= 1


@pytest.mark.parametrize("job", ["completion", "chat"])
def test_why_no_bigger_model_is_recommended_is_said(job: fit.Job) -> None:
    best = next(advice for advice in fit.recommend(SMALL) if advice and advice.model.plays(job))
    bigger = fit.why_not_bigger(best, SMALL)
    assert bigger and bigger.model.params > best.model.params and not (bigger.fits and bigger.quick)
    assert "slow" in bigger.reason or "more than the" in bigger.reason
    assert bigger.model.recommended and not bigger.model.non_commercial


def test_where_the_biggest_is_recommended_there_is_no_bigger_one() -> None:
    biggest = max((m for m in catalog.models().values() if m.plays("completion")), key=lambda model: model.params)
    machine = Machine(256 * GIB, 64)
    assert fit.why_not_bigger(fit.judge(biggest, "completion", machine), machine) is None


def test_a_model_that_is_slow_only_at_reading_says_so() -> None:
    fast_answers = {"qwen2.5-coder-7b": Speed(prompt=20.0, generation=50.0)}
    advice = fit.judge(catalog.by_id("qwen2.5-coder-7b"), "completion", LAPTOP, fast_answers)
    assert not advice.quick and "the first one in a file takes about 62 s" in advice.reason


def test_a_gpu_makes_room_and_speed() -> None:
    model = catalog.by_id("qwen2.5-coder-7b-instruct")
    with_card = Machine(8 * GIB, 4, gpu=8 * GIB)
    slow, fast = (fit.judge(model, "completion", machine) for machine in (Machine(16 * GIB, 4), with_card))
    assert not slow.quick and fast.fits and fast.quick and "on the GPU" in fast.reason
    assert "on 4 cores" in fit.judge(model, "completion", replace(with_card, gpu=2 * GIB)).reason


def test_what_is_recommended_beside_a_model_on_the_gpu_fits_too() -> None:
    for gib in range(2, 50, 3):
        machine = Machine(8 * GIB, 8, gpu=gib * GIB)
        completion, chat = fit.recommend(machine)
        assert completion and chat
        chosen = {advice.model.id: advice.model.ram_gib for advice in (completion, chat)}
        assert sum(chosen.values()) <= machine.room_gib + 0.01
        assert completion.model.params >= fit.recommend(replace(machine, gpu=0))[0].model.params  # type: ignore[union-attr]


def test_a_speed_on_the_processor_says_nothing_about_the_gpu() -> None:
    machine = Machine(32 * GIB, 8, gpu=4 * GIB)
    large = catalog.by_id("qwen2.5-coder-14b-instruct")
    estimate = fit.judge(large, "chat", machine).speed
    measured = {"qwen2.5-coder-0.5b-instruct": Speed(20000.0, 900.0)}
    assert fit.judge(large, "chat", machine, measured).speed == estimate


def test_the_gpus_that_were_found_are_known_to_the_machine() -> None:
    assert Machine.here().gpu == 0
    gpus.note((Gpu("A", 8 * GIB), Gpu("B", 2 * GIB, shared=True)))
    assert Machine.here().gpu == 8 * GIB
    gpus.note(())
    assert Machine.here().gpu == 0


def test_a_model_that_fits_the_gpu_in_part_is_the_faster_the_more_fits() -> None:
    model = catalog.by_id("qwen2.5-coder-14b-instruct")
    advice = [fit.judge(model, "chat", Machine(32 * GIB, 8, gpu=gib * GIB)) for gib in (0, 2, 4, 8, 16)]
    speeds = [each.speed for each in advice]
    assert speeds == sorted(speeds, key=lambda speed: speed.generation) and len(set(speeds)) == 5
    assert [each.speed.prompt for each in advice] == sorted(each.speed.prompt for each in advice)
    assert "on 8 cores" in advice[0].reason and "on the GPU, " in advice[-1].reason
    assert "with 33% on the GPU and the rest on 8 cores" in advice[2].reason


def test_what_the_processor_keeps_decides_how_fast_a_split_model_is() -> None:
    """Half of the layers on a GPU that takes no time at all would be twice as fast, and no more."""
    model = catalog.by_id("qwen2.5-coder-14b-instruct")
    half = Machine(32 * GIB, 4, gpu=int(model.ram_gib / 2 / 0.9 * GIB))
    slow, faster = (fit.judge(model, "chat", each).speed for each in (replace(half, gpu=0), half))
    assert slow.generation < faster.generation < 2 * slow.generation


JOBS: tuple[fit.Job, ...] = ("completion", "chat")
APPLE = Machine(16 * GIB, 4, unified=11 * GIB)


def test_the_gpu_of_an_apple_chip_makes_speed_and_no_room() -> None:
    without = replace(APPLE, unified=0)
    assert APPLE.room_gib == without.room_gib
    for model in catalog.models().values():
        for job in JOBS:
            slow, fast = (fit.judge(model, job, machine) for machine in (without, APPLE))
            assert fast.fits == slow.fits and fast.speed.generation >= slow.speed.generation
            assert fast.speed.prompt >= slow.speed.prompt
    assert "on the GPU" in fit.judge(catalog.by_id("qwen2.5-coder-7b"), "completion", APPLE).reason


@pytest.mark.parametrize("gib", [8, 16, 24, 36, 64, 128])
def test_both_recommended_models_fit_an_apple_chip_at_once(gib: int) -> None:
    machine = Machine(gib * GIB, 4, unified=int(gib * GIB * 2 / 3))
    chosen = {advice.model.id: advice.model.ram_gib for advice in fit.recommend(machine) if advice}
    assert chosen and sum(chosen.values()) <= machine.room_gib


@pytest.mark.parametrize("gib", range(1, 30, 4))
def test_what_is_left_beside_a_split_model_is_not_negative_and_not_more(gib: int) -> None:
    machine = Machine(32 * GIB, 8, gpu=gib * GIB)
    for model in catalog.models().values():
        if model.ram_gib <= machine.room_gib:
            left = machine.without(model)
            assert 0 <= left.gpu <= machine.gpu and 0 <= left.memory <= machine.memory
            assert left.room_gib <= machine.room_gib - model.ram_gib * 0.7


@pytest.mark.parametrize("layers", [0, None])
def test_what_was_measured_on_the_processor_says_nothing_about_the_gpu(layers: int | None) -> None:
    machine = Machine(32 * GIB, 8, gpu=24 * GIB)
    model, other = catalog.by_id("qwen2.5-coder-0.5b-instruct"), catalog.by_id("qwen2.5-coder-7b-instruct")
    before = fit.judge(other, "completion", machine).speed
    after = fit.judge(other, "completion", machine, {model.id: Speed(100.0, 20.0, layers)}).speed
    assert (after == before) == (layers == 0)


def on_an_apple_chip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpus, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(gpus, "platform", SimpleNamespace(machine=lambda: "arm64"))
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=24 * GIB, available=20 * GIB))


def test_an_apple_chip_has_a_gpu_before_anybody_asked_it(monkeypatch: pytest.MonkeyPatch) -> None:
    on_an_apple_chip(monkeypatch)
    assert Machine.here().unified == 16 * GIB
    gpus.note((Gpu("Apple M4", 17 * GIB, shared=True),))
    assert (Machine.here().unified, Machine.here().gpu) == (17 * GIB, 0)
    gpus.note((Gpu("Apple M4", 64 * GIB, shared=True),))
    assert Machine.here().unified == 24 * GIB


def test_another_integrated_gpu_is_the_processors_equal() -> None:
    gpus.note((Gpu("Iris", 12 * GIB, shared=True),))
    assert (Machine.here().unified, Machine.here().gpu) == (0, 0)
    gpus.note(())


def test_a_container_is_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=64 * GIB, available=60 * GIB))
    monkeypatch.setattr(cores, "fast", lambda: Cores(2, 2, "container limited to 2.0 CPUs; 8 cores"))
    groups = ControlGroups(tmp_path, monkeypatch)
    groups.play(2, "memory", "/")
    groups.write("/", "memory.max", 6 * GIB)
    groups.write("/", "memory.current", GIB)
    assert Machine.here() == Machine(6 * GIB, 2)
