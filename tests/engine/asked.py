"""Places in code for tests of actions: one `‸` is a cursor, two are the ends of a selection."""

from engine.backends.scripted import ScriptedBackend
from engine.context.code import parse
from engine.languages import language_of
from engine.rewrite import rewrite
from engine.rewriting.actions import action
from engine.rewriting.edits import applied
from engine.rewriting.targets import Place, Problem, Target
from engine.settings import ChatSettings


def place(marked: str, language: str = "python", problem: str = "", instruction: str = "") -> Place:
    """A problem lies on the selection."""
    start = marked.index("‸")
    text = marked.replace("‸", "", 1)
    end = text.find("‸")
    text, end = (text, start) if end < 0 else (text.replace("‸", "", 1), end)
    problems = (Problem(start, end, problem),) if problem else ()
    return Place(parse(text, language_of(language)), start, end, problems, instruction)


def target(name: str, where: Place) -> Target:
    row = action(name)
    assert row is not None
    found = row.find(where)
    assert found is not None
    return found


async def acted(name: str, where: Place, *answers: str) -> str:
    """The text after an action, when the model answers that."""
    row = action(name)
    assert row is not None
    backend = ScriptedBackend([], answers=[[answer] for answer in answers])
    result = await rewrite(backend, ChatSettings(), row, target(name, where))
    return applied(where.code.text, result.edits)
