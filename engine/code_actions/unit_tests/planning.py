"""Where the tests of a function go: `_MODULES`, one for each language, imported when it is needed."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests.plan import Plan
from hearth.engine.code_actions.unit_tests.project import Project, Read
from hearth.engine.errors import EditRefused

# language -> the module here that has its `plan`
_MODULES = {
    "python": "python",
    "javascript": "script",
    "typescript": "script",
    "tsx": "script",
    "go": "go",
    "rust": "rust",
    "java": "java",
    "csharp": "csharp",
    "cpp": "cpp",
}
LANGUAGES = tuple(_MODULES)
_UNQUOTABLE = '"\\\r\n`'


def plan(target: Target, path: str | None, root: str | None, read: Read) -> Plan:
    """Where the tests of the target go. `read` gives the text of a file, None when there is none.

    It looks around in the folders up to `root`, within bounds. Raises `EditRefused` when the function cannot be
    reached from a test.
    """
    if path is None:
        raise EditRefused("save the file first: the tests must import it")
    planned = planner(target)
    file = Path(path)
    if any(char in file.as_posix() for char in _UNQUOTABLE):
        raise EditRefused("the name of the file cannot stand in an import")
    top = Path(root) if root and file.is_relative_to(root) else file.parent
    return planned(target, Project(file, top, read))


def planner(target: Target) -> Callable[[Target, Project], Plan]:
    """What plans the tests of the target's language. Raises `EditRefused` for a language without.

    Who plans in a thread calls this before, so that no two threads import one module.
    """
    language = target.code.language.name if target.code.language else ""
    if language not in _MODULES:
        raise EditRefused(f"Hearth does not know how tests are written in {language or 'this language'}")
    module = import_module(f"{__package__}.{_MODULES[language]}")
    found: Callable[[Target, Project], Plan] = module.plan
    return found
