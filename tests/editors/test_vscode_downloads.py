"""What a real VS Code shows while a model is downloaded from a hub on loopback, and when that does not go well."""

import re
import shutil
from collections.abc import Iterator

import pytest

from tests.editors.vscode_scripted import TINY, Scripted

SETTINGS = f'[completion]\nmodel = "hf:{TINY}"\n[downloads]\nmirror = "hub"\n'


@pytest.fixture
def session(vscode_scripted: Scripted) -> Iterator[Scripted]:
    """Without the model; a download takes some ten seconds."""
    vscode_scripted.hub.trickle, vscode_scripted.hub.status = 0.1, 0
    vscode_scripted.hub.requests.clear()
    shutil.rmtree(vscode_scripted.home / "models", ignore_errors=True)
    yield vscode_scripted
    vscode_scripted.hub.trickle = 0.0


def test_a_download_is_cancelled_in_its_notification_and_goes_on_after_retry(session: Scripted) -> None:
    editor = session.editor
    session.start(SETTINGS)
    session.open("download.py", "value = 1\n")
    editor.press("Control+End")
    editor.write("other = ")
    editor.until(lambda: re.search(r"Downloading tiny.*: [1-9]\d?%", editor.notes()), "the progress")
    assert re.search(r"Hearth \d+%", editor.status())
    editor.save("download")
    editor.press_button("Cancel")
    editor.until(lambda: "was cancelled" in editor.notes(), "what became of it")
    assert "Downloading" not in editor.notes() and len(editor.notes().splitlines()) == 1
    assert editor.status().strip() == "Hearth: no model"
    editor.save("download-cancelled")
    asked = len(session.hub.requests)
    editor.write("12")  # each key asks for a completion
    editor.until(lambda: len(session.answered("textDocument/inlineCompletion")) > 1, "answers")
    assert len(session.hub.requests) == asked, "typing began it again"
    session.hub.trickle = 0.0
    editor.press_button("Retry")
    editor.until(lambda: session.statuses()[-1] == "ready", "the model")
    assert re.fullmatch(r"bytes=[1-9]\d*-", session.hub.downloads()[-1]), "it did not go on where it had stopped"


def test_a_model_that_cannot_be_had_is_told_once_with_a_way_to_try_again(session: Scripted) -> None:
    editor = session.editor
    session.hub.status = 429
    session.start(SETTINGS)
    for name in ("one.py", "two.py"):
        session.open(name, "value = 1\n")
        editor.press("Control+End")
        editor.write("x = 1")
        editor.until(lambda: "reports too many requests (429)" in editor.notes(), "what is wrong")
    editor.save("download-failed")
    assert len(editor.notes().splitlines()) == 1
    assert session.statuses().count("error") == 1
    session.hub.status = 0
    session.hub.trickle = 0.0
    editor.press_button("Retry")
    editor.until(lambda: session.statuses()[-1] == "ready", "the model")
    editor.until(lambda: not editor.notes(), "no message any more")
