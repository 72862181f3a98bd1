"""The tasks are fair: each one's own answer is right, and the untouched program is not."""

import shutil
from pathlib import Path

import pytest

from tests.benchmarks import judge
from tests.benchmarks import tasks as infilling
from tests.benchmarks.edits import bugs, checks, tasks
from tests.benchmarks.edits.answering import first_fence, selection
from tests.benchmarks.edits.fair import unfair
from tests.benchmarks.edits.tasks import Task
from tests.benchmarks.options import CACHE
from tests.e2e.editor import MARK

TASKS = tasks.load()
# Compilers take seconds, and a machine may lack them: one task of each way to check, where it can be done. All of
# them: `python -m tests.benchmarks.edits`.
_COMPILED = ("annotate/typescript/function", "test/typescript/clamp", "fix/go/mixed_types", "test/go/gcd")
_ABLE = {
    "python": True,
    "go": shutil.which("go") is not None,
    "typescript": (CACHE / "edits" / "node_modules" / "typescript").exists(),
}
HERE = [
    task
    for task in TASKS
    if task.language == "python" or task.kind == "document" or (task.label in _COMPILED and _ABLE[task.language])
]


def test_there_are_enough_tasks_with_names_of_their_own() -> None:
    assert len(TASKS) >= 40
    assert len({task.label for task in TASKS}) == len(TASKS)
    assert {task.language for task in TASKS} == {"python", "typescript", "go"}


@pytest.mark.parametrize("task", HERE, ids=lambda task: task.label)
async def test_the_tasks_own_answer_is_right_and_the_program_as_it_is_is_not(task: Task) -> None:
    assert await unfair(task) == ""


def test_documentation_that_changes_code_or_says_nothing_is_wrong() -> None:
    (task,) = (each for each in TASKS if each.label == "document/python/clamp")
    before = checks.original(task)
    assert checks.verdict(task, before.replace("min(", "max("), "") == "it changes code"
    assert checks.verdict(task, before.replace(":\n", ':\n    """Does it well, of course."""\n', 1), "") == (
        "it does not say what the code does"
    )


def test_tests_that_see_no_bug_are_wrong() -> None:
    (task,) = (each for each in TASKS if each.label == "test/python/initials")
    tests = "from sample import initials\n\ndef test_it():\n    assert initials('') == ''\n"
    assert checks.verdict(task, checks.original(task), tests) == "the tests see no bug"
    assert checks.verdict(task, checks.original(task), "def test_it():\n    assert initials") == "the tests fail"


def test_what_is_pasted_is_the_first_fence_over_the_whole_lines_of_the_function() -> None:
    assert first_fence("Sure:\n```py\nx = 1\n```\nor\n```\ny = 2\n```") == "x = 1"
    assert first_fence("no fence\n") == "no fence"
    (task,) = (each for each in TASKS if each.label == "fix/python/attribute")
    start, end = selection(task)
    assert checks.original(task)[start:end].startswith("    def deposit(")


def test_a_seeded_bug_is_one_token_in_the_body_and_always_the_same(tmp_path: Path) -> None:
    whole = infilling.Task(
        "SingleLineInfilling/HumanEval/0/L0",
        'def total(values):\n    """Sum, at least 0 < 1."""\n',
        "    for value in values:\n        sum = sum + value\n    return sum\n",
        "    sum = 0\n",
        "def check(total):\n    assert total([1, 2]) == 3\n",
        "total",
    )
    task = bugs._seeded(whole, 1)
    assert task is not None and task == bugs._seeded(whole, 1)
    assert task.id == "HumanEval/0" and task.code.startswith(f"def {MARK}total")
    wrong = checks.original(task)
    assert '"""Sum, at least 0 < 1."""' in wrong
    assert not judge.passes(f"{wrong}\n{task.check}") and judge.passes(
        whole.program(whole.completed(whole.solution))
    )
