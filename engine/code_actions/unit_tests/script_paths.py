"""How a test in JavaScript or TypeScript says where the tested file is."""

import json
import os
import re
from pathlib import Path

from hearth.engine.code_actions.unit_tests.project import Project, relative
from hearth.engine.context.imports.script import json_with_comments

_RELATIVE = re.compile(r"(?:from|require\(|import\()\s{0,8}+['\"](\.{1,2}/[^'\"\n]{1,300}+)['\"]")
_FROM = re.compile(r"from\s{1,8}+['\"]([^'\"\n.][^'\"\n]{0,300}+)['\"]")
_JS_OF = {".ts": ".js", ".tsx": ".js", ".mts": ".mjs", ".cts": ".cjs", ".jsx": ".js"}
_WRITTEN = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")


def place_of(project: Project, test: Path, texts: list[str], framework: str, require: bool, source: str) -> str:
    """What a test here imports the tested file as: in the way of the project's tests, else of the file."""
    if alias := _alias(project, texts):
        return alias
    path = os.path.relpath(project.file, test.parent).replace(os.sep, "/")
    path = path if path.startswith("../") else f"./{path}"
    ending = _ending(project, texts, framework, require, source)
    return path.removesuffix(project.file.suffix) + ending


def package_of(project: Project, path: Path) -> dict[str, object]:
    try:
        said = json.loads(project.text(path))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _ending(project: Project, texts: list[str], framework: str, require: bool, source: str) -> str:
    suffix = project.file.suffix
    for text in (*texts, source):
        paths = [path for path in _RELATIVE.findall(text) if not path.endswith((".json", ".css", ".svg"))]
        for path in paths:
            written = Path(path).suffix
            if written in _WRITTEN:
                return suffix if written == suffix or written.startswith(".ts") else _JS_OF.get(suffix, suffix)
        if paths and suffix not in (".mjs", ".cjs"):
            return ""
    if require:
        return suffix if suffix == ".cjs" else ""
    if framework == "node:test" or suffix in (".mjs", ".cjs"):
        return suffix  # nothing looks for an ending, and Node strips the types of a .ts
    if suffix in _JS_OF and _is_node_next(project):
        return _JS_OF[suffix]
    if framework == "mocha" and suffix == ".js":
        return suffix
    return _JS_OF[suffix] if suffix in (".mts", ".cts") else ""


def _is_node_next(project: Project) -> bool:
    options = _compiler_options(project)
    said = f"{options.get('moduleResolution') or ''} {options.get('module') or ''}".lower()
    return "nodenext" in said or "node16" in said or "node18" in said


def _alias(project: Project, texts: list[str]) -> str:
    """By a name that `tsconfig.json` gives to a folder, where the tests use it."""
    used = [name for text in texts for name in _FROM.findall(text)]
    config = project.nearest("tsconfig.json", "jsconfig.json")
    options = _compiler_options(project)
    paths = options.get("paths")
    if config is None or not used:
        return ""
    base = config.parent / str(options.get("baseUrl") or ".")
    for pattern, targets in paths.items() if isinstance(paths, dict) else ():
        prefix, target = (
            str(pattern).removesuffix("*"),
            targets[0] if isinstance(targets, list) and targets else "",
        )
        if not pattern.endswith("/*") or not isinstance(target, str) or not target.endswith("*"):
            continue
        if not any(name.startswith(prefix) for name in used):
            continue
        folder = Path(os.path.normpath(base / target.removesuffix("*")))
        if parts := relative(project.file, folder):
            return prefix + "/".join(parts).removesuffix(project.file.suffix)
    return ""


def _compiler_options(project: Project) -> dict[str, object]:
    config = project.nearest("tsconfig.json", "jsconfig.json")
    try:
        said = json_with_comments(project.text(config)) if config is not None else {}
    except (ValueError, RecursionError):
        return {}
    options = said.get("compilerOptions") if isinstance(said, dict) else None
    return options if isinstance(options, dict) else {}
