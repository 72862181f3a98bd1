"""VS Code as a person uses it: the .vsix installed, no settings, real server, real model.

The tests share one session and go on from each other. Screenshots: tests/artefacts/editors.
"""

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import psutil
import pytest

from tests.conftest import MODEL
from tests.e2e.test_by_hand import BODIES
from tests.editors import vscode_provision
from tests.editors.conftest import provided
from tests.editors.test_neovim_model import CODE
from tests.editors.vscode import VSCode, vscode
from tests.engine.models.stores import put_into_lm_studio
from tests.hosts import hosts_of
from tests.waiting import found_in_time

pytestmark = pytest.mark.model

OTHER = "lmstudio:Qwen/Coder-GGUF/coder.gguf"
AREA = "def area(width, height):\n    return width * height\n"


@pytest.fixture(scope="module")
def editor(model_home: Path, vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VSCode]:
    modules = provided(vscode_provision.code_server)
    browser = provided(vscode_provision.chromium)
    root = tmp_path_factory.mktemp("vscode")
    with vscode(modules, browser, vsix, root, model_home, {"primes.py": CODE, "area.py": AREA}) as editor:
        editor.hide_other_chat()
        editor.open("primes.py")
        yield editor


def test_from_a_clean_profile_ghost_text_appears_and_tab_accepts_it(editor: VSCode) -> None:
    editor.until(lambda: editor.status().strip() == "Hearth", "the server, ready")
    editor.press("Control+End")
    editor.write(" ")
    editor.until(editor.ghost, "ghost text of the real model")
    assert "is_prime(number)" in editor.ghost()
    editor.save("ghost-text")
    editor.press("Tab")
    editor.until(lambda: "if is_prime(number)" in editor.text(".view-lines"), "the accepted text")
    editor.until(lambda: not editor.ghost(), "no ghost text any more")


def write_body(editor: VSCode, language: str, picture: str) -> None:
    """Ask by hand in an empty body, look, accept and save."""
    name, marked, _ = BODIES[language]
    above, below = marked.split("‸")
    (editor.folder / name).write_text(above + below)
    editor.open(name)
    editor.press("Control+Home", *["ArrowDown"] * above.count("\n"), "End")

    # Which one is the model's own affair, and it sees the other files here. The palette's focus can cost the
    # editor a suggestion, so a person who sees none, or the first line that came unasked, asks again.
    def offered() -> bool:
        editor.command("Trigger Inline Suggestion")
        return found_in_time(lambda: "return" in editor.ghost() and len(editor.ghost()) > 60, seconds=20)

    try:
        editor.until(offered, "a body")
    except AssertionError as error:
        raise AssertionError(f"{error}; shown instead: {editor.ghost()!r}; status {editor.tooltip()!r}") from None
    editor.save(picture)
    editor.press("Tab", "Escape")

    def written() -> str:
        editor.press("Control+s")
        return (editor.folder / name).read_text()

    editor.until(lambda: len(written()) > len(above + below) + 30, "the accepted text, saved")
    editor.close_tab()
    text = written()
    assert text.startswith(above.rstrip()) and text.endswith(below) and "return" in text[len(above) : -len(below)]


@pytest.mark.parametrize("language", BODIES)
def test_a_whole_body_is_written_by_hand(editor: VSCode, language: str) -> None:
    write_body(editor, language, f"body-{language}")


def test_explain_streams_into_the_chat_and_says_what_the_model_was_shown(editor: VSCode) -> None:
    editor.command("Hearth: Explain")
    first = editor.until(editor.answer, "the beginning of an answer")
    editor.until(lambda: editor.chat("return await chat.locator('#send').isVisible()"), "its end")
    assert len(editor.answer()) >= len(first)
    assert "primes.py" in editor.chat("return await chat.locator('.used').textContent()")
    editor.save("chat")


def test_stop_stops_an_answer_and_keeps_what_there_is(editor: VSCode) -> None:
    editor.until(lambda: editor.chat("return await chat.locator('#send').isVisible()"), "the end of the last one")
    editor.chat("await chat.locator('#question').fill('Write a Python class for a stack, with doctests.')")
    editor.chat("await chat.locator('#question').press('Enter')")
    editor.until(lambda: editor.chat("return await chat.locator('.turn').count()") == 2, "the second question")
    editor.until(lambda: len(editor.answer()) > 20, "the beginning of an answer")
    editor.chat("await chat.locator('#stop').click()")
    editor.until(
        lambda: "Stopped." in editor.chat("return await chat.locator('.turn').last().innerText()"), "the end"
    )
    assert len(editor.answer()) > 20
    assert editor.chat("return await chat.locator('#send').isVisible()")


def test_a_code_action_is_made_by_the_model_and_applied(editor: VSCode) -> None:
    editor.open("area.py")
    editor.press("Control+Home", "Control+.")
    editor.run("await page.locator('.action-widget .monaco-list-row').first().waitFor()")
    editor.save("code-actions")
    editor.run(
        "await page.locator('.action-widget .monaco-list-row', {hasText: /document|docstring/i}).first().click()"
    )
    editor.until(lambda: '"""' in editor.text(".view-lines"), "the docstring")
    editor.save("code-action-applied")
    assert "return width * height" in editor.text(".view-lines")


def test_the_menu_pauses_and_resumes(editor: VSCode) -> None:
    editor.run(r"await page.locator('#hearth\\.hearth\\.hearth\\.status').click()")
    editor.until(lambda: "Pause" in editor.text(".quick-input-list"), "the menu")
    editor.save("menu")
    editor.choose("Pause")
    editor.until(lambda: "paused" in editor.status(), "the pause in the status bar")
    editor.command("Hearth: Pause or resume")
    editor.until(lambda: "paused" not in editor.status(), "the end of the pause")


def test_the_model_menu_says_what_there_is_and_switches_while_the_server_runs(
    editor: VSCode, model_home: Path
) -> None:
    root = editor.folder.parent
    [real] = (model_home / "models" / MODEL).glob("*.gguf")
    put_into_lm_studio(root / "home", OTHER.partition(":")[2], real)  # the same file under another name
    server = editor.language_servers()[0].pid
    editor.command("Hearth: Switch model")
    editor.choose("Completion and chat")
    editor.until(lambda: OTHER in editor.text(".quick-input-list"), "the models")
    editor.save("models")
    assert "in use" in editor.text(f".quick-input-list .monaco-list-row:has-text('{MODEL}')")
    editor.choose(OTHER)

    def chosen() -> str:  # settings of the machine lie beside those of the user
        return "".join(file.read_text() for file in (root / "user").glob("*/settings.json"))

    editor.until(lambda: "hearth.chat.model" in chosen(), "the choice in the settings")
    assert f'"hearth.completion.model": "{OTHER}"' in chosen()
    editor.open("primes.py")
    editor.press("Control+End", "Enter")
    editor.write("print(pri")
    editor.until(lambda: f"ready\n{OTHER}" in editor.tooltip(), "the other model, loaded")
    editor.until(editor.ghost, "ghost text of the other model")
    assert [each.pid for each in editor.language_servers()] == [server]


def test_a_killed_server_is_started_again_and_the_status_says_so(editor: VSCode) -> None:
    (before,) = editor.language_servers()
    before.kill()
    editor.until(lambda: "starting" in editor.status(), "the loss in the status bar")
    editor.until(lambda: editor.status().strip() == "Hearth", "the server, ready again")
    assert [each.pid for each in editor.language_servers()] != [before.pid]


def test_nothing_but_this_machine_is_connected(editor: VSCode, model_home: Path) -> None:
    servers = editor.language_servers()
    assert servers and hosts_of(model_home)
    for process in [*servers, *hosts_of(model_home)]:
        with suppress(psutil.NoSuchProcess):
            for each in process.net_connections(kind="inet"):
                assert all(ip_address(remote).is_loopback for remote in each.raddr[:1]), each
    ours = [url for url in editor.run("return [...requested]") if "/hearth.hearth-" in url]
    assert ours and all("127.0.0.1" in url or "vscode-resource" in url for url in ours)
