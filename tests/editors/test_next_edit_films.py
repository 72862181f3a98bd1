"""What is typed by hand and what Tab makes of it, in real editors with the real server; each step is a picture."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editors.neovim import ARTEFACTS, Edit
from tests.editors.next_edits import CHAINS, Chain
from tests.editors.test_vscode_next_edit import ACCEPTED, ASKED, DRAWN, SHOWN
from tests.editors.vscode_scripted import Scripted

SILENT = "[completion]\nenabled = false\n"
MOST_TABS = 12


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)
def test_neovim(neovim_012: Path, edit: Edit, chain: Chain) -> None:
    settings = {"completion": {"enabled": False}}
    editor = edit(neovim_012, chain.before, settings=settings, name=chain.name)
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")
    editor.until(lambda: editor.lua("return vim.lsp.get_clients()[1].initialized"), "the initialisation")
    film = ARTEFACTS / "films" / f"neovim-{chain.film}"
    row, column, old, _ = chain.typed
    editor.press("i")
    editor.nvim.current.window.cursor = (row + 1, column)
    editor.press("<Del>" * len(old) + chain.keys.replace("\n", "<CR>") + "<Esc>")
    for step in range(MOST_TABS):
        if editor.lines() == chain.end.splitlines():
            break
        editor.until(lambda: editor.lua("return require('hearth.next_edit').shown()"), f"step {step}")
        editor.save(Path(f"{film}-{step:02}"))
        editor.press("<Tab>")
    editor.save(Path(f"{film}-{step:02}"))
    assert editor.lines() == chain.end.splitlines()


@pytest.fixture
def without_menus(vscode_scripted: Scripted) -> Iterator[Scripted]:
    settings = vscode_scripted.editor.folder / ".vscode" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(json.dumps({"editor.quickSuggestions": False, "editor.suggestOnTriggerCharacters": False}))
    yield vscode_scripted
    settings.unlink()
    vscode_scripted.editor.press("Escape", "Control+s")
    vscode_scripted.editor.close_tab()


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)
def test_vscode(without_menus: Scripted, chain: Chain) -> None:
    session, editor = without_menus, without_menus.editor
    session.start(SILENT)
    session.open(chain.name, chain.before)
    row, column, old, _ = chain.typed
    editor.press("Control+Home", *["ArrowDown"] * row, *["ArrowRight"] * column)
    editor.press(*["Shift+ArrowRight"] * len(old))
    shown = len(session.said(SHOWN))
    editor.write(chain.keys)
    session.until_said(SHOWN, shown + 1)
    for step in range(MOST_TABS):
        editor.save(f"film-{chain.film}-{step:02}")
        if session.text(chain.name) == chain.end:
            break
        tab(session)
    assert session.text(chain.name) == chain.end


def tab(session: Scripted) -> None:
    """Press it, and wait until the cursor is at the place, or the edit is made and the next one is there."""
    editor = session.editor
    editor.until(lambda: drawn(session), "the next edit on the screen")
    place, accepted, shown = where(session), len(session.said(ACCEPTED)), len(session.said(SHOWN))
    editor.press("Tab")

    def is_done() -> bool:
        if len(session.said(ACCEPTED)) == accepted:
            return where(session) != place and drawn(session)
        answered = len(session.answered(ACCEPTED)) > 0 and not session.is_waiting(ASKED)
        return len(session.said(SHOWN)) > shown or (answered and session.said(ASKED)[-1]["id"] != asked)

    asked = session.said(ASKED)[-1]["id"]
    editor.until(is_done, "what Tab does")


def where(session: Scripted) -> str:
    return session.editor.text("#status\\.editor\\.selection")


def drawn(session: Scripted) -> bool:
    shown = session.editor.run(f"return (await page.evaluate(() => {DRAWN})).length")
    return bool(shown or session.editor.ghost())
