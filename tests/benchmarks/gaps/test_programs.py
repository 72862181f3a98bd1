"""The gaps are fair: the programs pass as they are, and nothing but the right text passes in a gap."""

from pathlib import Path

import pytest

from tests.benchmarks.gaps import rules
from tests.benchmarks.gaps.programs import Gap, Kind, gaps, is_here, parts, passes

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*/*.*"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_program_passes_its_tests(path: Path) -> None:
    language = path.parent.name
    if not is_here(language):
        pytest.skip(f"programs in {language} cannot be run here: node or a C++ compiler is missing")
    assert passes(language, "".join(parts(path)))


@pytest.mark.parametrize("kind", ["lines", "span"])
def test_a_gap_is_a_piece_of_its_program_that_the_tests_miss(kind: Kind) -> None:
    found = gaps(kind, 3, seed=2)
    assert len({gap.language for gap in found}) == len(found)
    for gap in found:
        assert gap.passes(gap.above + gap.solution + gap.below)
        assert not gap.passes(gap.above + gap.below)


def test_the_same_seed_makes_the_same_gaps() -> None:
    assert gaps("span", 2, seed=3) == gaps("span", 2, seed=3) != gaps("span", 2, seed=4)


def test_a_rule_that_is_switched_off_cuts_nothing() -> None:
    above, below = "def f(a):\n    if a:\n        ", "\n    return 2\n\n\n"
    gap = Gap("a", "lines", "python", "a.py", above, "return 1", below, "assert (f(0), f(1)) == (2, 1)\n")
    said = "return 1\n    return 2\n"
    assert rules.ended(gap, said, False, "", False) == f"{above}return 1{below}"
    again = "go()\n        " * 6
    assert rules.ended(gap, again, False, "", True).count("go()") < 6
    assert rules.ended(gap, again, False, "repetition", True).count("go()") == 6
    row = {cells[0]: cells[1:] for cells in rules.table("", [(gap, said, False)], False).rows}
    assert row["all rules"] == ("1", "") and row["without mark"][1] == "+0"


@pytest.mark.parametrize("kind", ["lines"])
def test_gaps_of_lines_are_asked_about_on_an_own_line_too(kind: Kind) -> None:
    starts = {gap.above.endswith("\n") for gap in gaps(kind, 4, seed=2)}
    assert starts == {True, False}
