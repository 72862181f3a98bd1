import pytest

from hearth.engine.models.pace import Pace


def test_the_time_left_goes_by_what_has_come_since_it_was_begun() -> None:
    clock = [100.0]
    pace = Pace(lambda: clock[0])
    assert pace.told(200_000_000, 491_400_064) == "200 of 491 MB"
    clock[0] += 1
    assert pace.told(201_000_000, 491_400_064) == "201 of 491 MB"
    clock[0] += 9
    assert pace.told(220_000_000, 491_400_064) == "220 of 491 MB, about 2 min left"
    assert pace.told(490_000_000, 491_400_064) == "490 of 491 MB, about 1 s left"


@pytest.mark.parametrize(
    ("done", "total", "told"),
    [
        (1_000_000_000, 4_700_000_000, "1.0 of 4.7 GB, about 37 s left"),
        (1_000_000, 1_000_000_000_000, "0.0 of 1000.0 GB, about 2777 h 46 min left"),
        (0, 10, "0 of 0 MB"),
    ],
)
def test_it_is_told_in_words(done: int, total: int, told: str) -> None:
    clock = [0.0]
    pace = Pace(lambda: clock[0])
    pace.told(0, total)
    clock[0] = 10.0
    assert pace.told(done, total) == told


def test_a_file_that_begins_anew_has_a_pace_of_its_own() -> None:
    clock = [0.0]
    pace = Pace(lambda: clock[0])
    pace.told(500_000_000, 600_000_000)
    clock[0] = 10.0
    assert pace.told(0, 600_000_000) == "0 of 600 MB"
