"""The chat of a real VS Code with scripted answers: what is done with code, reasoning and HTML in them."""

from collections.abc import Iterator

import pytest

from tests.editors import vscode_provision
from tests.editors.conftest import provided
from tests.editors.vscode import VSCode, vscode

AREA = "def area(width, height):\n    return width * height\n"
ANSWER = (
    "5:<think>|Let me| see.</think>|A <b>bold</b> <img src=x> idea:\\n\\n|```python\\n|def area(w, h):\\n"
    "    return w * h\\n|```\\n"
)
SETTINGS = f"""
[completion]
backend = "scripted"
model = "5:x"
[chat]
backend = "scripted"
model = "{ANSWER}"
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VSCode]:
    modules = provided(vscode_provision.code_server)
    browser = provided(vscode_provision.chromium)
    vsix = provided(vscode_provision.build_extension)
    home = tmp_path_factory.mktemp("home")
    (home / "hearth.toml").write_text(SETTINGS)
    with vscode(modules, browser, vsix, tmp_path_factory.mktemp("vscode"), home, {"area.py": AREA}) as editor:
        editor.hide_other_chat()
        editor.open("area.py")
        editor.until(lambda: editor.status().strip() == "Hearth", "the server, ready")
        editor.press("Control+a")
        editor.command("Hearth: Explain selection")
        editor.until(lambda: editor.chat("return await chat.locator('.code.row').count()") == 1, "the answer")
        yield editor


def test_reasoning_is_folded_and_html_of_the_model_is_text(editor: VSCode) -> None:
    assert editor.chat("return await chat.locator('.thinking').evaluate((each) => each.open)") is False
    assert "Let me see." in editor.chat("return await chat.locator('.thinking').textContent()")
    assert "<b>bold</b>" in editor.answer()
    assert editor.chat("return await chat.locator('.answer img, .answer b').count()") == 0


def test_code_is_applied_only_after_a_preview(editor: VSCode) -> None:
    editor.chat("await chat.getByText('Apply…').click()")
    editor.until(lambda: "from the chat" in editor.text(".tab.active"), "the diff")
    button = "page.getByRole('button', {name: 'Replace', exact: true}).first()"
    editor.run(f"await {button}.waitFor()")
    editor.save("preview")
    assert (editor.folder / "area.py").read_text() == AREA
    editor.run(f"await {button}.click()")
    editor.until(lambda: "from the chat" not in editor.text(".tab"), "the end of the diff")
    editor.until(lambda: "def area(w, h)" in editor.text(".view-lines"), "the applied code")


def test_the_prompt_is_shown_as_a_document(editor: VSCode) -> None:
    editor.open("area.py")
    editor.command("Hearth: Show the prompt at the cursor")
    editor.until(lambda: "fim_prefix" in editor.text(".view-lines"), "the prompt")
    editor.save("prompt")
