"""A newcomer in a real VS Code: a clean profile, the keyboard alone, and nothing that README does not name."""

import json
from pathlib import Path

from tests.editors.test_vscode_chat_input import ask, last, typed, until_focus
from tests.editors.test_vscode_commit import box as message
from tests.editors.test_vscode_edit import box, until_proposed
from tests.editors.vscode import VSCode
from tests.editors.vscode_scripted import Scripted
from tests.repositories import Repo, repository

README = (Path(__file__).parents[2] / "README.md").read_text()
SHOP = "def add(a, b):\n    return a - b\n"
TAX = "def add_tax(amount):\n    return amount * 1.19\n"
ANSWERS = (
    "```python\\ndef add(a, b):\\n    return a + b\\n```",
    "It adds a tax of 19%.",
    "Yes, it rounds nothing.",
    "Prices are added",
)


def test_from_ghost_text_to_a_commit_by_the_keyboard_alone(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    repo = project(editor.folder)
    session.answers(ghost="add(1, 2)", answer="\\f5:".join(ANSWERS))
    editor.run(
        "await page.evaluate(() => addEventListener('mousedown', () => { globalThis.pressed = true; }, true))"
    )

    open_file(editor, "shop.py")
    suggestion_is_accepted(session)
    code_is_edited_as_told(session)
    a_file_is_asked_about(session)
    the_change_is_committed(session, repo)

    assert not editor.run("return await page.evaluate(() => globalThis.pressed === true)"), "a mouse was needed"


def project(folder: Path) -> Repo:
    repo = repository(folder, "Begin", "Taxes are known")
    repo.git("config", "user.name", "A")
    repo.git("config", "user.email", "a@example.invalid")
    repo.commit("Open a shop", taxes=TAX, shop=SHOP)
    return repo


def suggestion_is_accepted(session: Scripted) -> None:
    editor = session.editor
    assert "Tab accepts" in README
    editor.press("Control+End")
    editor.write("\nbill = ")
    editor.until(lambda: "".join(editor.ghost().split()) == "add(1,2)", "ghost text")
    editor.save("newcomer-1-ghost")
    editor.press("Tab")
    editor.until(lambda: session.text("shop.py").rstrip().endswith("bill = add(1, 2)"), "the accepted text")


def code_is_edited_as_told(session: Scripted) -> None:
    editor = session.editor
    assert "Ctrl+K G edits code as you say" in README
    editor.press("Escape", "Control+Home", "Control+k", "g")
    assert box(editor) == ""
    editor.write("add them")
    editor.press("Enter")
    until_proposed(editor, "shop.py", "add them")
    editor.save("newcomer-2-edit")
    editor.press("Control+Enter")
    editor.until(lambda: "return a + b" in session.text("shop.py"), "the edit")
    editor.until_focus()
    editor.press("Control+s")
    editor.until(lambda: "return a + b" in (editor.folder / "shop.py").read_text(), "the file")


def a_file_is_asked_about(session: Scripted) -> None:
    editor = session.editor
    assert "Ctrl+K H opens the chat" in README and "`#` attaches" in README
    editor.press("Control+k", "h")
    until_focus(editor)
    editor.write("#fi")
    editor.until(lambda: "#file" in editor.chat("return await chat.locator('#words').textContent()"), "the words")
    editor.press("Enter")
    editor.until(lambda: "taxes.py" in editor.text(".quick-input-list"), "the files")
    editor.write("taxes")
    editor.until(lambda: "shop.py" not in editor.text(".quick-input-list"), "the file alone")
    editor.press("Enter")
    chips = "return await chat.locator('#attached .chip').allTextContents()"
    editor.until(lambda: editor.chat(chips) == ["taxes.py ×"], "the chip")
    until_focus(editor)
    assert typed(editor) == ""
    ask(editor, "What does it do?")
    assert [each["uri"].rpartition("/")[2] for each in last(session)["attachments"]] == ["taxes.py"]
    assert "19%" in editor.answer()
    conversation = last(session)["conversation"]
    ask(editor, "Is that exact?")
    assert "rounds nothing" in editor.answer()
    assert last(session)["conversation"] == conversation
    editor.save("newcomer-3-chat")


def the_change_is_committed(session: Scripted, repo: Repo) -> None:
    editor = session.editor
    assert "*Hearth: Write a commit message*" in README
    from_palette(editor, "Git: Stage All Changes")
    editor.until(lambda: repo.git("diff", "--cached", "--name-only").split() == ["shop.py"], "the staged file")
    from_palette(editor, "Hearth: Write a commit message")
    editor.until(lambda: message(editor) == "Prices are added", "the message in the box")
    editor.save("newcomer-4-commit")
    editor.press("Control+Enter")
    editor.until(lambda: repo.git("log", "-1", "--format=%s").strip() == "Prices are added", "the commit")


def open_file(editor: VSCode, name: str) -> None:
    def is_open() -> bool:
        editor.press("Escape", "Control+p")
        editor.write(name)
        editor.until(lambda: row(editor, name), f"{name} in the list")
        editor.press("Enter")
        return name in editor.text(".tab.active")

    editor.until(is_open, f"{name} in the editor")
    editor.until_focus()


def from_palette(editor: VSCode, title: str) -> None:
    """A command, typed and taken with Enter once it is the first row."""

    def ran() -> bool:
        editor.press("Escape", "F1")
        editor.write(title)
        editor.until(lambda: row(editor, title), f"{title!r} in the palette")
        editor.press("Enter")
        return True

    editor.until(ran, f"the command {title!r}")


def row(editor: VSCode, text: str) -> bool:
    """Whether the focused row of the list that is open has this text."""
    rows = f"page.locator('.quick-input-widget:visible .monaco-list-row.focused', {{hasText: {json.dumps(text)}}})"
    return bool(editor.run(f"return await {rows}.count()"))
