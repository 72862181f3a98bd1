"""Tests that a model wrote are run by the project's own runner; those that cannot be run are asked for again."""

import sys
from pathlib import Path

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.code_actions.actions import action
from hearth.engine.code_actions.rewrite import write_tests
from hearth.engine.code_actions.unit_tests import Plan, plan, running
from hearth.engine.errors import EditRefused
from hearth.engine.settings import ChatSettings
from hearth.engine.types import ChatPrompt
from tests.engine.code_actions.asked import place, target
from tests.engine.code_actions.test_layouts import read

CODE = "def a‸dd(a, b):\n    return a + b\n"
RIGHT = "def test_add():\n    assert add(1, 2) == 3\n"
WRONG = "def test_add():\n    assert add(1, 2) == 4\n"
BROKEN = "import no_such_module\n\n\ndef test_add():\n    assert no_such_module.add(add(1, 2)) == 3\n"


def project(root: Path) -> Plan:
    """With an environment that has pytest: the one of these tests."""
    (root / "calc.py").write_text(CODE.replace("‸", ""))
    (root / ".venv").symlink_to(sys.prefix)
    return plan(target("test", place(CODE)), str(root / "calc.py"), str(root), read)


@pytest.mark.parametrize(
    ("text", "passed", "begun"),
    [
        (f"from calc import add\n\n\n{RIGHT}", True, True),
        (f"from calc import add\n\n\n{WRONG}", False, True),
        (f"from calc import add\n{BROKEN}", False, False),
        (f"from calc import nothing\n\n\n{RIGHT}", False, False),
        (RIGHT, False, False),
    ],
)
def test_what_a_runner_says(text: str, passed: bool, begun: bool, tmp_path: Path) -> None:
    planned = project(tmp_path)
    ran = running.run(planned, text, tmp_path)
    assert ran is not None and (ran.passed, ran.begun) == (passed, begun), ran
    assert not planned.path.exists() and "pytest" in ran.command


def test_an_old_file_is_put_back(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_calc.py").write_text("def test_old():\n    assert True\n")
    (tmp_path / "tests" / "test_calc.py").chmod(0o640)
    planned = project(tmp_path)
    assert running.run(planned, f"{planned.old_text}\n\n{WRONG}", tmp_path) is not None
    assert planned.path.read_text() == planned.old_text
    assert planned.path.stat().st_mode & 0o777 == 0o640


def test_a_file_that_is_another_one_on_the_disk_is_left_alone(tmp_path: Path) -> None:
    planned = project(tmp_path)
    planned.path.write_text("# meanwhile\n")
    assert running.run(planned, RIGHT, tmp_path) is None
    assert planned.path.read_text() == "# meanwhile\n"


def test_what_never_ends_is_ended_with_all_that_it_began(tmp_path: Path) -> None:
    planned = project(tmp_path)
    endless = (
        "import subprocess, sys\n\n\ndef test_add():\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "    open('pid', 'w').write(str(child.pid))\n    child.wait()\n"
    )
    ran = running.run(planned, endless, tmp_path, seconds=5)
    assert ran is not None and not ran.passed and "took more than 5 seconds" in ran.words
    pid = int((tmp_path / "pid").read_text()) if (tmp_path / "pid").exists() else 0
    state = Path(f"/proc/{pid}/stat")
    assert not pid or not state.exists() or state.read_text().rpartition(") ")[2][0] == "Z"


async def written(root: Path, *answers: str) -> tuple[str, ScriptedBackend]:
    planned = project(root)
    row = action("test")
    assert row is not None
    backend = ScriptedBackend([], answers=[[answer] for answer in answers])
    text = await write_tests(
        backend,
        ChatSettings(),
        row,
        target("test", place(CODE)),
        planned,
        run=lambda text: running.run(planned, text, root),
    )
    return text, backend


async def test_tests_that_cannot_be_run_are_asked_for_again_with_the_runner_s_words(tmp_path: Path) -> None:
    text, backend = await written(tmp_path, BROKEN, RIGHT)
    assert "no_such_module" not in text and "add(1, 2) == 3" in text
    prompt = backend.requests[1].prompt
    assert isinstance(prompt, ChatPrompt) and "No module named" in prompt.messages[-1].content


async def test_tests_that_cannot_be_run_twice_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(EditRefused, match=r"(?s)cannot be run.*No module named.*nothing was changed"):
        await written(tmp_path, BROKEN)


async def test_a_test_that_fails_is_the_users_to_judge(tmp_path: Path) -> None:
    text, backend = await written(tmp_path, WRONG)
    assert "== 4" in text and len(backend.requests) == 1


@pytest.mark.parametrize(
    ("file", "framework"),
    [("src/test/java/ATest.java", "JUnit 5"), ("a_test.cpp", "GoogleTest"), ("a.test.js", "vitest")],
)
def test_where_there_is_no_runner_nothing_is_run(file: str, framework: str, tmp_path: Path) -> None:
    planned = project(tmp_path)
    other = Plan(tmp_path / file, None, framework, planned.style, (), planned.own, frozenset(), "add")
    assert running.command_for(other, tmp_path) is None
