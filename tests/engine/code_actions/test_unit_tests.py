import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.code_actions.actions import action
from hearth.engine.code_actions.rewrite import write_tests
from hearth.engine.code_actions.unit_tests import complete_tests, plan
from hearth.engine.settings import ChatSettings
from tests.engine.code_actions.asked import place, target

ONE = "def test_{0}():\n    assert f({0}) == {0}\n\n\n"


async def written(answer: list[str]) -> str:
    row, about = action("test"), target("test", place("def ‸f(x):\n    return x\n"))
    assert row is not None
    planned = plan(about, "/project/calc.py", None, lambda path: None)
    return await write_tests(ScriptedBackend([], answers=[answer]), ChatSettings(), row, about, planned)


async def test_the_model_is_stopped_when_it_has_written_the_tests_that_were_asked_for() -> None:
    text = await written([*(ONE.format(number) for number in range(30)), "never said("])
    assert [f"test_{number}" in text for number in range(4)] == [True, True, True, False]


async def test_of_an_answer_that_is_cut_off_the_complete_tests_are_kept() -> None:
    text = await written([ONE.format(1), ONE.format(2), "@mark\n", "def test_3():\n", *["    x = [\n"] * 700])
    assert "test_1" in text and "test_3" not in text and "@mark" not in text


@pytest.mark.parametrize("answer", ["no tests", ONE.format(1), "```python\n" + ONE.format(1) + "```"])
def test_what_is_complete_stays(answer: str) -> None:
    assert complete_tests(answer, cut_off=False) == answer
