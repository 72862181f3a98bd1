"""A real VS Code without any model: one question, nothing is fetched before, and what each answer does."""

import shutil
from collections.abc import Iterator

import pytest

from tests.editors.vscode_scripted import Scripted

SETTINGS = '[downloads]\nmirror = "hub"\n'


@pytest.fixture
def session(vscode_scripted: Scripted) -> Iterator[Scripted]:
    vscode_scripted.hub.requests.clear()
    shutil.rmtree(vscode_scripted.home / "models", ignore_errors=True)
    vscode_scripted.start(SETTINGS)
    yield vscode_scripted
    vscode_scripted.editor.press("Escape")


def test_the_first_file_brings_one_question_and_nothing_is_fetched(session: Scripted) -> None:
    editor = session.editor
    session.open("first.py", "value = 1\n")
    editor.until(lambda: "needs a code model" in editor.notes(), "the question")
    editor.save("first-run")
    assert "Recommended: qwen2.5-coder" in editor.notes() and "per suggestion" in editor.notes()
    editor.press("Control+End")
    editor.write("other = ")
    editor.until(lambda: session.answered("textDocument/inlineCompletion"), "an answer")
    session.open("second.py", "value = 2\n")
    assert session.hub.requests == [] and editor.notes().count("needs a code model") == 1
    assert editor.status().strip() == "Hearth: no model"
    editor.press_button("Choose…")
    editor.until(lambda: "a model for what" in editor.text(".quick-input-title"), "the list")
    editor.press("Enter")
    editor.until(lambda: "qwen2.5-coder" in editor.text(".quick-input-list"), "the models")
    editor.write("LM Studio")  # further down in the list
    editor.until(lambda: "LM Studio" in editor.text(".quick-input-list"), "the servers")
    editor.save("first-run-choose")
    assert session.hub.requests == []
    editor.press("Escape")
    editor.until(lambda: "needs a code model" in editor.notes(), "the question once more")


def test_the_fastest_one_is_fetched_once_it_is_chosen(session: Scripted) -> None:
    editor = session.editor
    session.open("first.py", "value = 1\n")
    editor.until(lambda: "needs a code model" in editor.notes(), "the question")
    editor.press_button("Fastest" if "Fastest: " in editor.notes() else "Recommended")
    editor.until(lambda: session.hub.requests, "the download")


def test_a_server_is_asked_for_its_models(session: Scripted) -> None:
    editor = session.editor
    session.open("first.py", "value = 1\n")
    editor.until(lambda: "needs a code model" in editor.notes(), "the question")
    editor.press_button("My server…")
    editor.until(lambda: "LM Studio" in editor.text(".quick-input-list"), "the servers")
    editor.choose("Ollama")
    editor.until(lambda: "Nothing answers at" in editor.notes(), "what is wrong")
    editor.save("first-run-server")
    assert session.hub.requests == []
