"""The input of a real VS Code's chat: one types without a click, nothing is lost, and it says what goes along."""

from typing import Any

import pytest

from tests.editors.test_vscode_chat import turns
from tests.editors.vscode import VSCode
from tests.editors.vscode_scripted import Scripted

FILE = "def first():\n    return 1\n\n\ndef second():\n    return 2\n"


@pytest.fixture
def editor(vscode_scripted: Scripted) -> VSCode:
    """A file is open, the cursor in its first function."""
    vscode_scripted.answers(answer="An answer.")
    vscode_scripted.open("asked.py", FILE)
    vscode_scripted.editor.press("Control+Home")
    return vscode_scripted.editor


def typed(editor: VSCode) -> str:
    return str(editor.chat("return await chat.locator('#question').inputValue()"))


def until_focus(editor: VSCode) -> None:
    is_there = "(each) => each === document.activeElement && document.hasFocus()"
    seen = f"return await chat.locator('#question').evaluate({is_there})"
    editor.until(lambda: editor.chat(seen), "the cursor in the input")


def ask(editor: VSCode, question: str) -> None:
    """As somebody does who only types."""
    until_focus(editor)
    before = turns(editor)
    editor.write(question)
    editor.until(lambda: typed(editor) == question, "the question in the input")
    editor.press("Enter")
    editor.until(lambda: turns(editor) == before + 1, "the question")
    editor.until(lambda: editor.chat("return await chat.locator('#send').isVisible()"), "the end of the answer")


def last(session: Scripted) -> dict[str, Any]:
    found: dict[str, Any] = session.said("hearth/chat")[-1]["params"]
    return found


def test_one_opens_the_chat_types_and_asks_again_without_a_click(editor: VSCode) -> None:
    editor.command("Hearth: New chat")
    ask(editor, "What is first?")
    ask(editor, "And then?")
    editor.press("Control+Shift+e")
    editor.press("Control+k", "h")
    ask(editor, "And now?")
    editor.save("chat-typed")
    editor.command("Hearth: New chat")
    editor.until(lambda: turns(editor) == 0, "an empty chat")
    ask(editor, "What else?")


def test_the_whole_file_goes_along_or_the_selection_or_nothing(editor: VSCode, vscode_scripted: Scripted) -> None:
    session = vscode_scripted
    editor.command("Hearth: New chat")
    about = "return await chat.locator('#about').textContent()"
    editor.until(lambda: editor.chat(about) == "asked.py ×", "the file")
    ask(editor, "What is it?")
    assert last(session)["textDocument"]["uri"].endswith("/asked.py") and "range" not in last(session)
    editor.open("asked.py")
    editor.press("Control+Home", "Shift+ArrowDown", "Shift+End")
    editor.press("Control+k", "h")
    editor.until(lambda: editor.chat(about) == "asked.py:1–2 ×", "the selection")
    ask(editor, "What is this?")
    assert last(session)["range"]["end"]["line"] == 1
    editor.chat("await chat.locator('#about').click()")
    editor.until(lambda: editor.chat(about) == "+ asked.py:1–2", "that it is left out")
    editor.save("chat-left-out")
    ask(editor, "What is a monad?")
    assert "textDocument" not in last(session)
    editor.chat("await chat.locator('#about').click()")
    editor.until(lambda: editor.chat(about) == "asked.py:1–2 ×", "that it goes along")


def test_what_was_typed_is_there_after_another_view_and_in_a_new_chat(editor: VSCode) -> None:
    editor.press("Control+k", "h")
    until_focus(editor)
    editor.write("Half a ques")
    editor.press("Control+Shift+e")
    editor.until(lambda: "asked.py" in editor.text(".explorer-viewlet .monaco-list-row"), "the explorer")
    editor.press("Control+k", "h")
    until_focus(editor)
    editor.until(lambda: typed(editor) == "Half a ques", "the beginning")
    editor.write("tion")
    editor.command("Hearth: New chat")
    until_focus(editor)
    assert typed(editor) == "Half a question"
    editor.press("Control+a", "Delete")
    editor.until(lambda: typed(editor) == "", "an empty input")


def test_a_new_window_goes_on_with_the_conversation_and_the_draft(
    editor: VSCode, vscode_scripted: Scripted
) -> None:
    session = vscode_scripted
    editor.command("Hearth: New chat")
    ask(editor, "What is first?")
    conversation = last(session)["conversation"]
    editor.write("A draft")
    editor.until(lambda: typed(editor) == "A draft", "the draft")
    before = len(session.said("initialized"))
    editor.run("await page.waitForTimeout(1000); await page.reload()")
    editor.until(lambda: len(session.said("initialized")) > before, "the new window's server")
    editor.press("Control+k", "h")
    until_focus(editor)
    editor.until(lambda: turns(editor) == 1, "the conversation")
    assert "An answer." in editor.answer() and typed(editor) == "A draft"
    editor.save("chat-restored")
    editor.press("Control+a", "Delete")
    ask(editor, "And then?")
    assert last(session)["conversation"] == conversation and turns(editor) == 2


def test_a_question_that_got_no_answer_stands_in_the_input_again(
    editor: VSCode, vscode_scripted: Scripted
) -> None:
    vscode_scripted.start('[completion]\nbackend = "scripted"\nmodel = "5:x"\n[chat]\nbackend = "nonsense"\n')
    editor.command("Hearth: New chat")
    ask(editor, "Is anybody there?")
    editor.until(lambda: typed(editor) == "Is anybody there?", "the question")
    editor.press("Control+a", "Delete")
