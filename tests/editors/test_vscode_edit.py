"""Code is changed as the user says, in a real VS Code with scripted answers: the box, the diff, Retry, Cancel."""

from typing import Any

import pytest

from tests.editors.vscode import VSCode
from tests.editors.vscode_scripted import Scripted

WRONG = "def add(a, b):\n    return a - b\n"
FIXED = "```python\\ndef add(a, b):\\n    return a + b\\n```"
SLOW = '[completion]\nbackend = "scripted"\nmodel = "5:x"\n[chat]\nbackend = "scripted"\nmodel = "3000:a|b|c|d"\n'


def box(editor: VSCode) -> str:
    """What stands in the box, once it is there."""
    seen = "return await page.locator('.quick-input-widget').isVisible()"  # a hidden one keeps its words
    editor.until(lambda: editor.run(seen) and "Hearth: edit" in editor.text(".quick-input-title"), "the box")
    return str(editor.run("return await page.locator('.quick-input-widget input').first().inputValue()"))


def told(session: Scripted) -> list[dict[str, Any]]:
    return [each["params"]["data"] for each in session.said("codeAction/resolve")]


def until_proposed(editor: VSCode, name: str, instruction: str) -> None:
    editor.until(lambda: f"{name}: {instruction}" in editor.text(".tab.active"), "the diff")
    editor.until(lambda: f"Apply it to {name}?" in editor.notes(), "the question")


def test_code_is_changed_as_told_and_a_retry_begins_with_the_old_words(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(answer=FIXED)
    session.open("told.py", WRONG)
    editor.press("Control+Home", "Control+k", "g")
    assert box(editor) == ""
    editor.write("add them")
    editor.press("Enter")
    until_proposed(editor, "told.py", "add them")
    editor.save("edit")
    editor.press_button("Retry")
    assert box(editor) == "add them"
    editor.write(", please")
    editor.save("edit-retry")
    editor.press("Enter")
    until_proposed(editor, "told.py", "add them, please")
    assert (editor.folder / "told.py").read_text() == WRONG
    editor.press("Control+Enter")
    editor.until(lambda: "add them" not in editor.text(".tab"), "the end of the diff")
    editor.until(lambda: "a + b" in editor.text(".view-lines"), "the changed code")
    assert [each["instruction"] for each in told(session)[-2:]] == ["add them", "add them, please"]
    assert told(session)[-1]["action"] == "instruct"


def test_earlier_instructions_are_listed_and_taken_with_a_key(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(answer=FIXED)
    session.open("again.py", WRONG)
    editor.press("Control+Home")
    for instruction in ("first wish", "second wish"):
        editor.command("Hearth: Edit")
        box(editor)
        editor.write(instruction)
        editor.press("Enter")
        until_proposed(editor, "again.py", instruction)
        editor.press_button("Discard")
        editor.until(lambda: "wish" not in editor.text(".tab"), "the end of the diff")
    editor.command("Hearth: Edit")
    box(editor)
    editor.until(lambda: "second wish" in editor.text(".quick-input-list"), "what was said before")
    editor.save("edit-history")
    editor.press("ArrowDown", "Enter")
    until_proposed(editor, "again.py", "first wish")
    editor.press_button("Discard")
    editor.until(lambda: "wish" not in editor.text(".tab"), "the end of the diff")


def test_what_takes_too_long_is_cancelled_and_the_words_are_not_lost(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.start(SLOW)
    session.open("slow.py", WRONG)
    editor.press("Control+Home", "Control+k", "g")
    box(editor)
    editor.write("do it slowly")
    editor.press("Enter")
    editor.until(lambda: "Change add as told" in editor.notes(), "the progress")
    editor.press_button("Cancel")
    editor.until(lambda: "nothing was changed for “do it slowly”" in editor.notes(), "what became of it")
    assert not session.is_waiting("codeAction/resolve")
    editor.press_button("Retry")
    assert box(editor) == "do it slowly"
    editor.press("Escape")
    editor.until(lambda: not editor.run("return await page.locator('.quick-input-widget').isVisible()"), "no box")


def test_the_lightbulb_and_the_editor_s_menu_lead_to_it_and_name_hearth(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(answer=FIXED)
    session.open("menus.py", WRONG)
    editor.press("Control+Home")
    editor.take_action("Hearth: Edit…")
    assert box(editor) == ""
    editor.press("Escape")
    editor.run("await page.locator('.editor-group-container.active .view-line >> nth=0').click({button: 'right'})")
    entry = "page.locator('.monaco-menu .action-item', {hasText: 'Hearth'}).first()"
    editor.run(f"await {entry}.hover(); await {entry}.click()")
    names = ("Edit…", "Fix", "Document", "Add types", "Simplify", "Write tests", "Explain", "Ask about this")
    editor.until(
        lambda: all(name in editor.text(".monaco-submenu .action-label") for name in names), "the submenu"
    )
    editor.save("context-menu")
    editor.run("await page.locator('.monaco-submenu .action-item', {hasText: 'Edit…'}).first().click()")
    assert box(editor) == ""
    editor.press("Escape")


@pytest.mark.parametrize(
    ("command", "answer", "shown"),
    [
        ("Document", "Adds two numbers.", '"""Adds two numbers."""'),
        ("Fix", FIXED, "return a + b"),
        ("Add types", "```python\\ndef add(a: int, b: int) -> int:\\n    return a - b\\n```", "a: int"),
    ],
)
def test_an_action_has_a_command(vscode_scripted: Scripted, command: str, answer: str, shown: str) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    name = f"{command.lower().replace(' ', '-')}.py"
    session.answers(answer=answer)
    session.open(name, WRONG)
    editor.press("Control+Home")
    editor.command(f"Hearth: {command}")
    if command == "Fix":  # it may change what the program does
        editor.until(lambda: f"Apply it to {name}?" in editor.notes(), "the question")
        editor.press_button("Apply")
    editor.until(lambda: shown in editor.text(".view-lines"), "the edit")


def test_where_an_action_makes_no_sense_a_message_says_so(vscode_scripted: Scripted) -> None:
    editor = vscode_scripted.editor
    vscode_scripted.answers()
    vscode_scripted.open("plain.py", "x = 1\n")
    editor.command("Hearth: Simplify")
    editor.until(lambda: "no function here that could be simpler" in editor.notes(), "the message")


def test_a_file_of_tests_is_shown_once_it_is_written(vscode_scripted: Scripted) -> None:
    editor = vscode_scripted.editor
    vscode_scripted.answers(answer="```python\\ndef test_add():\\n    assert add(1, 2) == 3\\n```")
    vscode_scripted.open("tested.py", "def add(a, b):\n    return a + b\n")
    editor.press("Control+Home")
    editor.command("Hearth: Write tests")
    editor.until(lambda: "test_tested.py" in editor.text(".tab"), "the file of tests")
    editor.until(lambda: "assert add(1, 2) == 3" in editor.text(".view-lines"), "its text")
    editor.close_tab()
