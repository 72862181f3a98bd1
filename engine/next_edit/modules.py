"""How one file would import something from another: the statement, where there is one way to write it."""

import os
import re
from pathlib import Path, PurePath

from hearth.engine.code_actions.new_imports import imports_of
from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.context.imports import Lookup
from hearth.engine.context.symbols import symbols
from hearth.engine.next_edit.reach import is_of
from hearth.engine.next_edit.situation import File

_SCRIPT = ("javascript", "typescript", "tsx")
_RELATIVE = re.compile(r"from\s{1,4}+(\.|['\"]\.)|(super|self)::")
_EXPORT = re.compile(r"^export\b", re.MULTILINE)
MAX_FOLDERS = 20  # around a file


def statement(importer: File, exporter: File, name: str, others: tuple[File, ...]) -> str | None:
    """The import of `name`, which `exporter` defines; None where nobody shows how to write it."""
    language = importer.code.language.name if importer.code.language else ""
    if importer.path is None or exporter.path is None:
        return None
    if language in _SCRIPT:
        path = _script_path(importer, exporter)
        is_common = any("require(" in text for text in _texts(importer)) and not _EXPORT.search(importer.code.text)
        return f'const {{ {name} }} = require("{path}");' if is_common else f'import {{ {name} }} from "{path}";'
    if language == "python":
        return f"from {_known(importer, exporter, others) or _python_module(importer, exporter)} import {name}"
    if language == "rust":
        return f"use {_known_rust(exporter, others) or _rust_module(exporter)}::{name};"
    return None


def is_relative(text: str) -> bool:
    """Whether an import says where another file lies as seen from its own."""
    return _RELATIVE.search(text) is not None


def may_copy(text: str, source: File, target: File) -> bool:
    """Whether an import of one file means the same in another."""
    return not is_relative(text) or source.folder == target.folder


def _known(importer: File, exporter: File, others: tuple[File, ...]) -> str | None:
    """The module as another file names it."""
    for each in (importer, *others):
        if each.uri == exporter.uri:
            continue
        for found in symbols(each.code).imports:
            if found.names and is_of(found.module, exporter) and _is_copied(found.module, each, importer):
                return found.module
    return None


def _is_copied(module: str, source: File, target: File) -> bool:
    return not module.startswith(".") or source.folder == target.folder


def _python_module(importer: File, exporter: File) -> str:
    path = Path(exporter.path or "")
    parts = [path.stem] if path.stem != "__init__" else []
    folder, disk = path.parent, Lookup()
    for _ in range(MAX_FOLDERS):
        if not disk.is_file(folder / "__init__.py"):
            break
        parts.insert(0, folder.name)
        folder = folder.parent
    same = importer.folder == exporter.folder
    is_used = any(found.module.startswith(".") for found in symbols(importer.code).imports)
    return f".{path.stem}" if same and is_used else ".".join(parts)


def _texts(file: File) -> list[str]:
    return [text_of(file.code, node) for node in imports_of(file.code)]


def _script_path(importer: File, exporter: File) -> str:
    source, target = PurePath(importer.path or ""), PurePath(exporter.path or "")
    path = os.path.relpath(target.with_suffix(""), source.parent).replace(os.sep, "/")
    path = path.removesuffix("/index")
    known = [found.module for found in symbols(importer.code).imports if found.module.startswith(".")]
    ending = ".js" if known and all(module.endswith(".js") for module in known) else ""
    return f"{path if path.startswith('.') else './' + path}{ending}"


def _known_rust(exporter: File, others: tuple[File, ...]) -> str | None:
    for each in others:
        for found in symbols(each.code).imports:
            module = found.module.split("{")[0].rstrip(":")
            if found.module.startswith("crate::") and is_of(module, exporter):
                return module
    return None


def _rust_module(exporter: File) -> str:
    path = PurePath(exporter.path or "")
    parts = list(path.with_suffix("").parts)
    inside = parts[len(parts) - parts[::-1].index("src") :] if "src" in parts else parts[-1:]
    if inside and inside[-1] in ("mod", "lib", "main"):
        inside = inside[:-1]
    return "::".join(["crate", *inside])
