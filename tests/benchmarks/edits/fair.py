"""Whether the tasks are fair: `python -m tests.benchmarks.edits` looks at all of them."""

from pathlib import Path

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.code_actions.actions import action
from hearth.engine.code_actions.edits import applied
from hearth.engine.code_actions.rewrite import rewrite, write_tests
from hearth.engine.code_actions.targets import ActionContext, Problem
from hearth.engine.code_actions.unit_tests import plan
from hearth.engine.context.parsed import parse
from hearth.engine.languages import language_of
from hearth.engine.settings import ChatSettings
from tests.benchmarks.edits import checks
from tests.benchmarks.edits.tasks import FILES, Task
from tests.e2e.editor import MARK


async def unfair(task: Task) -> str:
    """What is wrong with the task; "" when its own answer is right and the untouched program is not."""
    before = checks.original(task)
    if task.kind == "test" and task.replace not in before:
        return "there is nothing to replace"
    text, tests = await _answered(task)
    if wrong := checks.verdict(task, text, tests):
        return f"its own answer is wrong: {wrong}"
    return "" if checks.verdict(task, before, "") else "the program is right as it is"


def _with_vitest(path: Path) -> str | None:
    return '{"devDependencies": {"vitest": "3"}}' if path.name == "package.json" else None


async def _answered(task: Task) -> tuple[str, str]:
    """(the text, the file of tests) when the model gives the task's own answer."""
    start, end = task.code.index(MARK), task.code.rindex(MARK)
    end -= end > start
    code = parse(checks.original(task), language_of(task.language))
    problems = (Problem(start, end, task.problem),) if task.problem else ()
    row = action(task.kind)
    target = row.find(ActionContext(code, start, end, problems)) if row else None
    assert row is not None and target is not None
    backend = ScriptedBackend([], answers=[[task.answer]])
    if row.mode == "file":
        planned = plan(target, f"/project/{FILES[task.language]}", None, _with_vitest)
        return code.text, await write_tests(backend, ChatSettings(), row, target, planned)
    result = await rewrite(backend, ChatSettings(), row, target)
    return applied(code.text, result.edits), ""
