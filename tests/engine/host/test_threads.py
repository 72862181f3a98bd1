import pytest

from hearth.engine.host.threads import ThreadGovernor


def drive(governor: ThreadGovernor, ms: dict[int, float], tokens: int) -> int:
    """Let it decode where a token takes `ms[threads]`; the choice it ends with."""
    for _ in range(tokens):
        governor.record(ms[governor.choice])
    return governor.choice


def test_all_threads_while_they_pay() -> None:
    assert drive(ThreadGovernor(2), {2: 36, 1: 66}, 500) == 2


def test_fewer_when_a_neighbour_takes_a_core_and_all_again_when_it_is_gone() -> None:
    governor = ThreadGovernor(2)
    drive(governor, {2: 36, 1: 66}, 100)
    assert drive(governor, {2: 114, 1: 66}, 40) == 1
    assert drive(governor, {2: 36, 1: 66}, 120) == 2


def test_one_thread_has_no_choice() -> None:
    assert drive(ThreadGovernor(1), {1: 50}, 200) == 1


def test_many_cores_settle_near_the_best_count() -> None:
    governor = ThreadGovernor(16)
    assert drive(governor, {16: 40, 8: 20, 4: 25, 2: 45, 1: 80}, 600) == 8


def busy_with(free: int, most: int) -> dict[int, float]:
    """Milliseconds of a token where others have all cores but `free` ones."""
    return {count: 100 / count if count <= free else 150 + 10 * count for count in range(1, most + 1)}


@pytest.mark.parametrize("most", range(2, 33))
def test_whatever_the_count_all_threads_again_when_the_neighbour_is_gone(most: int) -> None:
    governor = ThreadGovernor(most)
    assert drive(governor, busy_with(1, most), 1000) == 1
    assert drive(governor, busy_with(most, most), 1000) == most


def test_slower_cores_are_tried_and_kept_where_they_pay() -> None:
    pays, does_not = {10: 20.0, 2: 30.0, 1: 60.0}, {10: 40.0, 2: 30.0, 1: 60.0}
    governor = ThreadGovernor(2, most=10)
    assert governor.choice == 2
    assert drive(governor, pays, 200) == 10
    assert drive(governor, does_not, 200) == 2
