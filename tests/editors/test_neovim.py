"""The Neovim plugin, in real Neovims with a real server whose model is a script."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.editors.neovim import SCRIPTED, Edit, Editor

NOTHING = {"completion": {"backend": "scripted", "model": "0:"}}


def test_ghost_text_appears_and_tab_accepts_it(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012))

    assert editor.screen.line(0) == "x = hello(world)"
    assert editor.lines() == ["x = "]
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["x = hello(world)"], "the accepted text")


def test_accepting_is_one_step_to_undo(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012, "x \n"), "A= ")

    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["x = hello(world)"], "the accepted text")
    editor.press("<Esc>u")
    assert editor.lines() == ["x = "]


def test_typing_along_keeps_the_rest_of_the_ghost_text(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012))

    editor.press("hel")
    assert editor.screen.line(0) == "x = hello(world)"
    assert editor.ghost() == "lo(world)"
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["x = hello(world)"], "no letter twice")


def test_a_closing_bracket_that_the_answer_brings_replaces_the_one_behind_the_cursor(
    neovim_012: Path, edit: Edit
) -> None:
    script = {"completion": {"backend": "scripted", "model": "5:first, |second)"}}
    editor = _writing(edit(neovim_012, "print()\n", settings=script), "f)i")

    editor.press("fi")
    editor.press("<M-Right>")
    assert editor.lines() == ["print(first)"]
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["print(first, second)"], "one bracket")


def test_typing_something_else_hides_it_at_once(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012))

    editor.press("q")
    assert editor.screen.line(0) == "x = q"
    editor.press("<Tab>")
    assert editor.lines() == ["x = q   "]


def test_accept_word_goes_on_with_the_rest(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012))

    editor.press("<M-Right>")
    assert editor.lines() == ["x = hello"]
    assert editor.ghost() == "(world)"
    editor.press("<M-Right>")
    assert editor.lines() == ["x = hello("]
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["x = hello(world)"], "the rest")


def test_accept_line_stops_at_its_end(neovim_012: Path, edit: Edit) -> None:
    script = {"completion": {"backend": "scripted", "model": "5:a = 1|\n    b = 2|\n    return a"}}
    editor = _writing(edit(neovim_012, "def f():\n    \n", settings=script), "jA")

    editor.press("<M-C-Right>")
    assert editor.lines() == ["def f():", "    a = 1"]
    assert editor.ghost() == "    b = 2\n    return a"
    editor.press("<M-C-Right>")
    assert editor.lines() == ["def f():", "    a = 1", "    b = 2"]
    assert editor.ghost() == "    return a"


def test_dismiss_hides_it(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012))

    editor.press("<C-]>")
    assert editor.ghost() == ""
    assert editor.lines() == ["x = "]


def test_other_answers_are_gone_through(neovim_012: Path, edit: Edit) -> None:
    script = {"completion": {"backend": "scripted", "model": "5:hello(|world)\fsum(|world)"}}
    editor = _writing(edit(neovim_012, settings=script))

    editor.press("<M-]>")
    editor.until(lambda: editor.shows("x = sum(world) (2/2)"), "the other answer")
    editor.press("<M-]>")
    editor.until(lambda: editor.shows("x = hello(world) (1/2)"), "the first one again")
    editor.press("<M-[>")
    editor.until(lambda: editor.shows("x = sum(world) (2/2)"), "the one before")
    editor.press("<Tab>")
    editor.until(lambda: editor.lines() == ["x = sum(world)"], "the accepted text")


def test_where_there_is_no_other_answer_that_is_told(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012))

    editor.press("<M-]>")
    editor.until(lambda: editor.shows("x = hello(world) (1/1)"), "the number of answers")


def test_tab_is_a_tab_while_nothing_is_shown(neovim_012: Path, edit: Edit) -> None:
    editor = edit(neovim_012, settings=NOTHING)
    _attached(editor)

    editor.press("A<Tab>1")
    assert editor.lines() == ["x =     1"]


@pytest.mark.parametrize(
    "mapping",
    [
        "vim.keymap.set('i', '<Tab>', 'mine')",
        "vim.keymap.set('i', '<Tab>', function() return 'mine' end, { expr = true })",
        "vim.keymap.set('i', '<Tab>', function() vim.api.nvim_put({ 'mine' }, 'c', false, true) end)",
        "vim.cmd([[inoremap <expr> <Tab> 'mi' .. 'ne']])",
    ],
)
def test_a_mapping_of_the_user_works_while_nothing_is_shown(neovim_012: Path, edit: Edit, mapping: str) -> None:
    editor = edit(neovim_012, settings=NOTHING, before=mapping)
    _attached(editor)

    editor.press("A<Tab>")
    editor.until(lambda: editor.lines() == ["x = mine"], "the user's own mapping")


def test_tab_belongs_to_the_menu_while_an_entry_is_selected(neovim_012: Path, edit: Edit) -> None:
    taking = "vim.keymap.set('i', '<Tab>', '<C-y>!')"
    editor = _writing(edit(neovim_012, "xerox = xenon = 1\nx\n", before=taking), "jA")

    editor.press("<C-x><C-n>")
    editor.until(lambda: editor.nvim.funcs.pumvisible(), "the menu")
    editor.press("<Tab>")
    assert editor.lines()[1] in ("xerox!", "xenon!")


def test_keys_can_be_switched_off(neovim_012: Path, edit: Edit) -> None:
    editor = _writing(edit(neovim_012, setup={"keys": {"accept": False}}))

    editor.press("<Tab>")
    assert editor.lines() == ["x =     "]


def test_the_server_hears_what_was_shown_and_accepted(neovim_012: Path, edit: Edit) -> None:
    editor = edit(neovim_012)
    _attached(editor)
    _record(editor)
    _writing(editor)
    editor.press("<M-Right>")

    shown = editor.until(lambda: _sent(editor, "textDocument/didShowCompletion"), "didShowCompletion")
    assert shown[0]["item"]["insertText"].endswith("hello(world)")
    partly = _sent(editor, "textDocument/didPartiallyAcceptCompletion")
    text = partly[0]["item"]["insertText"][: partly[0]["acceptedLength"]]
    assert text.endswith("hello")
    focus = editor.until(lambda: _sent(editor, "textDocument/didFocus"), "didFocus")
    assert focus[0]["textDocument"]["uri"].endswith("example.py")
    assert focus[-1]["position"]["line"] == 0


def test_the_server_hears_what_was_dismissed(neovim_012: Path, edit: Edit) -> None:
    editor = edit(neovim_012)
    _attached(editor)
    _record(editor)
    _writing(editor)
    editor.press("<C-]>")

    (rejected,) = editor.until(lambda: _sent(editor, "hearth/didRejectCompletion"), "didRejectCompletion")
    assert rejected["item"]["command"]["command"] == "hearth.didAcceptCompletion"
    assert editor.ghost() == ""


def test_without_ghost_text_suggestions_come_in_the_menu(neovim_012: Path, edit: Edit) -> None:
    editor = edit(neovim_012, setup={"ghost": False}, before=MENU)
    _attached(editor)

    _complete_by_menu(editor)


def test_neovim_011_completes_by_menu(neovim_011: Path, edit: Edit) -> None:
    editor = edit(neovim_011, before=MENU)
    _attached(editor)

    _complete_by_menu(editor)


@pytest.mark.parametrize(
    ("answer", "text", "expected"),
    [
        ("max(1, 2) or None", "x = ", "x = max(1, 2) or None"),
        ("[\n    1,\n    2,\n]", "x = ", "x = [\n    1,\n    2,\n]"),
        ("f(a, 'ä $1')", "é = (‸)", "é = (f(a, 'ä $1'))"),
        ("1, 2)", "f(‸)", "f(1, 2)"),
    ],
)
def test_the_menu_inserts_all_of_it_with_the_completeopt_that_neovim_comes_with(
    any_neovim: Path, edit: Edit, answer: str, text: str, expected: str
) -> None:
    settings = {"completion": {"backend": "scripted", "model": f"5:{answer}"}}
    before, _, behind = text.partition("‸")
    editor = edit(any_neovim, f"{before}{behind}\n", settings=settings, setup={"ghost": False})
    _attached(editor)
    editor.press("0" + "l" * len(before) + "i" if behind else "A")
    editor.press("<C-x><C-o>")
    editor.until(lambda: editor.nvim.funcs.pumvisible(), "the menu")
    editor.press("<C-y>")
    editor.until(lambda: "\n".join(editor.lines()) == expected, "the completion")
    editor.press("#")
    editor.until(lambda: "#" in "\n".join(editor.lines()), "what is typed behind it")
    assert "\n".join(editor.lines()).replace("#", "") == expected


def test_the_status_line_says_how_the_server_is(any_neovim: Path, edit: Edit) -> None:
    line = "vim.o.laststatus = 2; vim.o.statusline = \"[%{v:lua.require'hearth'.statusline()}]\""
    editor = edit(any_neovim, before=line)

    _ready(editor)
    editor.pump()
    assert editor.screen.line(-2) == "[hearth]"


def test_pause_stops_the_ghost_text_until_resume(neovim_012: Path, edit: Edit) -> None:
    editor = edit(neovim_012)
    _ready(editor)

    editor.nvim.command("Hearth pause")
    editor.until(lambda: _statusline(editor) == "hearth: paused", "the paused status")
    editor.press("A ")
    editor.nvim.command("Hearth resume")
    editor.until(lambda: _statusline(editor) == "hearth", "the ready status")
    editor.press("<Esc>A")
    editor.until(lambda: editor.ghost() == "hello(world)", "ghost text after resume")


def test_another_model_answers_after_hearth_model(neovim_012: Path, edit: Edit) -> None:
    editor = edit(neovim_012)
    _ready(editor)

    editor.nvim.command("Hearth model 5:bye|bye")
    editor.press("A")
    editor.until(lambda: editor.ghost() == "byebye", "an answer of the new model")


def test_a_model_is_picked_from_those_that_the_server_knows(any_neovim: Path, edit: Edit) -> None:
    editor = edit(any_neovim, settings={**SCRIPTED, "downloads": {"allowed": False}}, before="vim.o.cmdheight = 5")
    _ready(editor)
    editor.lua("""
      vim.ui.select = function(items, options, choose)
        _G.labels = vim.tbl_map(options.format_item, items)
        _G.prompt = options.prompt
        choose(items[1])
      end
    """)
    _record(editor)

    editor.nvim.command("Hearth model")
    editor.until(lambda: editor.lua("return _G.labels"), "the list of models")
    labels = editor.lua("return _G.labels")
    assert any(label.startswith("qwen2.5-coder-0.5b-instruct") for label in labels)
    assert editor.lua("return _G.prompt") == "Model (now 5:hello|(world)):"
    (params,) = _sent(editor, "workspace/didChangeConfiguration")
    chosen = params["settings"]["hearth"]["completion"]
    assert labels[0].startswith(chosen["model"]) and chosen["backend"] == "local"
    editor.until(lambda: "switched off" in editor.nvim.funcs.execute("messages"), "what was to be got, at once")


def test_the_first_run_says_how_to_choose_a_model_and_fetches_none(neovim_012: Path, edit: Edit) -> None:
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_OFFLINE": "0"}
    editor = edit(neovim_012, settings={"downloads": {"mirror": "hub"}}, env=nowhere)
    # Without a key that Neovim would ask for after a longer message: the test ends if it does.
    editor.until(lambda: "no code model is on this disk" in editor.nvim.funcs.execute("messages"), "the question")
    assert ":Hearth model" in editor.nvim.funcs.execute("messages")
    editor.lua("vim.o.cmdheight = 12")
    editor.press("A")
    editor.until(lambda: editor.lua(ASKED), "an answer, which is empty")
    assert "could not be downloaded" not in editor.nvim.funcs.execute("messages")
    editor.press("<Esc>")
    editor.nvim.command("Hearth fetch")
    editor.until(lambda: "could not be downloaded" in editor.nvim.funcs.execute("messages"), "the try to get it")


def test_ghost_text_comes_without_another_key_once_the_server_can_answer(neovim_012: Path, edit: Edit) -> None:
    editor = edit(neovim_012)
    _ready(editor)
    editor.nvim.command("Hearth pause")
    editor.until(lambda: _statusline(editor) == "hearth: paused", "the paused status")
    editor.press("A")
    editor.until(lambda: editor.lua(ASKED), "an answer, which is empty")
    assert editor.ghost() == ""

    editor.lua("vim.cmd('Hearth resume')")
    editor.until(lambda: editor.ghost() == "hello(world)", "ghost text, with no key pressed")
    assert editor.nvim.api.get_mode()["mode"] == "i"


def test_fetch_gets_a_model_that_has_come_meanwhile(neovim_012: Path, edit: Edit, tmp_path: Path) -> None:
    """It is no sound one, which is a new error: the server has tried again."""
    model = tmp_path / "model.gguf"
    settings = {"completion": {"model": str(model)}, "chat": {"backend": "scripted", "model": ""}}
    editor = edit(neovim_012, settings=settings, before="vim.o.cmdheight = 5")
    editor.press("A")
    editor.until(lambda: _statusline(editor) == "hearth: error", "the error")
    editor.press("<Esc>")

    model.write_bytes(b"GGUF, or not")
    editor.nvim.command("messages clear")
    editor.nvim.command("Hearth fetch")
    editor.until(lambda: str(model) in editor.nvim.funcs.execute("messages"), "what is wrong with it now")
    editor.nvim.command("Hearth fetch stop")
    editor.lua("vim.wait(100)")
    assert "does not offer" not in editor.nvim.funcs.execute("messages")


def test_a_killed_server_is_said_so_and_edit_starts_it_again(any_neovim: Path, edit: Edit) -> None:
    # Neovim's own message about it is long, and would ask for a key
    editor = edit(any_neovim, before="vim.o.cmdheight = 5")
    _ready(editor)

    os.kill(editor.lua(SERVER_PID), signal.SIGKILL)
    editor.until(lambda: _statusline(editor) == "hearth: stopped", "the stopped status")
    editor.nvim.command("edit")
    _ready(editor)


def test_a_request_that_the_server_lacks_is_said_so(any_neovim: Path, edit: Edit) -> None:
    editor = edit(any_neovim)
    _ready(editor)

    ask = "require('hearth.client').request(vim.lsp.get_clients()[1], 'hearth/nothing', {}, print)"
    editor.lua(ask)
    editor.until(
        lambda: "this server does not offer hearth/nothing" in editor.nvim.funcs.execute("messages"),
        "the message",
    )


def test_an_unknown_command_names_the_help(any_neovim: Path, edit: Edit) -> None:
    editor = edit(any_neovim)

    editor.press(":Hearth dance<CR>")
    assert 'there is no ":Hearth dance"' in editor.nvim.funcs.execute("messages")
    assert editor.nvim.funcs.getcompletion("Hearth p", "cmdline") == ["pause"]


MENU = "vim.o.completeopt = 'menuone'"
ASKED = "return require('hearth.ghost').completor(vim.api.nvim_get_current_buf()).client_state[1].items ~= nil"
SERVER_PID = "return vim.api.nvim_get_proc_children(vim.fn.getpid())[1]"


def _attached(editor: Editor) -> None:
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")
    editor.until(
        lambda: editor.lua("return vim.lsp.get_clients()[1].initialized"), "the end of the initialisation"
    )


def _ready(editor: Editor) -> None:
    editor.until(lambda: _statusline(editor) == "hearth", "the ready status")


def _statusline(editor: Editor) -> str:
    line: str = editor.lua("return require('hearth').statusline()")
    return line


def _writing(editor: Editor, keys: str = "A") -> Editor:
    """Go to insert mode and wait for ghost text."""
    _attached(editor)
    editor.press(keys)
    editor.until(editor.ghost, "ghost text")
    return editor


def _complete_by_menu(editor: Editor) -> None:
    editor.press("A<C-x><C-o>")
    editor.until(lambda: editor.nvim.funcs.pumvisible(), "the menu")
    editor.press("<C-y>")
    editor.until(lambda: editor.lines() == ["x = hello(world)"], "the completion")


def _record(editor: Editor) -> None:
    editor.lua("""
      _G.sent = {}
      local client = vim.lsp.get_clients()[1]
      local notify = client.notify
      client.notify = function(self, method, params)
        table.insert(_G.sent, { method, params })
        return notify(self, method, params)
      end
    """)


def _sent(editor: Editor, method: str) -> list[dict[str, Any]]:
    sent: list[tuple[str, dict[str, Any]]] = editor.lua(
        "return vim.tbl_filter(function(m) return m[1] == ... end, _G.sent)".replace("...", f"'{method}'")
    )
    return [params for _, params in sent]
