"""Who may speak to a client or print, read from the source: `lsp_server/words`, and nothing else."""

import ast
import re
from pathlib import Path

import pytest

from hearth.lsp_server.words import screen
from tests.test_layers import ROOT, modules

# The names that are called to speak to a client or to a terminal.
CALLED = {
    *("window_show_message", "window_show_message_request", "window_show_message_request_async"),
    *("window_log_message", "show_message", "show_message_log", "log_message", "log_trace", "telemetry_event"),
    *("window_show_document", "window_show_document_async", "text_document_publish_diagnostics"),
    *("workspace_apply_edit", "workspace_apply_edit_async", "progress", "notify"),
    *("ShowMessageParams", "ShowMessageRequestParams", "LogMessageParams", "MessageActionItem", "MarkedString"),
    *("ApplyWorkspaceEditParams", "ShowDocumentParams", "ProgressParams", "PublishDiagnosticsParams"),
    *("WorkDoneProgressBegin", "WorkDoneProgressReport", "WorkDoneProgressEnd"),
    *("ChangeAnnotation", "Hover", "Diagnostic"),
    *("print", "Console", "Markdown", "echo", "secho", "from_markup", "from_ansi"),
}
# And those that are looked up, whatever is done with them then.
LOOKED_UP = {"work_done_progress", "stdout", "stderr", "__stdout__", "__stderr__"}
# In the engine these are threads that wait, a callback of llama.cpp, and the pipes of programs that it starts.
IN_THE_ENGINE = {"notify", "progress", "stdout", "stderr"}
PRINTING = ("screen.out.print", "screen.errors.print")
SHOWING = re.compile(r"\b_?client\.show_message")  # what a `Client` of the words says
# These carry words to a client in one of their arguments, which `hearth.lsp_server.words.text` makes.
WORDED = {"CodeAction": "title", "CodeActionDisabled": "reason", "MarkupContent": "value"}
SPEAKERS = ROOT / "lsp_server" / "words"

EDITORS = ROOT / "editors"
VSCODE = sorted((EDITORS / "vscode" / "src").rglob("*.ts"))
NEOVIM = sorted((EDITORS / "nvim").rglob("*.lua"))


def silent_modules(folder: str) -> list[Path]:
    """All but the words themselves, and the tool that compiles llama.cpp for `make setup`."""
    return [path for path in modules(folder) if path.parent not in (SPEAKERS, ROOT / "engine" / "llama_wheel")]


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    found = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    return [(getattr(node.func, "attr", getattr(node.func, "id", "")), node) for node in found]


def spoken(path: Path) -> set[str]:
    """What a module speaks by."""
    said = [(name, ast.unparse(call.func)) for name, call in calls(path)]
    called = {name for name, how in said if how not in PRINTING and not SHOWING.search(how)}
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    looked_up = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    imported = {each.name for node in nodes if isinstance(node, ast.ImportFrom) for each in node.names}
    return (called & CALLED) | (looked_up & LOOKED_UP) | (imported & {"Console", "Markdown", "echo", "secho"})


def test_only_the_words_speak_to_a_client_or_a_terminal() -> None:
    found = {path.name: names for path in silent_modules("lsp_server") if (names := spoken(path))}
    # The protocol's own way, and what a client says of its bars.
    assert found == {"stdio.py": {"stdout"}, "capabilities.py": {"work_done_progress"}}
    assert [path.name for path in silent_modules("engine") if spoken(path) - IN_THE_ENGINE] == []


def test_the_words_do_speak_so_that_this_looks_at_the_right_names() -> None:
    found = {name for path in modules("lsp_server/words") for name in spoken(path)}
    assert {"window_show_message", "notify", "work_done_progress", "Console", "stdout", "stderr"} <= found


def test_what_is_named_to_a_client_is_named_by_the_words() -> None:
    found = []
    for path in silent_modules("lsp_server"):
        for name, call in calls(path):
            if name in WORDED:
                values = [each.value for each in call.keywords if each.arg == WORDED[name]] or call.args[-1:]
                made_by = [ast.unparse(each.func).split(".")[0] for each in values if isinstance(each, ast.Call)]
                found.append((path.name, call.lineno, made_by))
    assert len(found) >= 3
    assert [each for each in found if each[2] not in (["text"], ["words"])] == []


def test_no_program_ends_with_words_of_its_own() -> None:
    """`sys.exit("words")` prints them."""
    assert [
        (path.name, call.lineno)
        for path in silent_modules("lsp_server") + silent_modules("engine")
        for name, call in calls(path)
        if name in ("exit", "SystemExit") and call.args and "'" in ast.unparse(call.args[0])
    ] == []


def test_nothing_that_is_printed_is_read_as_markup() -> None:
    assert all(console._markup is False and console._emoji is False for console in (screen.out, screen.errors))
    for path in modules("lsp_server"):
        for name, call in calls(path):
            given = {each.arg: ast.unparse(each.value) for each in call.keywords}
            assert given.get("markup") != "True", (path.name, call.lineno)
            assert name != "TextColumn" or given.get("markup") == "False", (path.name, call.lineno)


@pytest.mark.parametrize(
    ("files", "speaking", "speaker"),
    [
        (VSCODE, r"\bshow(Information|Warning|Error)Message\b|\bwithProgress\(", "words.ts"),
        (
            NEOVIM,
            r"\bvim\.notify(_once)?\b|\bnvim_echo\b|\bnvim_err_write|\bprint\(|\becho(m|msg|err)?\b\s",
            "words.lua",
        ),
    ],
    ids=["vscode", "neovim"],
)
def test_only_one_file_of_a_client_shows_messages(files: list[Path], speaking: str, speaker: str) -> None:
    found = {path.name for path in files if re.search(speaking, path.read_text("utf-8"))}
    assert found == {speaker}
