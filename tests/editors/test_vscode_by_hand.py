"""Who asks for a suggestion by hand in a real VS Code gets one, and the server hears where the cursor rests."""

from tests.editors.vscode_scripted import READY, Scripted

ASKED = "textDocument/inlineCompletion"
FOCUS = "textDocument/didFocus"


def test_what_was_dismissed_comes_back_to_who_asks(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(ghost="hello(world)")
    session.open("dismissed.py", "")
    for key in ("Alt+Backslash", "Control+k a"):
        editor.write("x = ")
        editor.until(lambda: "hello" in editor.ghost(), "ghost text")
        rejected = len(session.said("hearth/didRejectCompletion"))
        editor.press("Escape")
        session.until_said("hearth/didRejectCompletion", rejected + 1)
        editor.until(lambda: not editor.ghost(), "no ghost text")
        editor.press(*key.split(" "))
        editor.until(lambda: "hello" in editor.ghost(), f"ghost text for {key}")
        editor.press("Tab", "Enter")


def test_on_demand_nothing_comes_unasked_and_what_was_asked_for_is_typed_along(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    ready = READY.format(ghost="hello(world)", answer="So.")
    session.start(ready.replace("[completion]", "[completion]\nautomatic = false"))
    session.open("demand.py", "")
    editor.write("x = ")
    editor.until(lambda: session.answered(ASKED) and not session.is_waiting(ASKED), "an answer")
    assert not any(answer["items"] for answer in session.answered(ASKED) if answer)
    editor.press("Alt+Backslash")
    editor.until(lambda: "hello" in editor.ghost(), "ghost text")
    editor.save("on-demand")
    editor.write("he")
    editor.until(lambda: not session.is_waiting(ASKED) and editor.ghost().startswith("llo"), "its rest")
    editor.press("Tab")
    editor.until(lambda: session.text("demand.py") == "x = hello(world)", "the accepted text")


def test_the_server_hears_where_the_cursor_rests(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers()

    def rested() -> list[tuple[str, int]]:
        focused = [each["params"] for each in session.said(FOCUS)]
        return [(each["textDocument"]["uri"].rpartition("/")[2], each["position"]["line"]) for each in focused]

    session.open("rest.py", "a = 1\nb = 2\nc = 3\n")
    editor.press("Control+Home")
    editor.until(lambda: ("rest.py", 0) in rested(), "where the file was opened")
    editor.press("ArrowDown", "ArrowDown")
    editor.until(lambda: ("rest.py", 2) in rested(), "where the cursor went")
    session.open("other.py", "d = 4\n")
    editor.press("Control+Home")
    editor.until(lambda: ("other.py", 0) in rested(), "the other file")
    told = len(rested())
    session.answers()  # a server that knows nothing
    editor.until(lambda: len(rested()) > told and rested()[-1] == ("other.py", 0), "the same for the new server")
