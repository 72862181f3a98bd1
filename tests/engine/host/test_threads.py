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
