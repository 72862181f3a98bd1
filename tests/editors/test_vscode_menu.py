"""Ghost text beside the menu of a real VS Code, whose entries come from its own TypeScript."""

from tests.editors.vscode_scripted import Scripted

USER = "const user = { name: 'x', nationality: 'y', age: 3 };\nlet text: string = user."


def test_ghost_text_goes_on_behind_the_selected_entry(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(ghost=" + user.age")
    session.open("menu.ts", USER)
    editor.press("Control+End")
    editor.write("na")
    editor.until(lambda: "age" in editor.ghost(), "ghost text without the menu")

    def menu_is_there() -> bool:  # TypeScript takes its time to start
        editor.press("Control+Space")
        return "nationality" in editor.text(".suggest-widget.visible .monaco-list-row")

    editor.until(menu_is_there, "the menu")
    editor.until(lambda: _flat(editor.ghost()) == "me+user.age", "what follows the first entry")
    editor.press("ArrowDown")
    editor.until(lambda: _flat(editor.ghost()) == "tionality+user.age", "what follows the second one")
    editor.save("menu")
    selected = session.said("textDocument/inlineCompletion")[-1]["params"]["context"]["selectedCompletionInfo"]
    assert selected["text"] == "nationality"
    editor.press("Tab")  # takes the entry, and goes on showing the rest
    editor.until(lambda: "user.nationality" in editor.text(".view-lines"), "the entry")
    editor.until(lambda: _flat(editor.ghost()) == "+user.age", "the rest of the ghost text")
    before = len(session.said("workspace/executeCommand"))
    editor.press("Tab")
    session.until_said("workspace/executeCommand", before + 1)
    editor.press("Escape", "Control+s")
    wanted = USER + "nationality + user.age"
    editor.until(lambda: (editor.folder / "menu.ts").read_text() == wanted, "both in the file")


def _flat(ghost: str) -> str:
    return "".join(ghost.split())
