"""Which other open files speak of what a file defines, and what a function or class is called by."""

from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.next_edit.situation import File

_SAME_FOLDER = ("go", "java", "csharp")  # languages in which the files of one folder see each other's names
_INDEXES = ("__init__", "index", "mod", "lib")  # files that are named after their folder
_CONSTRUCTORS = ("__init__", "__new__", "__post_init__", "constructor")


def callee(code: ParsedText, start: int) -> str:
    """The name by which the function that begins at `start` is called; "" where it is not the only one of it.

    A constructor is called by the name of its class.
    """
    found = next((each for each in symbols(code).definitions if each.start == start), None)
    if found is None:
        return ""
    name = found.owner.rpartition(".")[2] if found.name in _CONSTRUCTORS else found.name
    same = [each for each in symbols(code).named([name]) if each.start != start]
    return name if all(is_holder(each, start) for each in same) else ""


def is_holder(definition: Definition, offset: int) -> bool:
    """Whether it is a class or the like around the offset."""
    return definition.kind in ("class", "type") and definition.start <= offset < definition.end


def class_at(code: ParsedText, offset: int) -> str:
    """The name of the innermost class or type around the offset."""
    found = [each for each in symbols(code).definitions if is_holder(each, offset)]
    return found[-1].name if found else ""


def brings_in(other: File, file: File, name: str) -> bool:
    """Whether a file uses what another one defines under that name."""
    if is_beside(file, other):
        return True
    return any(
        (name in each.names or _parts(each.module)[-1:] == [name]) and is_of(each.module, file, name)
        for each in symbols(other.code).imports
    )


def is_of(module: str, file: File, name: str = "") -> bool:
    """Whether the path of a module ends with the name of the file, or with that of its folder."""
    parts = [part for part in _parts(module) if part != name]
    stem = file.stem
    if stem in _INDEXES and file.folder is not None:
        stem = file.folder.name
    return bool(parts) and parts[-1] == stem


def is_beside(file: File, other: File) -> bool:
    language = file.code.language.name if file.code.language else ""
    return language in _SAME_FOLDER and file.folder is not None and file.folder == other.folder


def _parts(module: str) -> list[str]:
    path = module.strip("\"'<>")
    for ending in (".js", ".ts", ".tsx", ".jsx", ".mjs", ".h", ".hpp"):
        path = path.removesuffix(ending)
    path = path.split("{")[0].replace("::", "/")
    return [part for part in path.replace(".", "/").split("/") if part]
