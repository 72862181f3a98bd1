"""What another extension of a real VS Code knows reaches Hearth's prompt."""

import time

from tests.editors.vscode import VSCode
from tests.editors.vscode_scripted import Scripted
from tests.waiting import found_in_time

HTTP = "export class HttpClient {\n  fetchAll(url: string): string[] {\n    return [url];\n  }\n}\n"
PLUGINS = 'import { HttpClient } from "./http";\n\nexport const plugins = { http: () => new HttpClient() };\n'
MAIN = 'import { plugins } from "./plugins";\n\nconst { http } = plugins;\nconst found = http();\nfound.'
ASKED = "hearth/definitions"


def test_the_class_that_typescripts_extension_knows_is_shown_to_the_model(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(ghost="x")
    (editor.folder / "http.ts").write_text(HTTP)
    (editor.folder / "plugins.ts").write_text(PLUGINS)
    session.open("definitions.ts", MAIN)
    editor.press("Control+End")

    pressed = time.monotonic()

    def is_told() -> bool:
        nonlocal pressed
        told = [place for answer in session.answered(ASKED) for places in answer["types"] for place in places]
        if time.monotonic() - pressed > 5 and not session.is_waiting(ASKED):
            pressed = time.monotonic()
            editor.press("Space", "Backspace")  # TypeScript's own server may still have been starting
        return any(place["uri"].endswith("/http.ts") for place in told)

    editor.until(is_told, "the class in http.ts")
    editor.until(lambda: _shown_prompt(editor), "the class in the prompt")


def _shown_prompt(editor: VSCode) -> bool:
    """Whether the prompt of now has the class; the server may still be reading the file that it was told of."""
    editor.command("Hearth: Show the prompt at the cursor")
    if found_in_time(lambda: "fetchAll(url: string): string[]" in editor.text(".view-lines"), seconds=5):
        return True
    editor.close_tab()
    return False
