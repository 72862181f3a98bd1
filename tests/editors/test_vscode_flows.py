"""Suggestions among the brackets and quotes that a real VS Code closes by itself, as it does by default."""

import pytest

from tests.editors.flows import KINDS, Flow, wrong
from tests.editors.vscode_scripted import Scripted

ACCEPTED = "workspace/executeCommand"
ASKED = "textDocument/inlineCompletion"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_accepted_fits_what_vscode_has_closed(vscode_scripted: Scripted, kind: str) -> None:
    written = [(flow, play(vscode_scripted, flow)) for flow in KINDS[kind]]
    assert not (report := wrong(written)), report


def test_what_was_accepted_and_then_deleted_does_not_come_back(vscode_scripted: Scripted) -> None:
    editor = vscode_scripted.editor
    vscode_scripted.answers(ghost="hello(world)")
    vscode_scripted.open("deleted.py", "")
    editor.write("x = ")
    editor.until(lambda: _is_shown(vscode_scripted), "ghost text")
    editor.press("Tab")
    editor.until(lambda: vscode_scripted.text("deleted.py") == "x = hello(world)", "the accepted text")
    for left in ("x = hello(world", "x = hello(worl", "x = hello(wor"):
        asked = len(vscode_scripted.said(ASKED))
        editor.press("Backspace")
        vscode_scripted.until_said(ASKED, asked + 1)
        editor.until(lambda: not vscode_scripted.is_waiting(ASKED), "an answer")
        assert vscode_scripted.text("deleted.py") == left
        deleted = "x = hello(world)"[len(left) :]
        assert not editor.ghost().strip().startswith(deleted[0])


def play(session: Scripted, flow: Flow) -> str:
    """What stands in the editor after the flow, or why it could not be played to its end."""
    editor = session.editor
    session.answers(ghost=flow.script)
    session.open(flow.name, flow.text)
    line, column = flow.place
    way = ["Control+Home", *["ArrowDown"] * line, *["ArrowRight"] * column]
    editor.run(f"for (const key of {way}) await page.keyboard.press(key)")
    accepted = len(session.said(ACCEPTED))
    try:
        for keys in (flow.keys, *flow.along):
            editor.write(keys)
            editor.until(lambda: _is_shown(session), f"ghost text behind {keys!r}")
        editor.save(f"flow-{flow.name}")
        editor.press("Tab")
        session.until_said(ACCEPTED, accepted + 1)
    except AssertionError as error:
        return str(error)
    finally:
        editor.press("Escape", "Escape", "Control+s")
        editor.until(lambda: "dirty" not in _classes(session), "the end of saving")
        editor.close_tab()
    return session.text(flow.name)


def _is_shown(session: Scripted) -> bool:
    """Ghost text that is up to date, without the menu, whose Tab is another one."""
    editor = session.editor
    if session.is_waiting(ASKED):
        return False
    if editor.text(".suggest-widget.visible .monaco-list-row"):
        editor.press("Escape")
        return False
    return bool(editor.ghost())


def _classes(session: Scripted) -> str:
    return str(session.editor.run("return await page.locator('.tab.active').first().getAttribute('class')"))
