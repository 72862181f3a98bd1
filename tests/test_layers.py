"""Who may import whom, read from the source."""

import ast
from collections.abc import Collection
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROTOCOL = {"pygls", "lsprotocol"}
BASE = {
    "engine.characters",
    "engine.aside",
    "engine.types",
    "engine.settings",
    "engine.errors",
    "engine.paths",
    "engine.state",
    "engine.files",
    "engine.secrets",
    "engine.logs",
    "engine.msgspec_types",
    "engine.text",
    "engine.trust",
}


# What each other room of the engine may import, besides itself and BASE. A room is a module or a folder.
ALLOWED = {
    "engine.markdown": set(),
    "engine.llama_wheel": set(),
    "engine.languages": set(),
    "engine.machine": set(),
    "engine.models": {"engine.machine"},
    "engine.reasoning": set(),
    "engine.screen": set(),
    "engine.stats": set(),
    "engine.prose": {"engine.languages"},
    "engine.fim": {"engine.languages"},
    "engine.raw_fim": {"engine.fim", "engine.languages"},
    "engine.stopping": {"engine.languages"},
    "engine.context": {"engine.languages"},
    "engine.host": {"engine.fim", "engine.stopping", "engine.models", "engine.machine"},
    "engine.backends": {
        *("engine.stopping", "engine.fim", "engine.reasoning", "engine.prose"),
        *("engine.host", "engine.models"),
    },
    "engine.completion": {
        *("engine.backends", "engine.context", "engine.languages", "engine.screen", "engine.stopping"),
    },
    "engine.code_actions": {
        *("engine.backends", "engine.context", "engine.languages", "engine.screen", "engine.markdown"),
    },
    "engine.index": {"engine.context", "engine.languages"},
    "engine.chat": {
        *("engine.backends", "engine.context", "engine.index", "engine.languages"),
        *("engine.screen", "engine.markdown"),
    },
    "engine.commit": {"engine.backends", "engine.screen", "engine.markdown"},
    "engine.next_edit": {
        *("engine.context", "engine.languages", "engine.code_actions", "engine.index"),
        *("engine.backends", "engine.completion", "engine.screen", "engine.stopping"),  # to ask a model
    },
    "engine.library": {
        "engine.backends",
        "engine.completion",
        "engine.context",
        "engine.languages",
        "engine.screen",
    },
}


def imports(path: Path) -> set[str]:
    """What a file imports; the project's own modules without the `hearth.` in front of them."""
    return {name.removeprefix("hearth.") for name in _imported(path)}


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from hearth.engine import fim` imports the module engine.fim.
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def is_in(name: str, rooms: set[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def test_the_engine_knows_nothing_of_the_protocol_or_the_server() -> None:
    offenders = {
        (str(path.relative_to(ROOT)), name)
        for path in modules("engine")
        for name in imports(path)
        if name.split(".")[0] in PROTOCOL | {"lsp_server"}
    }
    assert offenders == set()


def test_the_folders_are_imported_by_names_that_no_other_project_has() -> None:
    offenders = {
        (str(path.relative_to(ROOT)), name)
        for folder in ("engine", "lsp_server", "tests")
        for path in modules(folder)
        for name in _imported(path)
        if name.split(".")[0] in ("engine", "lsp_server")
    }
    assert offenders == set()


def test_every_room_of_the_engine_imports_only_what_is_below_it() -> None:
    offenders = set()
    for path in modules("engine"):
        own = name_of(path)
        room = ".".join(own.split(".")[:2])
        permitted = BASE | ({room} | ALLOWED[room] if room not in BASE | {"engine"} else set())
        names = {name for name in imports(path) if name.startswith("engine.")}
        offenders |= {(own, name) for name in names if not is_in(name, permitted)}
    assert offenders == set()


@pytest.mark.parametrize("folder", ["engine", "lsp_server"])
def test_no_modules_import_each_other_in_a_circle(folder: str) -> None:
    """Wherever in a module the import stands."""
    paths = {name_of(path): path for path in modules(folder)}
    left = {own: imported_modules(path, paths.keys()) - {own} for own, path in paths.items()}
    while free := {own for own, names in left.items() if not names & left.keys()}:
        left = {own: names for own, names in left.items() if own not in free}
    assert {own: names & left.keys() for own, names in left.items()} == {}


def imported_modules(path: Path, known: Collection[str]) -> set[str]:
    """Those of a file that are among the known ones; `from hearth.engine import fim` imports engine.fim alone."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("hearth.") for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            package = node.module.removeprefix("hearth.")
            names = {f"{package}.{alias.name}" for alias in node.names}
            found |= {name if name in known else package for name in names}
    return found & set(known)


REQUESTS = ("CompletionRequest", "ChatRequest", "RewriteRequest", "AnyRequest", "GenerationRequest")


def test_requests_to_a_model_are_made_in_one_place() -> None:
    """There secrets are hidden. The others make theirs of such a request, or of words of their own."""
    makers = {
        str(path.relative_to(ROOT))
        for folder in ("engine", "lsp_server")
        for path in modules(folder)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in REQUESTS
    }
    assert makers == {"engine/screen.py", "engine/backends/shared/chat_infill.py", "engine/host/selftest.py"}


def test_features_do_not_import_each_other() -> None:
    features = {path.stem for path in modules("lsp_server/features")} - {"__init__"}
    offenders = {
        (path.name, name)
        for path in modules("lsp_server/features")
        for name in imports(path)
        if name.startswith("lsp_server.features.") and name.split(".")[2] in features
    }
    assert offenders == set()


# Who may open a file himself, or read one by a method of its path, and why.
OPENS = {
    ("engine/host/crashes.py", "open"): "writes: the descriptor that a crash is told on",
    ("engine/context/crashed.py", "open"): "the note of what is being parsed, which is this process's own",
    ("engine/context/crashed.py", "mmap"): "the same, mapped, so that it outlives a crash",
    ("engine/host/crashes.py", "fdopen"): "writes: the file that a crash is told in",
    ("engine/host/native.py", "_open"): "no file: a context of llama.cpp",
    ("engine/host/starter.py", "open"): "writes: the host's stderr",
    ("engine/stats/records.py", "open"): "writes behind the end of its own file",
    ("engine/stats/records.py", "fdopen"): "writes behind the end of its own file",
    ("engine/llama_wheel/build.py", "read_text"): "runs before anything is installed, on the project's own files",
    ("engine/llama_wheel/build.py", "read_bytes"): "a wheel that was built or carried here, for its digest",
    (
        "engine/llama_wheel/carried.py",
        "read_text",
    ): "runs before anything is installed, on the project's own files",
    ("engine/llama_wheel/portable.py", "open"): "an archive that pip has checked, for who builds a wheel",
    ("engine/llama_wheel/portable.py", "read_text"): "the project's own lock, for who builds a wheel",
    ("engine/llama_wheel/portable.py", "read_bytes"): "what was compiled just now",
    ("engine/llama_wheel/existing.py", "open"): "an archive that pip has checked, before anything is installed",
    ("engine/llama_wheel/existing.py", "read_text"): "what pip has noted of a package",
    ("engine/logs.py", "_open"): "writes: the log",
    ("engine/models/catalog.py", "read_text"): "a file of this package, wherever that lies",
    ("engine/models/sources/hub.py", "open"): "writes: a download",
    ("engine/models/sources/wheels.py", "open"): "writes a download; a member of an archive that pip has checked",
    ("lsp_server/documents.py", "open"): "no file: a document of the editor",
    ("lsp_server/features/text_document_did_open.py", "open"): "no file: a document of the editor",
}
READERS = {"open", "_open", "fdopen", "open_code", "read_text", "read_bytes", "FileIO", "mmap"}


def test_every_file_is_read_by_one_module() -> None:
    found: set[tuple[str, str]] = set()
    for path in {*modules("engine"), *modules("lsp_server")} - {ROOT / "engine" / "files.py"}:
        here = str(path.relative_to(ROOT))
        own = {"read_text", "read_bytes"} & imported_from_files(path)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in READERS - own:
                found.add((here, node.func.id))
            elif isinstance(node.func, ast.Attribute) and node.func.attr in READERS:
                of_ours = isinstance(node.func.value, ast.Name) and node.func.value.id == "files"
                found |= set() if of_ours else {(here, node.func.attr)}
    assert found == set(OPENS)


def imported_from_files(path: Path) -> set[str]:
    return {
        alias.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "hearth.engine.files"
        for alias in node.names
    }
