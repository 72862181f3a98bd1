"""What the status bar of a real VS Code says of the file in front: a suggestion is coming, its language is off."""

from tests.editors.vscode_scripted import Scripted

SPINS = r"return await page.locator('#hearth\\.hearth\\.hearth\\.status .codicon-loading').count()"


def test_a_suggestion_that_takes_its_time_can_be_seen_to_come(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.start('[completion]\nbackend = "scripted"\nmodel = "3000:x"\ndeadline_ms = 60000\n')
    session.open("slow.py", "value = 1\n")
    editor.until(lambda: session.statuses()[-1:] == ["ready"] or editor.status().strip() == "Hearth", "the server")
    editor.press("Control+End")
    editor.write("other = ")
    editor.until(lambda: editor.run(SPINS), "the sign")
    editor.until(lambda: not editor.run(SPINS), "its end")


def test_a_language_that_is_off_is_named_in_files_of_it_alone(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers()
    session.open("off.py", "value = 1\n")
    session.open("other.md", "text\n")
    editor.command("Hearth: Completions for this language on or off")
    editor.until(lambda: "off for markdown" in editor.status(), "the language")
    editor.save("status-off")
    editor.open("off.py")
    editor.until(lambda: "off for" not in editor.status(), "the other file")
    editor.open("other.md")
    editor.command("Hearth: Completions for this language on or off")
    editor.until(lambda: "off for" not in editor.status(), "the end of that")
