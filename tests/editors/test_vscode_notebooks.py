"""Cells of notebooks in a real VS Code, with scripted answers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.editors.test_vscode_actions import FIXED, WRONG
from tests.editors.vscode import VSCode
from tests.editors.vscode_scripted import Scripted

# notebooks behind other tabs stay on the page
CELL = ".notebook-editor .cell .monaco-editor .view-lines:not([inert] *) >> nth={}"


@contextmanager
def notebook(session: Scripted, name: str, *cells: str) -> Iterator[VSCode]:
    """A new notebook of these Python cells, with the cursor at the end of the last one; saved and closed after."""
    editor = session.editor
    content = {
        "cells": [
            {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": [cell]}
            for cell in cells
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (editor.folder / name).write_text(json.dumps(content))
    editor.open(name, CELL.format(len(cells) - 1))
    editor.press("Control+End")
    yield editor
    editor.press("Control+s")
    editor.close_tab()


def cell(editor: VSCode, index: int) -> str:
    return editor.text(CELL.format(index))


def saved(editor: VSCode, name: str) -> list[str]:
    """The cells as they lie on the disk."""
    return ["".join(each["source"]) for each in json.loads((editor.folder / name).read_text())["cells"]]


def test_a_cell_is_completed_and_tab_accepts(vscode_scripted: Scripted) -> None:
    vscode_scripted.answers(ghost="sum(prices)")
    told = len(vscode_scripted.said("workspace/executeCommand"))
    with notebook(vscode_scripted, "shop.ipynb", "prices = [1, 2]", "total =") as editor:
        editor.write(" ")
        editor.until(lambda: "prices" in editor.ghost(), "ghost text in a cell")
        editor.save("notebook")
        editor.press("Tab")
        editor.until(lambda: cell(editor, 1).startswith("total = sum(prices)"), "the accepted text")
        vscode_scripted.until_said("workspace/executeCommand", told + 1)
    editor.until(lambda: saved(editor, "shop.ipynb") == ["prices = [1, 2]", "total = sum(prices)"], "the file")
    accepted = vscode_scripted.said("workspace/executeCommand")[-1]["params"]
    assert accepted["command"] == "hearth.didAcceptCompletion"


def test_an_edit_to_a_cell_is_shown_in_its_language_and_made_there(vscode_scripted: Scripted) -> None:
    vscode_scripted.answers(answer=FIXED)
    with notebook(vscode_scripted, "fix.ipynb", "x = 1", WRONG) as editor:
        editor.press("Control+Home", "Control+.")
        action = (
            "page.locator('.action-widget .monaco-list-row', {hasText: 'Find and fix the bug in add'}).first()"
        )
        editor.run(f"await {action}.click()")
        editor.until(lambda: "fix.ipynb: Find and fix" in editor.text(".tab.active"), "the diff")
        editor.until(lambda: "Apply it to fix.ipynb" in editor.notes(), "the question")
        editor.until(lambda: "Python" in editor.text("#status\\.editor\\.mode"), "the cell's language in the diff")
        editor.press_button("Apply")
        editor.until(lambda: "a + b" in cell(editor, 1), "the edit in the cell")
    editor.until(lambda: "a + b" in saved(editor, "fix.ipynb")[1], "the file")
    assert saved(editor, "fix.ipynb")[0] == "x = 1"


def test_a_cell_is_explained_in_the_chat(vscode_scripted: Scripted) -> None:
    vscode_scripted.answers(answer="It adds.")
    with notebook(vscode_scripted, "explain.ipynb", WRONG) as editor:
        editor.press("Control+a", "Control+k", "x")
        answers = editor.until(lambda: vscode_scripted.answered("hearth/chat"), "the explanation")
        assert answers[0]["text"] == "It adds."
    (asked,) = vscode_scripted.said("hearth/chat")[-1:]
    assert asked["params"]["textDocument"]["uri"].startswith("vscode-notebook-cell:")


def test_the_cells_above_are_the_text_above(vscode_scripted: Scripted) -> None:
    session = vscode_scripted
    session.answers(ghost="sum(prices)")
    with notebook(session, "above.ipynb", "prices = [1, 2]", "tax = 0.2\ntotal =") as editor:
        editor.write(" ")
        editor.until(lambda: "prices" in editor.ghost(), "ghost text in a cell")
        editor.press("Escape")
        editor.command("Hearth: Show the prompt at the cursor")
        shown = editor.until(lambda: session.answered("hearth/inspect"), "the prompt")
        (above,) = (piece["text"] for piece in shown[-1]["pieces"] if piece["source"] == "above")
        assert above == "prices = [1, 2]\n\ntax = 0.2\n"
        assert session.said("notebookDocument/didOpen") and session.said("notebookDocument/didChange")
        editor.until(lambda: "prompt.txt" in editor.text(".tab.active"), "the document with the prompt")
        editor.save("notebook-prompt")
        editor.run(f"await page.locator({json.dumps(CELL.format(0))}).click()")  # the prompt stays beside it
