"""The chat of a real VS Code with scripted answers: what is done with code, reasoning and HTML in them."""

import pytest

from tests.editors.vscode import VSCode
from tests.editors.vscode_scripted import Scripted

AREA = "def area(width, height):\n    return width * height\n"
ANSWER = (
    "<think>|Let me| see.</think>|A <b>bold</b> <img src=x> idea:\\n\\n|```python\\n|def area(w, h):\\n"
    "    return w * h\\n|```\\n"
)


@pytest.fixture(scope="module")
def editor(vscode_scripted: Scripted) -> VSCode:
    """An explanation of `AREA`, all of it selected, stands in the chat."""
    editor = vscode_scripted.editor
    vscode_scripted.answers(answer=ANSWER)
    vscode_scripted.open("area.py", AREA)
    editor.press("Control+a")
    editor.command("Hearth: Explain")
    editor.until(lambda: editor.chat("return await chat.locator('.code.row').count()") == 1, "the answer")
    return editor


def turns(editor: VSCode) -> int:
    return int(editor.chat("return await chat.locator('.turn').count()"))


def test_reasoning_is_folded_and_html_of_the_model_is_text(editor: VSCode) -> None:
    assert editor.chat("return await chat.locator('.thinking').evaluate((each) => each.open)") is False
    assert "Let me see." in editor.chat("return await chat.locator('.thinking').textContent()")
    assert "<b>bold</b>" in editor.answer()
    assert editor.chat("return await chat.locator('.answer img, .answer b').count()") == 0


def test_code_is_applied_only_after_a_preview(editor: VSCode) -> None:
    editor.chat("await chat.getByText('Apply…').click()")
    editor.until(lambda: "from the chat" in editor.text(".tab.active"), "the diff")
    editor.until(lambda: "Apply it to area.py?" in editor.notes(), "the question")
    editor.save("preview")
    assert (editor.folder / "area.py").read_text() == AREA
    editor.press_button("Apply")
    editor.until(lambda: "from the chat" not in editor.text(".tab"), "the end of the diff")
    editor.until(lambda: "def area(w, h)" in editor.text(".view-lines"), "the applied code")


def test_code_is_inserted_at_the_cursor(editor: VSCode) -> None:
    editor.press("Control+End")
    editor.write("# here:")
    editor.chat("await chat.getByText('Insert at cursor').click()")
    editor.until(lambda: editor.text(".view-lines").count("def area(w, h):") == 2, "the code")
    assert "# here:def" not in editor.text(".view-lines")


def test_previous_chats_come_back_and_can_be_deleted(editor: VSCode, vscode_scripted: Scripted) -> None:
    editor.command("Hearth: New chat")
    editor.until(lambda: turns(editor) == 0, "an empty chat")
    editor.command("Hearth: Previous chats")
    editor.until(lambda: "Explain area.py:1–2" in editor.text(".quick-input-list"), "those that are kept")
    editor.save("previous-chats")
    editor.choose("Explain area.py:1–2")
    editor.until(lambda: "bold" in editor.answer(), "the old answer")
    editor.command("Hearth: Delete a chat")
    editor.choose("Explain area.py:1–2")
    editor.until(lambda: turns(editor) == 0, "an empty chat")
    editor.command("Hearth: Previous chats")
    editor.until(lambda: "no chats are saved" in editor.notes(), "that there are none")
    assert vscode_scripted.answered("hearth/chat/delete") == [True]


def test_the_prompt_is_shown_as_a_document(editor: VSCode) -> None:
    editor.open("area.py")
    editor.command("Hearth: Show the prompt at the cursor")
    editor.until(lambda: "fim_prefix" in editor.text(".view-lines"), "the prompt")
    editor.save("prompt")


def test_an_answer_that_was_cut_off_goes_on(vscode_scripted: Scripted) -> None:
    editor = vscode_scripted.editor
    answers = 'model = "5:one |two |three\\f5:four"\nmax_tokens = 2'
    vscode_scripted.start(f'[completion]\nbackend = "scripted"\n[chat]\nbackend = "scripted"\n{answers}\n')
    vscode_scripted.open("long.py", AREA)
    editor.command("Hearth: New chat")
    editor.command("Hearth: Explain")
    editor.until(lambda: editor.chat("return await chat.getByText('Continue').count()") == 1, "the limit")
    editor.chat("await chat.getByText('Continue').click()")
    editor.until(lambda: "four" in editor.answer(), "the rest")
