"""Who may import whom, read from the source."""

import ast
from pathlib import Path

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
    "engine.typed",
}
# What the modules of a folder may import of the engine, besides their own folder and BASE.
ALLOWED = {
    "engine/host": {"engine.fim", "engine.stop", "engine.models"},
    "engine/models": set(),
    "engine/llama_wheel": set(),
    "engine/languages": set(),
    "engine/context": {"engine.languages", "engine.stop", "engine.stopping"},
    "engine/stopping": {"engine.stop", "engine.languages"},
    "engine/rewriting": {"engine.context", "engine.languages", "engine.markdown"},
    "engine/backends": {
        "engine.stop",
        "engine.fim",
        "engine.reasoning",
        "engine.prose",
        "engine.host",
        "engine.models",
    },
}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from engine import stop` imports the module engine.stop.
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def test_the_engine_knows_nothing_of_the_protocol_or_the_server() -> None:
    offenders = {
        (str(path.relative_to(ROOT)), name)
        for path in modules("engine")
        for name in imports(path)
        if name.split(".")[0] in PROTOCOL | {"lsp_server"}
    }
    assert offenders == set()


def test_the_folders_of_the_engine_import_only_downwards() -> None:
    offenders = set()
    for folder, allowed in ALLOWED.items():
        own = folder.replace("/", ".")
        permitted = BASE | allowed | {own}
        for path in modules(folder):
            for name in imports(path):
                if name.startswith("engine.") and not any(
                    name == each or name.startswith(f"{each}.") for each in permitted
                ):
                    offenders.add((str(path.relative_to(ROOT)), name))
    assert offenders == set()


def test_requests_to_a_model_are_made_in_one_place() -> None:
    """There secrets are hidden. The others make theirs of such a request, or of words of their own."""
    makers = {
        str(path.relative_to(ROOT))
        for folder in ("engine", "lsp_server")
        for path in modules(folder)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("CompletionRequest", "ChatRequest")
    }
    assert makers == {"engine/screen.py", "engine/backends/chat_infill.py", "engine/host/selftest.py"}


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
    ("engine/ledger/records.py", "open"): "writes behind the end of its own file",
    ("engine/ledger/records.py", "fdopen"): "writes behind the end of its own file",
    ("engine/llama_wheel/build.py", "read_text"): "runs before anything is installed, on the project's own files",
    ("engine/logs.py", "_open"): "writes: the log",
    ("engine/models/catalog.py", "read_text"): "a file of this package, wherever that lies",
    ("engine/models/sources/hub.py", "open"): "writes: a download",
    ("engine/models/sources/wheels.py", "open"): "writes a download; a member of an archive that pip has checked",
    ("lsp_server/healing.py", "open"): "no file: a document of the editor",
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
        if isinstance(node, ast.ImportFrom) and node.module == "engine.files"
        for alias in node.names
    }
