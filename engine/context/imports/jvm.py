"""Java, Kotlin and Scala: classes by their package, in the source folders of all modules of the workspace."""

import re
from collections.abc import Iterator
from pathlib import Path

from hearth.engine.context.imports.where import Target, Where
from hearth.engine.context.symbols import Import

MAX_ROOTS = 200  # source folders of one workspace
MAX_FILES = 12  # of one package that is imported as a whole
_SUFFIXES = (".java", ".kt", ".scala")
_LANGUAGES = ("java", "kotlin", "scala")
_SETS = ("main", "test", "testFixtures", "commonMain", "jvmMain", "androidMain", "androidTest", "integrationTest")


def resolve(statement: Import, where: Where) -> Iterator[Target]:
    parts = [part for part in re.split(r"[.\s]+", statement.module) if part]
    if not parts or parts == ["*"] or parts[-1] in ("*", "_"):
        return
    for base in _bases(where):
        # `a.b.C.D` may be a class in a class, `a.b.C.f` a static method, `a.b.f` a function of Kotlin.
        for length in range(len(parts), max(0, len(parts) - 3), -1):
            place = base.joinpath(*parts[:length])
            if found := where.disk.first_file(*(place.with_name(place.name + each) for each in _SUFFIXES)):
                yield Target(found, tuple(parts[-1:]))
                return
        folder = base.joinpath(*parts) if statement.whole else base.joinpath(*parts[:-1])
        if where.disk.is_folder(folder):
            wanted = where.wanted if statement.whole else parts[-1:]
            found_here = list(_of_package(folder, tuple(wanted), where))
            yield from found_here
            if found_here:
                return


def companions(where: Where) -> Iterator[Target]:
    """The classes of the same package that are wanted, in the other source folders, too."""
    yield from _of_package(where.file.parent, where.wanted, where)
    own = next((base for base in _around(where)), None)
    if own is None:
        return
    package = where.file.parent.relative_to(own)
    for base in _bases(where):
        if base != own and package.parts:
            yield from _of_package(base / package, where.wanted, where)


def _of_package(folder: Path, wanted: tuple[str, ...], where: Where) -> Iterator[Target]:
    """The files that are named after what is wanted; in Kotlin and Scala also what is in no class."""
    entries = where.disk.entries(folder)
    names = [f"{name}{suffix}" for name in wanted for suffix in _SUFFIXES]
    found = [name for name in names if name in entries]
    if where.file.suffix != ".java":
        found += [name for name in entries if name.endswith(_SUFFIXES[1:]) and name not in found]
    for name in found[:MAX_FILES]:
        if folder / name != where.file:
            yield Target(folder / name, wanted if name in names and len(wanted) == 1 else ())


def _bases(where: Where) -> Iterator[Path]:
    seen: set[Path] = set()
    for base in [*_around(where), *_of_modules(where)]:
        if base not in seen and len(seen) < MAX_ROOTS:
            seen.add(base)
            yield base


def _around(where: Where) -> Iterator[Path]:
    """The source folder that the file is in: where its folders begin that are named like its package."""
    for folder in where.folders():
        if folder.name in (*_LANGUAGES, "src"):
            yield folder
            return


def _of_modules(where: Where) -> Iterator[Path]:
    for module in _modules(where):
        if not where.disk.is_folder(module / "src"):
            continue
        entries = where.disk.entries(module / "src")
        for name in [
            *(name for name in _SETS if name in entries),
            *(name for name in entries if name not in _SETS),
        ]:
            for language in _LANGUAGES:
                if where.disk.is_folder(module / "src" / name / language):
                    yield module / "src" / name / language
        yield module / "src"


def _modules(where: Where) -> Iterator[Path]:
    """The folders of the modules: those around the file, those that a build file names, those in plain sight."""
    yield from where.folders()
    for folder in where.folders():
        named = list(where.disk.manifest(folder / "pom.xml", _maven_modules) or ())
        for settings in ("settings.gradle", "settings.gradle.kts"):
            named += where.disk.manifest(folder / settings, _gradle_modules) or ()
        yield from where.disk.matching(folder, named)
    for folder in where.disk.folders(where.root):
        yield folder
        yield from where.disk.folders(folder)


def _maven_modules(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"<module>\s*([^<>\s]+)\s*</module>", text))


def _gradle_modules(text: str) -> tuple[str, ...]:
    """`include(":core", ":web:api")` names the folders core and web/api, unless a projectDir says otherwise."""
    lines = [line for line in text.splitlines() if re.match(r"\s*include\b|\s*[\"'(,:]", line)]
    names = re.findall(r"""["']:?([\w.:/-]+)["']""", "\n".join(lines))
    folders = re.findall(r"""projectDir\s*=\s*(?:new\s+)?[Ff]ile\(\s*(?:\w+\s*,\s*)?["']([^"']+)["']""", text)
    return (*(name.replace(":", "/") for name in names), *folders)
