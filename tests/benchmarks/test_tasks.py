import gzip
import json
from pathlib import Path

import pytest

from tests.benchmarks import tasks
from tests.benchmarks.home import Unavailable
from tests.benchmarks.judge import passes
from tests.benchmarks.tasks import Task

DOUBLE = Task(
    id="double/1",
    above="def double(x):\n",
    below="    return y\n",
    solution="    y = x * 2\n",
    test="def check(candidate):\n    assert candidate(3) == 6\n",
    entry_point="double",
)


def write(folder: Path, count: int) -> None:
    rows = [
        {
            "task_id": f"t/{n}",
            "prompt": "",
            "suffix": "",
            "canonical_solution": "",
            "test": "",
            "entry_point": "f",
        }
        for n in range(count)
    ]
    with gzip.open(folder / "t.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def test_a_right_completion_passes_and_a_wrong_one_does_not() -> None:
    assert passes(DOUBLE.program(DOUBLE.completed("    y = x + x\n")))
    assert not passes(DOUBLE.program(DOUBLE.completed("    y = x\n")))


def test_exact_match_leaves_white_space_at_the_ends_out() -> None:
    assert tasks.is_exact(DOUBLE.completed("    y = x * 2"), DOUBLE)
    assert not tasks.is_exact(DOUBLE.completed("    y = 2 * x\n"), DOUBLE)


def test_a_sample_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    write(tmp_path, 50)
    first = tasks.load(tmp_path, "t.gz", 5, seed=1)
    assert len(first) == 5
    assert tasks.load(tmp_path, "t.gz", 5, seed=1) == first
    assert tasks.load(tmp_path, "t.gz", 5, seed=2) != first


def test_without_a_sample_all_tasks_come_in_their_order(tmp_path: Path) -> None:
    write(tmp_path, 3)
    assert [task.id for task in tasks.load(tmp_path, "t.gz", None, seed=1)] == ["t/0", "t/1", "t/2"]


def test_missing_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"t\.gz is missing.*--data"):
        tasks.load(tmp_path, "t.gz", 5, seed=1)


def test_an_answer_is_cut_at_its_first_line_end() -> None:
    assert tasks.first_line_of("y = x\nz = 3") == "y = x\n"
