from statistics import mean

import pytest

from tests.benchmarks.trace import next_key
from tests.benchmarks.worth.typist import BURST_MS, PATIENCE, PAUSE_MS, SPEEDS, acceptance, plan, reading_ms

TEXT = "\n".join(f"    total_{number} = compute(first, second) + {number}" for number in range(40))


@pytest.mark.parametrize("mean_ms", SPEEDS)
def test_the_mean_is_what_was_asked_for(mean_ms: int) -> None:
    drawn = [plan(TEXT, mean_ms, seed) for seed in range(8)]
    assert mean(ms for one in drawn for ms in one.before_ms.values()) == pytest.approx(mean_ms, rel=0.03)


@pytest.mark.parametrize("mean_ms", SPEEDS)
def test_keys_come_in_bursts_with_pauses_between(mean_ms: int) -> None:
    one = plan(TEXT, mean_ms, 1)
    for offset, ms in one.before_ms.items():
        if one.is_pause(offset):
            assert PAUSE_MS[0] <= ms <= PAUSE_MS[1]
            before = TEXT[offset - 1 : offset]
            is_name = TEXT[offset].isalnum() and not (before.isalnum() or before == "_")
            assert is_name or not TEXT[TEXT.rfind("\n", 0, offset) + 1 : offset].strip()
        else:
            assert BURST_MS[0] <= ms <= BURST_MS[1]
    assert any(map(one.is_pause, one.before_ms))
    assert all(PATIENCE[0] <= keys <= PATIENCE[1] for keys in one.patience.values())


def test_a_seed_gives_one_plan_and_slow_typists_pause_where_fast_ones_do() -> None:
    fast, slow = plan(TEXT, 150, 1), plan(TEXT, 300, 1)
    assert fast == plan(TEXT, 150, 1) != plan(TEXT, 150, 2)
    pauses = [{offset for offset in one.before_ms if one.is_pause(offset)} for one in (fast, slow)]
    assert pauses[0] < pauses[1]


def test_each_key_has_its_time() -> None:
    one = plan(TEXT, 200, 1)
    end = 0
    for offset in one.before_ms:
        assert offset == end
        end += len(next_key(TEXT[end:]))
    assert end == len(TEXT)


@pytest.mark.parametrize(
    ("ghost", "following", "taken", "pressed"),
    [
        ("return total", "return total\nx", "return total", 1),  # all of it
        ("return total(a)", "return total + 1", "return total", 2),  # two words
        ("return totals", "return total + 1", "return", 1),  # a word is not cut
        ("x = 1\ny = 3", "x = 1\ny = 2\n", "x = 1\ny =", 5),  # words go on over lines
        (")", ") + 1", None, 0),  # a key for a key
        ("return", "returned", None, 0),
        ("break", "return", None, 0),
        ("", "return", None, 0),
    ],
)
def test_what_is_taken(ghost: str, following: str, taken: str | None, pressed: int) -> None:
    found = acceptance(ghost, following)
    assert (found.text if found else None, found.pressed if found else 0) == (taken, pressed)


def test_wrong_text_is_not_read_to_its_end() -> None:
    assert reading_ms(200, 5) == reading_ms(300, 5) < reading_ms(200, 50)
    assert reading_ms(3, 3) < reading_ms(30, 30)
