"""Where a name is defined: from a file on through its imports, and on through those that only hand it on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hearth.engine import languages
from hearth.engine.context import imports
from hearth.engine.context.imports import Lookup, Target, Where
from hearth.engine.context.query import LeftOut, ResolvedQuery, shown_path
from hearth.engine.context.symbols import Import, Symbols, symbols
from hearth.engine.context.workspace import is_known, symbols_of_file
from hearth.engine.languages import Language

MAX_FILES = 60  # that are looked at for one question
MAX_NEW_BYTES = 2_000_000  # of files that nobody has read yet, for one question
MAX_HOPS = 5  # from a file that hands a name on to the next one
MAX_MODULES = 8  # of a file's modules that are looked through for a name that no statement mentions


@dataclass(slots=True)
class Reach:
    """The files that one question leads to; each is read once."""

    resolved: ResolvedQuery
    source: str
    wanted: tuple[str, ...] = ()
    left_out: list[LeftOut] = field(default_factory=list)
    disk: Lookup = field(default_factory=Lookup)
    _read: dict[Path, Symbols | None] = field(default_factory=dict)
    _bytes: int = 0

    def shown_path(self, target: Target) -> str:
        """Of an installed package the path below the folder of packages: the rest says nothing, and costs."""
        if target.library is not None:
            return target.path.relative_to(target.library).as_posix()
        return shown_path("", str(target.path), self.resolved.query.workspace_roots, self.resolved.disk)

    def language(self, target: Target | None) -> Language | None:
        """Of a file, None being that of the question. A header's name does not tell C++ from C."""
        own = self.resolved.code.language
        if target is None:
            return own
        found = languages.language_of("", str(target.path))
        return own if found and own and (found.name, own.name) == ("c", "cpp") else found

    def symbols(self, target: Target) -> Symbols | None:
        """An open file is read as it is in the editor, any other one as it is on the disk."""
        if target.path not in self._read:
            if len(self._read) >= MAX_FILES:
                return None
            self._read[target.path] = self._symbols(target)
        return self._read[target.path]

    def targets(self, statement: Import, language: Language, of: Target | None = None) -> tuple[Target, ...]:
        """The files that a statement means in the file of the question, or in another one."""
        where = self._where(of)
        if where is None:
            return ()
        found = imports.targets(statement, language, where)
        return found if of is None else tuple(_in_library(target, of) for target in found)

    def companions(self, language: Language, of: Target | None = None) -> tuple[Target, ...]:
        where = self._where(of)
        if where is None:
            return ()
        found = imports.companions(language, where)
        return found if of is None else tuple(_in_library(target, of) for target in found)

    def homes(self, target: Target, names: Iterable[str]) -> Iterator[tuple[Target, str]]:
        """(the file that defines it, its name there) for each of the names that a file gives away."""
        yield from self._homes(target, tuple(dict.fromkeys(names)), 0, set())

    def in_view(self, target: Target | None, name: str) -> Iterator[tuple[Target, str]]:
        """The same for a name that a file uses: what it defines itself, imports, or sees without that.

        None is the file of the question.
        """
        language, own = self.language(target), self._own_symbols(target)
        if language is None or own is None:
            return
        if target is not None and own.named([name]):
            yield target, name
            return
        seen: set[tuple[Path, str]] = set()
        for statement in own.imports:
            original = imports.bound(statement, language).get(name)
            if original is not None:
                found = list(self._named(self.targets(statement, language, target), original, 1, seen))
                if found:
                    yield from found
                    return
        for companion in self.companions(language, target):
            found = list(self._homes(companion, (name,), MAX_HOPS, seen))
            if found:
                yield from found
                return
        whole = [each for each in own.imports if imports.is_whole(each, language)]
        modules = [each for each in own.imports if each not in whole and not imports.bound(each, language)]
        for statement in [*whole, *modules[:MAX_MODULES]]:
            for each in self.targets(statement, language, target):
                found = list(self._homes(each, (name,), 1, seen))
                if found:
                    yield from found
                    return

    def names_of(self, target: Target) -> list[str]:
        """The names that a module gives away, those of the modules that it hands on as a whole among them."""
        read, language = self.symbols(target), self.language(target)
        if read is None or language is None:
            return []
        names = [each.name for each in read.definitions if not each.owner]
        if language.name == "go":
            return names
        for statement in read.imports:
            names += imports.bound(statement, language)
            if imports.is_whole(statement, language):
                for each in self.targets(statement, language, target):
                    inner = self.symbols(each)
                    names += [found.name for found in inner.definitions if not found.owner] if inner else []
        return names

    def _homes(
        self, target: Target, names: tuple[str, ...], hops: int, seen: set[tuple[Path, str]]
    ) -> Iterator[tuple[Target, str]]:
        names = tuple(name for name in names if (target.path, name) not in seen)
        seen.update((target.path, name) for name in names)
        read, language = (self.symbols(target), self.language(target)) if names else (None, None)
        if read is None or language is None:
            return
        missing: list[str] = []
        for name in names:
            # Java imports methods of a class, too.
            inner = () if language.name in ("java", "kotlin", "scala") else ("method", "field")
            if any(not each.owner or each.kind not in inner for each in read.named([name])):
                yield target, name
            elif name == "default" and (found := _default_of(read)):
                yield target, found
            else:
                missing.append(name)
        if not missing or hops >= MAX_HOPS:
            return
        for statement in read.imports:
            originals = imports.bound(statement, language)
            for name in [name for name in missing if name in originals]:
                found_there = list(
                    self._named(self.targets(statement, language, target), originals[name], hops + 1, seen)
                )
                yield from found_there
                if found_there:
                    missing.remove(name)
        for statement in read.imports:
            if missing and imports.is_whole(statement, language):
                for each in self.targets(statement, language, target):
                    for home in self._homes(each, tuple(missing), hops + 1, seen):
                        yield home
                        if home[1] in missing:
                            missing.remove(home[1])

    def _named(
        self, targets: Iterable[Target], name: str, hops: int, seen: set[tuple[Path, str]]
    ) -> Iterator[tuple[Target, str]]:
        for each in targets:
            if not each.names or name in each.names:
                yield from self._homes(each, (name,), hops, seen)

    def _symbols(self, target: Target) -> Symbols | None:
        path = self.shown_path(target)
        if target.library is None:
            for other in self.resolved.others:
                if other.path == path:
                    return symbols(other.code)
        if not is_known(target.path):
            try:
                self._bytes += target.path.stat().st_size
            except OSError:
                return None
            if self._bytes > MAX_NEW_BYTES or self.disk.is_over():
                return None  # the next question finds more of them known
        roots = self.resolved.query.workspace_roots
        language = self.language(target)
        read = symbols_of_file(target.path, roots, self.resolved.disk, target.library, language)
        if isinstance(read, Symbols):
            return read
        self.left_out.append(LeftOut(path, self.source, read.reason))
        return None

    def _own_symbols(self, target: Target | None) -> Symbols | None:
        if target is not None:
            return self.symbols(target)
        return Symbols(imports=self.resolved.imports)

    def _where(self, of: Target | None) -> Where | None:
        if of is not None:
            root = of.library or self.resolved.root
            return Where(of.path, root, self.wanted, self.disk) if root else None
        if self.resolved.file is None or self.resolved.root is None:
            return None
        return Where(self.resolved.file, self.resolved.root, self.wanted, self.disk)


def _in_library(target: Target, of: Target) -> Target:
    """What an installed package imports is installed, too."""
    if target.library is not None or of.library is None:
        return target
    return Target(target.path, target.names, of.library)


def _default_of(read: Symbols) -> str | None:
    """The name of what a script exports by default, if its head says so."""
    return next((each.name for each in read.definitions if "export default" in each.signature), None)
