"""Neovim as a person uses it: real server, real model. What it looked like lies in tests/artefacts/editors."""

from pathlib import Path

import pytest

from tests.conftest import MODEL
from tests.e2e.test_by_hand import BODIES, LARGER, skip_without
from tests.editors.neovim import ARTEFACTS, Edit

pytestmark = pytest.mark.model

CODE = '''def is_prime(number: int) -> bool:
    """True when only 1 and the number itself divide it."""
    if number < 2:
        return False
    for divisor in range(2, number):
        if number % divisor == 0:
            return False
    return True


def primes_below(limit: int) -> list[int]:
    """All prime numbers smaller than the limit."""
    return [number for number in range(limit) if'''


STATUS_LINE = "vim.o.laststatus = 2; vim.o.statusline = \"%t%=%{v:lua.require'hearth'.statusline()} \""


@pytest.fixture
def env(model_home: Path) -> dict[str, str]:
    return {"HEARTH_HOME": str(model_home)}


def test_the_model_writes_ghost_text_and_tab_accepts_it(neovim_012: Path, edit: Edit, env: dict[str, str]) -> None:
    editor = edit(neovim_012, CODE, settings={}, before=STATUS_LINE, env=env)

    editor.press("GA ")
    editor.until(editor.ghost, "ghost text of the real model")
    assert "is_prime(number)" in editor.ghost()
    editor.save(ARTEFACTS / "neovim-ghost-text")
    shown = editor.screen.line(editor.screen.cursor[0])
    editor.press("<Tab>")
    editor.until(lambda: editor.nvim.current.line == shown, "the accepted text")


@pytest.mark.parametrize("model", [MODEL, LARGER])
@pytest.mark.parametrize("language", BODIES)
def test_a_whole_body_is_written_by_hand(
    neovim_012: Path, edit: Edit, env: dict[str, str], monkeypatch: pytest.MonkeyPatch, language: str, model: str
) -> None:
    monkeypatch.setenv("HEARTH_HOME", env["HEARTH_HOME"])
    skip_without(model)
    name, marked, _ = BODIES[language]
    above, below = marked.split("‸")
    settings = {"completion": {"model": model}}
    editor = edit(neovim_012, above + below, settings=settings, before=STATUS_LINE, env=env, name=name)
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")
    editor.press(f"{above.count(chr(10)) + 1}GA<M-]>")
    editor.until(lambda: "return" in editor.ghost() and len(editor.ghost()) > 60, "a body")
    editor.save(ARTEFACTS / f"neovim-body-{language}-{model}")
    shown = editor.ghost().strip()
    editor.press("<Tab>")
    last = shown.splitlines()[-1].strip()
    editor.until(lambda: last in "\n".join(editor.nvim.current.buffer[:]), "the accepted text")
    assert "\n".join(editor.nvim.current.buffer[:]).endswith(below.rstrip("\n"))


def test_neovim_011_offers_the_model_s_answer_in_the_menu(
    neovim_011: Path, edit: Edit, env: dict[str, str]
) -> None:
    editor = edit(neovim_011, CODE, settings={}, before="vim.o.completeopt = 'menuone'", env=env)
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")

    editor.press("GA <C-x><C-o>")
    editor.until(lambda: editor.nvim.funcs.pumvisible(), "the menu")
    editor.press("<C-y>")
    editor.until(lambda: "is_prime(number)" in editor.nvim.current.line, "the completion")


def test_the_model_explains_in_the_split_and_stop_stops_it(
    any_neovim: Path, edit: Edit, env: dict[str, str]
) -> None:
    editor = edit(any_neovim, CODE, settings={}, before=STATUS_LINE, env=env)
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")

    editor.nvim.command("1,8Hearth explain")
    editor.until(lambda: len("".join(editor.lines()[2:])) > 60, "the beginning of the explanation")
    editor.save(ARTEFACTS / "neovim-explain")
    editor.press("<C-c>")
    editor.until(lambda: "*stopped*" in editor.lines(), "the end of the explanation")
    said = editor.lines()
    editor.nvim.command("Hearth chat Say yes.")
    editor.until(lambda: editor.lines()[len(said) :][-1:] not in ([], [""]), "an answer to the next question")
    assert editor.lines()[: len(said)] == said


def test_the_model_documents_a_function_after_a_preview(neovim_012: Path, edit: Edit, env: dict[str, str]) -> None:
    code = "def twice(number):\n    return 2 * number\n"
    editor = edit(neovim_012, code, settings={}, before=STATUS_LINE, env=env)
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")

    editor.lua("""
      vim.ui.select = function(items, _, choose)
        choose(vim.iter(items):find(function(item) return item.title:match('^Document') end))
      end
    """)
    editor.nvim.command("Hearth act")
    editor.until(lambda: editor.nvim.current.buffer.options["filetype"] == "diff", "the preview")
    editor.save(ARTEFACTS / "neovim-preview")
    editor.press("<CR>")
    editor.until(lambda: len(editor.lines()) > 2, "the docstring")
    assert editor.lines()[1].startswith('    """') and editor.lines()[-1] == "    return 2 * number"
