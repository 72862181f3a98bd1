"""Places in code for tests of actions: one `‸` is a cursor, two are the ends of a selection."""

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.code_actions.actions import action
from hearth.engine.code_actions.edits import applied
from hearth.engine.code_actions.rewrite import rewrite
from hearth.engine.code_actions.targets import ActionContext, Problem, Target
from hearth.engine.context.parsed import parse
from hearth.engine.languages import language_of
from hearth.engine.settings import ChatSettings


def place(marked: str, language: str = "python", problem: str = "", instruction: str = "") -> ActionContext:
    """A problem lies on the selection."""
    start = marked.index("‸")
    text = marked.replace("‸", "", 1)
    end = text.find("‸")
    text, end = (text, start) if end < 0 else (text.replace("‸", "", 1), end)
    problems = (Problem(start, end, problem),) if problem else ()
    return ActionContext(parse(text, language_of(language)), start, end, problems, instruction)


def target(name: str, where: ActionContext) -> Target:
    row = action(name)
    assert row is not None
    found = row.find(where)
    assert found is not None
    return found


async def acted(name: str, where: ActionContext, *answers: str) -> str:
    """The text after an action, when the model answers that."""
    row = action(name)
    assert row is not None
    backend = ScriptedBackend([], answers=[[answer] for answer in answers])
    result = await rewrite(backend, ChatSettings(), row, target(name, where))
    return applied(where.code.text, result.edits)
