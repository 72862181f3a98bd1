from pathlib import Path
from typing import cast

import numpy as np
import pytest

from hearth.engine.host.decoding import Picker
from hearth.engine.host.healing import Vocabulary
from hearth.engine.settings import Settings
from tests.benchmarks.home import Unavailable
from tests.benchmarks.worth import account, times
from tests.benchmarks.worth.account import FIGURES, SAVED, Sums, interval, ratio, sums
from tests.benchmarks.worth.answers import packed, unpacked
from tests.benchmarks.worth.retyping import Step
from tests.benchmarks.worth.times import TokenTimes
from tests.benchmarks.worth.typist import Plan
from tests.benchmarks.worth.variants import DEFAULT, VARIANTS

PLAN = Plan(dict.fromkeys(range(8), 100.0), {}, 0.0, 100.0)
STEPS = [
    Step("answer", 0, 0.0, shown="return x", ms=200.0),
    Step("look", 0, 210.0, shown="return x", right=7, ms=400.0),
    Step("accept", 0, 900.0, text="return", pressed=1),
    Step("look", 6, 1500.0, shown=" x", right=1, known=2),
    Step("key", 6, 1600.0, text=" ", pressed=1),
    Step("answer", 7, 1700.0, shown="", ms=1.0),
    Step("look", 7, 1750.0),
    Step("key", 7, 1800.0, text="y", pressed=1),
    Step("answer", 7, 1900.0, shown="y", grown=True, ms=300.0),
]


def test_what_is_shown_is_counted_once() -> None:
    one = sums("return y", PLAN, STEPS)
    assert (one.keys, one.pressed) == (8, 3)
    assert (one.right, one.wrong) == (7, 1)
    assert (one.looks, one.looks_at_nothing, one.new, one.whole) == (3, 1, 1, 1)
    assert (one.latencies, one.requests, one.at_once) == ((200.0,), 2, 1)


def test_benefit_is_time_saved_less_time_of_reading() -> None:
    one = sums("return y", PLAN, STEPS)
    assert FIGURES["benefit per 100 keys"](one) == pytest.approx(100 * (5 * 100.0 - 400.0) / 8)


def test_what_grows_is_counted_by_what_is_new() -> None:
    grown = [
        Step("look", 0, 1.0, shown="return", right=6, ms=1.0),
        Step("look", 0, 2.0, shown="return a", right=7, known=6, torn=True, ms=1.0),
    ]
    one = sums("return y", PLAN, grown)
    assert (one.right, one.wrong, one.new, one.whole) == (7, 1, 2, 1)


def test_intervals_hold_the_figure_and_shrink_with_places() -> None:
    places = [Sums(keys=10, pressed=pressed) for pressed in (2, 4, 6, 8)]
    few, many = interval(FIGURES[SAVED], places), interval(FIGURES[SAVED], places * 25)
    assert few is not None and many is not None
    assert few[0] <= many[0] <= 0.5 <= many[1] <= few[1]
    assert many[1] - many[0] < (few[1] - few[0]) / 2
    assert interval(FIGURES[SAVED], places[:1]) is None


def test_ratios_are_of_the_same_places() -> None:
    base = [Sums(keys=10, pressed=pressed) for pressed in (2, 4, 6, 8)]
    better = [Sums(keys=10, pressed=round(10 - 1.25 * (10 - each.pressed))) for each in base]
    value, span = ratio(FIGURES[SAVED], better, base)
    assert value == pytest.approx(1.25, abs=0.15) and span is not None and span[1] - span[0] < 0.5
    assert ratio(FIGURES[SAVED], base, base)[0] == 1.0


def test_what_was_never_seen_has_no_figure() -> None:
    nothing = account.together([])
    assert all(figure(nothing) is None for figure in FIGURES.values())


@pytest.mark.parametrize("wanted", [b"", b"r", b"q"])
def test_kept_answers_are_chosen_from_as_the_model_s_own(wanted: bytes) -> None:
    random = np.random.default_rng(3)
    pieces = [bytes([65 + number % 50]) + str(number).encode() for number in range(5000)]
    picker = Picker(Vocabulary(pieces), np.array([4999], dtype=np.int64))
    for _ in range(20):
        logits = cast("np.ndarray[tuple[int], np.dtype[np.float32]]", random.normal(0, 6, 5000).astype(np.float32))
        allowed = picker.vocabulary.allowed(wanted) if wanted else np.empty(0, np.int64)
        value = packed(logits, picker.ends, allowed)
        kept, real = picker.pick(unpacked(value, 5000, allowed), wanted), picker.pick(logits, wanted)
        assert (kept.token, kept.second) == (real.token, real.second)
        assert kept[1:] == pytest.approx(real[1:], rel=1e-3)
        assert len(value) < logits.nbytes / 10


def test_times_lie_between_what_was_measured() -> None:
    some = TokenTimes("m", (1, 64), (0, 1000), ((10.0, 100.0), (20.0, 200.0)), 2.0)
    assert some.decode_ms(64, 0) == 100.0
    assert some.decode_ms(1, 500) == 15.0 + 2.0
    assert 100.0 < some.decode_ms(64, 900) < 200.0
    assert some.decode_ms(128, 0) == 200.0


def test_every_variant_changes_something_that_there_is() -> None:
    for name, variant in VARIANTS.items():
        changed = variant.applied_to(Settings()) != Settings() or not variant.grows
        assert changed == (name != DEFAULT)


def test_the_code_is_nobody_else_s() -> None:
    from tests.benchmarks import packages
    from tests.benchmarks.structure import files
    from tests.benchmarks.worth import code

    ours = {package.name for package in code.PACKAGES}
    assert len(ours) == 8 and len({package.language for package in code.PACKAGES}) == 3
    assert not ours & {package.name for package in (*packages.PACKAGES, *files.PACKAGES)}


def test_other_machines_are_told_by_a_file() -> None:
    file = Path(times.__file__).with_name("two_cores.json")
    small, large = (times.told(file, f"qwen2.5-coder-{size}-instruct") for size in ("0.5b", "1.5b"))
    assert small.decode_ms(64, 500) < large.decode_ms(64, 500)
    with pytest.raises(Unavailable, match="has no token times of another"):
        times.told(file, "another")
