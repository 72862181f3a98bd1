"""Which files an import statement means, in the workspace and among the installed packages.

One row of `RESOLVERS` for each language, and one of `COMPANIONS` where files see others without importing them.
What cannot be found is passed over.
"""

from collections.abc import Callable, Iterator

from hearth.engine.context.imports import csharp, go, include, jvm, python, rust, script
from hearth.engine.context.imports.lookup import Lookup
from hearth.engine.context.imports.where import Target, Where
from hearth.engine.context.symbols import Import
from hearth.engine.languages import Language

__all__ = ["COMPANIONS", "RESOLVERS", "Lookup", "Target", "Where", "bound", "companions", "is_whole", "targets"]

Resolver = Callable[[Import, Where], Iterator[Target]]
Companions = Callable[[Where], Iterator[Target]]

RESOLVERS: dict[str, Resolver] = {
    "python": python.resolve,
    "javascript": script.resolve,
    "typescript": script.resolve,
    "tsx": script.resolve,
    "go": go.resolve,
    "rust": rust.resolve,
    "c": include.resolve,
    "cpp": include.resolve,
    "java": jvm.resolve,
    "kotlin": jvm.resolve,
    "scala": jvm.resolve,
    "csharp": csharp.resolve,
}
COMPANIONS: dict[str, Companions] = {
    "python": python.companions,
    "go": go.companions,
    "java": jvm.companions,
    "kotlin": jvm.companions,
    "scala": jvm.companions,
    "csharp": csharp.companions,
}


def targets(statement: Import, language: Language, where: Where) -> tuple[Target, ...]:
    """The files that the statement means: below the workspace root, or in a folder of installed packages."""
    resolver = RESOLVERS.get(language.name)
    return _within(resolver(statement, where), where) if resolver else ()


def bound(statement: Import, language: Language) -> dict[str, str]:
    """The names by which a file calls what the statement brings in, each with its name where it is defined."""
    if language.name == "rust":
        return rust.bound(statement)
    if language.name in ("java", "kotlin", "scala"):
        last = statement.module.rpartition(".")[2]
        return statement.bound() or ({} if statement.whole or last in ("*", "_") else {last: last})
    return statement.bound()


def is_whole(statement: Import, language: Language) -> bool:
    """Whether it brings in everything, to be used without a name in front of it."""
    return statement.whole or language.name == "csharp"


def companions(language: Language, where: Where) -> tuple[Target, ...]:
    """The files that this one sees without importing them."""
    of_language = COMPANIONS.get(language.name)
    return _within(of_language(where), where) if of_language else ()


def _within(found: Iterator[Target], where: Where) -> tuple[Target, ...]:
    unique = dict.fromkeys(found)
    return tuple(
        target
        for target in unique
        if target.path != where.file and target.path.is_relative_to(target.library or where.root)
    )
