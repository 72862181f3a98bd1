import pytest

from tests.benchmarks import judge


def test_a_program_that_runs_to_its_end_passes() -> None:
    assert judge.passes("assert 1 + 1 == 2\nprint('anything')\n")


def test_a_failed_assertion_does_not_pass() -> None:
    assert not judge.passes("assert 1 + 1 == 3\n")


def test_a_program_that_does_not_compile_does_not_pass() -> None:
    assert not judge.passes("def broken(:\n")


def test_leaving_early_does_not_pass() -> None:
    assert not judge.passes("import sys\nsys.exit(0)\nassert False\n")
    assert not judge.passes("import os\nos._exit(0)\n")


def test_a_program_without_end_is_stopped() -> None:
    assert not judge.passes("while True:\n    pass\n", seconds=1)


def test_a_program_that_eats_the_memory_is_stopped() -> None:
    assert not judge.passes("x = bytearray(8 * 2**30)\n")


def test_it_runs_without_the_environment_and_in_an_empty_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "1")
    assert judge.passes("import os\nassert 'SECRET' not in os.environ and os.listdir('.') == []\n")
