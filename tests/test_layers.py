"""Who may import whom, read from the source."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROTOCOL = {"pygls", "lsprotocol"}
BASE = {
    "engine.characters",
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
