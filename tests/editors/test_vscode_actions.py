"""Code actions, the menu and the walkthrough of a real VS Code, with scripted answers."""

from collections.abc import Callable

import pytest

from tests.editors.vscode import VSCode
from tests.editors.vscode_scripted import Scripted

WRONG = "def add(a, b):\n    return a - b\n"
FIXED = "```python\\ndef add(a, b):\\n    return a + b\\n```"


def fix(session: Scripted, name: str) -> VSCode:
    """Open the wrong function and have it mended, up to the question whether to apply that."""
    editor = session.editor
    session.answers(answer=FIXED)
    session.open(name, WRONG)
    editor.press("Control+Home")
    editor.take_action("Find and fix the bug in add")
    editor.until(lambda: f"{name}: Find and fix" in editor.text(".tab.active"), "the diff")
    editor.until(lambda: "Apply it" in editor.notes(), "the question")
    assert (editor.folder / name).read_text() == WRONG
    return editor


def by_message(verdict: str) -> Callable[[VSCode], None]:
    return lambda editor: editor.press_button(verdict)


def by_title(verdict: str) -> Callable[[VSCode], None]:
    button = f".editor-actions .action-label[aria-label^={verdict}]"
    return lambda editor: editor.run(f"await page.locator({button!r}).first().click()")


def by_closing(editor: VSCode) -> None:
    editor.command("View: Close Editor")


@pytest.mark.parametrize(
    ("decide", "after"),
    [(by_message("Apply"), "a + b"), (by_title("Discard"), "a - b"), (by_closing, "a - b")],
    ids=["applied", "discarded", "closed"],
)
def test_an_edit_that_may_change_what_the_program_does_is_shown_before_it_is_made(
    vscode_scripted: Scripted, decide: Callable[[VSCode], None], after: str, request: pytest.FixtureRequest
) -> None:
    name = f"{request.node.callspec.id}.py"
    editor = fix(vscode_scripted, name)
    editor.save(f"code-action-{request.node.callspec.id}")
    decide(editor)
    editor.until(lambda: "Find and fix" not in editor.text(".tab"), "the end of the diff")
    editor.until(lambda: after in editor.text(".view-lines"), "the function")
    editor.until_focus()


def test_a_docstring_is_written_at_once(vscode_scripted: Scripted) -> None:
    editor = vscode_scripted.editor
    vscode_scripted.answers(answer="Adds two numbers.")
    vscode_scripted.open("documented.py", WRONG)
    editor.press("Control+Home")
    editor.take_action("Document add")
    editor.until(lambda: '"""Adds two numbers."""' in editor.text(".view-lines"), "the docstring")


def test_the_menu_switches_a_language_off_and_on(vscode_scripted: Scripted) -> None:
    editor = vscode_scripted.editor
    vscode_scripted.answers(ghost="hello(world)")
    vscode_scripted.open("language.py", "")
    told = len(vscode_scripted.said("workspace/didChangeConfiguration"))
    for done in ("turn off", "turn on"):
        told += 1
        editor.open_menu()
        editor.choose(f"Completions for python: {done}")
        vscode_scripted.until_said("workspace/didChangeConfiguration", told)
        editor.until_focus()
        asked = len(vscode_scripted.said("textDocument/inlineCompletion"))
        editor.write("x = ")
        vscode_scripted.until_said("textDocument/inlineCompletion", asked + 1)
        if done == "turn off":
            answers = editor.until(lambda: vscode_scripted.answered("textDocument/inlineCompletion"), "an answer")
            assert not any(answer["items"] for answer in answers if answer)
    editor.until(editor.ghost, "ghost text again")


def test_the_doctor_is_called_from_the_menu(vscode_scripted: Scripted) -> None:
    editor = vscode_scripted.editor
    editor.open_menu()
    editor.choose("Doctor")
    editor.until(lambda: "doctor.txt" in editor.text(".tab.active"), "the report")
    editor.until(lambda: "llama.cpp" in editor.text(".view-lines"), "the report")
    editor.save("doctor")


def test_the_walkthrough_knows_that_the_server_runs(vscode_scripted: Scripted) -> None:
    editor = vscode_scripted.editor
    editor.command("Welcome: Open Walkthrough...")
    editor.choose("Get started with Hearth")
    editor.until(lambda: "Choose a model" in editor.text(".getting-started-step"), "the steps")
    editor.until(
        lambda: editor.run("return await page.locator('.getting-started-step .complete').count()") > 0, "a tick"
    )
    editor.save("walkthrough")
    assert "`" not in editor.text(".getting-started-step"), "code is marked with two backticks there"
    editor.close_tab()  # that page takes the focus again and again
