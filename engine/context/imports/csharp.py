"""C#: types by their namespace, which by custom is the project's name and the folders below it."""

import re
from collections.abc import Iterator
from pathlib import Path

from hearth.engine.context.imports.where import Target, Where
from hearth.engine.context.symbols import Import

MAX_FILES = 12  # of one namespace
MAX_PROJECTS = 100
_FEW = 8  # files, all of which are looked at, whatever they are called


def resolve(statement: Import, where: Where) -> Iterator[Target]:
    namespace = statement.module.split(".")
    if statement.module == "System" or namespace[0] == "System":
        return
    yield from _in_namespace(namespace, where)


def companions(where: Where) -> Iterator[Target]:
    """The types of the same namespace and of those around it."""
    for folder in where.folders():
        yield from _of_folder(folder, where)
        if any(name.endswith(".csproj") for name in where.disk.entries(folder)):
            return


def _in_namespace(namespace: list[str], where: Where) -> Iterator[Target]:
    for root_namespace, folder in _projects(where):
        if namespace[: len(root_namespace)] != root_namespace:
            continue
        place = folder.joinpath(*namespace[len(root_namespace) :])
        if where.disk.is_folder(place):
            yield from _of_folder(place, where)
            return
    # Without a project, or with folders that are named in another way: where the last names are folders.
    for folder in where.folders():
        for length in range(len(namespace)):
            place = folder.joinpath(*namespace[length:])
            if where.disk.is_folder(place):
                yield from _of_folder(place, where)
                return


def _of_folder(folder: Path, where: Where) -> Iterator[Target]:
    """The files named after what is wanted (`Cart.cs`, `Cart.Lines.cs`); all of them if there are few."""
    files = [
        name for name, is_folder in where.disk.entries(folder).items() if name.endswith(".cs") and not is_folder
    ]
    wanted = {name: index for index, name in enumerate(reversed(where.wanted))}
    named = [name for name in files if re.split(r"[.{`]", name)[0] in wanted]
    named.sort(key=lambda name: -wanted[re.split(r"[.{`]", name)[0]])
    others = [name for name in files if name not in named] if len(files) <= _FEW else []
    for name in [*named, *others][:MAX_FILES]:
        if folder / name != where.file:
            yield Target(folder / name)


def _projects(where: Where) -> Iterator[tuple[list[str], Path]]:
    """(the namespace that a project's folder stands for, that folder), the own project first."""
    found = 0
    folders = [*where.folders(), *where.disk.folders(where.root)]
    folders += [inner for folder in where.disk.folders(where.root) for inner in where.disk.folders(folder)]
    for folder in dict.fromkeys(folders):
        for name in where.disk.entries(folder):
            if name.endswith(".csproj") and found < MAX_PROJECTS:
                found += 1
                said = where.disk.manifest(folder / name, _root_namespace)
                yield (said or name.removesuffix(".csproj")).split("."), folder


def _root_namespace(text: str) -> str:
    found = re.search(r"<RootNamespace>\s*([\w.]+)\s*</RootNamespace>", text)
    return found[1] if found else ""
