"""Where the tests of a function go: `_PLANS`, one module per language."""

from collections.abc import Callable
from pathlib import Path

from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests import cpp, csharp, go, java, python, rust, script
from hearth.engine.code_actions.unit_tests.plan import Plan
from hearth.engine.code_actions.unit_tests.project import Project, Read
from hearth.engine.errors import EditRefused

_PLANS: dict[str, Callable[[Target, Project], Plan]] = {
    "python": python.plan,
    "javascript": script.plan,
    "typescript": script.plan,
    "tsx": script.plan,
    "go": go.plan,
    "rust": rust.plan,
    "java": java.plan,
    "csharp": csharp.plan,
    "cpp": cpp.plan,
}
LANGUAGES = tuple(_PLANS)
_UNQUOTABLE = '"\\\r\n`'


def plan(target: Target, path: str | None, root: str | None, read: Read) -> Plan:
    """Where the tests of the target go. `read` gives the text of a file, None when there is none.

    It looks around in the folders up to `root`, within bounds. Raises `EditRefused` when the function cannot be
    reached from a test.
    """
    language = target.code.language.name if target.code.language else ""
    if path is None:
        raise EditRefused("save the file first: the tests must import it")
    if language not in _PLANS:
        raise EditRefused(f"Hearth does not know how tests are written in {language or 'this language'}")
    file = Path(path)
    if any(char in file.as_posix() for char in _UNQUOTABLE):
        raise EditRefused("the name of the file cannot stand in an import")
    top = Path(root) if root and file.is_relative_to(root) else file.parent
    return _PLANS[language](target, Project(file, top, read))
