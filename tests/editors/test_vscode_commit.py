"""A commit message in the box of a real VS Code's own Git, with the real git and a scripted model."""

import shutil
from collections.abc import Iterator

import pytest

from tests.editors.vscode import VSCode
from tests.editors.vscode_scripted import Scripted
from tests.repositories import Repo, repository

BUTTON = "page.locator('.part.sidebar [aria-label*=\"Write a commit message\"]').first()"


@pytest.fixture(scope="module")
def repo(vscode_scripted: Scripted) -> Iterator[Repo]:
    """The project, as a repository that VS Code has found."""
    editor = vscode_scripted.editor
    repo = repository(editor.folder, "Begin", "Prices are rounded")
    repo.stage("committed.py", "x = 1\n")
    show(editor)
    editor.until(lambda: editor.run("return await page.locator('.scm-editor').count()"), "the box of Git")
    yield repo
    shutil.rmtree(repo.root / ".git")  # the project of the other tests is none
    editor.press("Control+Shift+e")


def show(editor: VSCode) -> None:
    """Source Control; a click on its icon hides it where it is shown already."""
    icon = "page.locator('.activitybar [aria-label^=\"Source Control\"]').first()"
    editor.run(f"await {icon}.click()")


def box(editor: VSCode) -> str:
    return editor.text(".scm-editor .view-lines")


def write(editor: VSCode, text: str) -> None:
    """In place of what stands in the box."""
    editor.run("await page.locator('.scm-editor .view-lines').first().click()")
    editor.press("Control+a", "Delete")
    editor.write(text)


def test_the_button_writes_the_message_into_the_box(vscode_scripted: Scripted, repo: Repo) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(answer="A shop| is opened|.")
    editor.run("await page.locator('.scm-view').first().hover()")  # the buttons are there for who points at it
    editor.run(f"await {BUTTON}.click()")
    editor.until(lambda: box(editor) == "A shop is opened", "the message in the box")
    editor.save("commit-message")
    assert session.answered("hearth/commitMessage")[-1]["changes"] == "staged"
    write(editor, "")


def test_the_command_tells_what_it_is_about_and_gives_back_what_stood_there(
    vscode_scripted: Scripted, repo: Repo
) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(answer="It moves.")
    repo.git("commit", "--quiet", "-m", "Open a shop")
    repo.write("committed.py", "x = 2\n")
    write(editor, "my words")
    editor.command("Hearth: Write a commit message")
    editor.until(lambda: box(editor) == "It moves", "the message in the box")
    editor.until(lambda: "nothing is staged" in editor.notes(), "what it is about")
    editor.press_button("Restore mine")
    editor.until(lambda: box(editor) == "my words", "what stood there")
    write(editor, "")


def test_why_there_is_no_message_is_told(vscode_scripted: Scripted, repo: Repo) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(answer="Never.")
    repo.git("commit", "--quiet", "--all", "-m", "All of it")
    write(editor, "my words")
    editor.command("Hearth: Write a commit message")
    editor.until(lambda: "nothing is staged" in editor.notes() or "nothing has changed" in editor.notes(), "why")
    assert box(editor) == "my words"
    write(editor, "")
