import pytest

from hearth.engine import paths
from hearth.engine.models import fit, speeds
from hearth.engine.models.fit import Machine, Speed


def test_what_was_measured_is_remembered_and_the_best_counts() -> None:
    assert speeds.measured() == {}
    speeds.note("a", 100.0, 20.0)
    speeds.note("a", 50.0, 30.0)  # a busy moment, for the prompt
    speeds.note("b", 10.0, 2.0)
    assert speeds.measured() == {"a": Speed(100.0, 30.0), "b": Speed(10.0, 2.0)}


def test_what_was_measured_with_other_layers_on_the_gpu_counts_no_more() -> None:
    speeds.note("a", 5000.0, 300.0, 25)
    speeds.note("a", 100.0, 20.0, 0)
    assert speeds.measured() == {"a": Speed(100.0, 20.0, 0)}
    speeds.note("a", 90.0, 30.0, 0)
    assert speeds.measured() == {"a": Speed(100.0, 30.0, 0)}


def test_what_an_older_hearth_measured_is_known() -> None:
    speeds.note("a", 1.0, 1.0)
    (paths.state_dir() / "speeds.json").write_text('{"a": {"prompt": 100.0, "generation": 20.0}}')
    assert speeds.measured() == {"a": Speed(100.0, 20.0)}


def test_a_self_test_without_figures_is_no_measurement() -> None:
    speeds.note("a", 0.0, 0.0)
    assert speeds.measured() == {}


def test_a_damaged_file_is_as_good_as_none_and_is_written_anew() -> None:
    speeds.note("a", 100.0, 20.0)
    (paths.state_dir() / "speeds.json").write_text("{")
    assert speeds.measured() == {}
    speeds.note("a", 100.0, 20.0)
    assert speeds.measured() == {"a": Speed(100.0, 20.0)}


@pytest.mark.parametrize(("times", "bigger"), [(0.2, False), (3.0, True)])
def test_advice_goes_by_what_was_measured_here(times: float, bigger: bool) -> None:
    machine = Machine(16 * 2**30, 4)
    before, _ = fit.recommend(machine)
    assert before is not None
    speed = before.speed
    speeds.note(before.model.id, speed.prompt * times, speed.generation * times)
    after, _ = fit.recommend(machine, speeds.measured())
    assert after is not None
    assert (after.model.params > before.model.params) == bigger
    assert (after.model.params < before.model.params) == (not bigger)
