"""The chat and inspect windows; where the answer must be fixed, the server is written in Lua inside Neovim."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.editors.neovim import Edit, Editor

# Answers `hearth/chat` with a streamed answer; "wait" is answered only when it is stopped.
SERVER = """
vim.lsp.config('hearth', { cmd = function(dispatchers)
  local waiting
  local methods = {}
  methods['initialize'] = function(_, answer)
    answer(nil, { capabilities = {}, serverInfo = { name = 'hearth' } })
  end
  methods['hearth/chat'] = function(params, answer)
    _G.asked = params
    local function say(text)
      local piece = { token = params.partialResultToken, value = { kind = 'text', text = text } }
      dispatchers.notification('$/progress', piece)
    end
    say('An ')
    say('answer:\\n```python\\nx = 1\\ny = 2\\n```\\n')
    if params.message == 'break' then
      answer(nil, { conversation = 'c1', text = '', reason = 'error', message = 'it went away' })
      return
    end
    if params.message == 'null' then
      answer(nil, _G.NOTHING)
      return
    end
    if params.message == 'wait' then
      waiting = answer
      return
    end
    answer(nil, {
      conversation = 'c1',
      text = 'all of it once more',
      reason = 'eog',
      used = { { path = 'a.py', why = 'selected', range = {
        start = { line = 0, character = 0 }, ['end'] = { line = 2, character = 0 },
      } } },
    })
  end
  methods['hearth/chat/stop'] = function(params, answer)
    answer(nil, waiting ~= nil)
    waiting(nil, { conversation = params.conversation, text = 'An answer', reason = 'stopped' })
  end
  methods['hearth/inspect'] = function(_, answer)
    answer(nil, {
      prompt = 'first = 1\\nsecond = ',
      pieces = { { source = 'above', tokens = 7, text = 'first' } },
      left_out = { { source = '.env', reason = 'secret' } },
    })
  end
  methods['shutdown'] = function(_, answer) answer(nil, nil) end
  return {
    request = function(method, params, callback)
      if methods[method] then
        methods[method](params, callback)
      else
        callback({ code = -32601, message = 'no such method' })
      end
      return true, 1
    end,
    notify = function() return true end,
    is_closing = function() return false end,
    terminate = function() end,
  }
end })
"""


def test_an_answer_streams_into_a_markdown_split(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, before=SERVER))

    editor.nvim.command("Hearth chat why?")
    assert editor.lines()[:7] == ["## why?", "", "An answer:", "```python", "x = 1", "y = 2", "```"]
    assert editor.lines()[-2:] == ["", "- `a.py:1-2`: selected"]
    assert editor.nvim.current.buffer.options["filetype"] == "markdown"


def test_an_answer_that_breaks_off_stays_with_the_reason_below(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, before=SERVER))

    editor.nvim.command("Hearth chat break")
    assert editor.lines()[2:7] == ["An answer:", "```python", "x = 1", "y = 2", "```"]
    assert editor.lines()[-2:] == ["", "**it went away**"]


@pytest.mark.parametrize("nothing", ["nil", "vim.NIL"])
def test_no_answer_at_all_is_told_too(any_neovim: Path, edit: Edit, nothing: str) -> None:
    editor = _attached(edit(any_neovim, before=f"_G.NOTHING = {nothing}\n{SERVER}"))

    editor.nvim.command("Hearth chat null")
    assert "An answer:" in editor.lines()
    assert "the server gave no answer" in editor.lines()[-1]


def test_a_server_that_dies_leaves_what_it_said_and_the_reason(any_neovim: Path, edit: Edit) -> None:
    script = _script("100:It " + "|very " * 100 + "|much.")
    editor = _attached(edit(any_neovim, "x = 1\n", settings=script, before="vim.o.cmdheight = 5"))

    editor.nvim.command("1Hearth explain")
    editor.until(lambda: "very" in "".join(editor.lines()), "the beginning of the answer")
    os.kill(editor.lua("return vim.api.nvim_get_proc_children(vim.fn.getpid())[1]"), signal.SIGKILL)
    editor.until(lambda: "the server exited before" in editor.lines()[-1], "the reason")
    assert any("very" in line for line in editor.lines())


def test_the_real_server_answers_in_the_split(any_neovim: Path, edit: Edit) -> None:
    script = {"chat": {"backend": "scripted", "model": "5:It sets |x."}}
    editor = _attached(edit(any_neovim, "x = 1\n", settings=script))

    editor.nvim.command("1Hearth explain")
    editor.until(lambda: "Shown to the model:" in editor.lines(), "the end of the answer")
    assert editor.lines()[:3] == ["## Explain example.py:1-1", "", "It sets x."]
    assert editor.lines()[-1].startswith("- `example.py:1-1`: ")


def test_an_answer_that_was_cut_off_goes_on(any_neovim: Path, edit: Edit) -> None:
    chat = {"backend": "scripted", "model": "5:one |two |three\f5:four", "max_tokens": 2}
    editor = _attached(edit(any_neovim, "x = 1\n", settings={"chat": chat}))

    editor.nvim.command("1Hearth explain")
    editor.until(lambda: any("`:Hearth continue` goes on" in line for line in editor.lines()), "the limit")
    editor.nvim.command("Hearth continue")
    editor.until(lambda: "four" in editor.lines(), "the rest")
    assert "three" not in editor.lines()


def test_an_answer_with_crlf_gives_plain_lines(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, "x = 1\n", settings=_script("5:It sets x:\r|\n```\r\nx = 1\r\n```")))

    editor.nvim.command("1Hearth explain")
    editor.until(lambda: "Shown to the model:" in editor.lines(), "the end of the answer")
    assert editor.lines()[2:6] == ["It sets x:", "```", "x = 1", "```"]


def test_an_answer_of_the_real_server_is_stopped_half_way(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, "x = 1\n", settings=_script("100:It " + "|very " * 100 + "|much.")))

    editor.nvim.command("1Hearth explain")
    editor.until(lambda: "very" in "".join(editor.lines()), "the beginning of the answer")
    editor.press("<C-c>")
    editor.until(lambda: "*stopped*" in editor.lines(), "the end of the answer")
    assert not any("much." in line for line in editor.lines())
    editor.until(lambda: editor.lua(NOTHING_ASKED), "the end of the request")


def test_a_question_asked_meanwhile_stops_the_answer_before_it(any_neovim: Path, edit: Edit) -> None:
    answers = "100:It " + "|very " * 100 + "|much.\f5:Yes."
    editor = _attached(edit(any_neovim, "x = 1\n", settings=_script(answers)))

    editor.nvim.command("1Hearth explain")
    editor.until(lambda: "very" in "".join(editor.lines()), "the beginning of the answer")
    editor.nvim.command("Hearth chat Really?")
    editor.until(lambda: "Yes." in editor.lines(), "the second answer")
    assert "*stopped*" in editor.lines() and not any("much." in line for line in editor.lines())


def test_the_file_may_change_while_it_is_explained(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, "x = 1\n", settings=_script("300:It |sets |x.")))
    file = editor.nvim.current.buffer

    editor.nvim.command("1Hearth explain")
    editor.until(lambda: any(line.startswith("It") for line in editor.lines()), "the beginning of the answer")
    file[:] = ["y = 2"]
    editor.until(lambda: "Shown to the model:" in editor.lines(), "the end of the answer")
    assert editor.lines()[:3] == ["## Explain example.py:1-1", "", "It sets x."]
    assert list(file[:]) == ["y = 2"]


def test_the_split_may_be_closed_while_the_answer_comes(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, "x = 1\n", settings=_script("100:It |sets |x.")))

    editor.nvim.command("1Hearth explain")
    editor.until(lambda: any(line.startswith("It") for line in editor.lines()), "the beginning of the answer")
    editor.nvim.command("bwipeout!")
    editor.until(lambda: editor.lua(NOTHING_ASKED), "the end of the request")
    assert editor.lines() == ["x = 1"]
    assert "rror" not in editor.nvim.funcs.execute("messages")


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_nothing_selected_in_an_empty_file_is_answered_too(any_neovim: Path, edit: Edit, text: str) -> None:
    editor = _attached(edit(any_neovim, text, settings=_script("5:It is |empty.")))

    editor.nvim.command("Hearth explain")
    editor.until(lambda: "It is empty." in editor.lines(), "the answer")


def test_two_thousand_lines_are_refused_with_the_reason(any_neovim: Path, edit: Edit) -> None:
    text = "".join(f"value_{n} = compute_something({n})\n" for n in range(2000))
    editor = _attached(edit(any_neovim, text, settings=_script("5:It is long.")))

    editor.nvim.command("%Hearth explain")
    editor.until(lambda: any("select less" in line for line in editor.lines()), "the reason")
    assert "do not fit the model's window" in editor.lines()[-1]
    editor.nvim.command("bwipeout!")
    editor.nvim.command("1,9Hearth explain")
    editor.until(lambda: "It is long." in editor.lines(), "the answer to a smaller question")


def test_a_model_that_is_not_there_is_said_once(any_neovim: Path, edit: Edit) -> None:
    settings = {"completion": {"backend": "scripted", "model": ""}, "chat": {"model": "no-such-model"}}
    editor = _attached(edit(any_neovim, "x = 1\n", settings=settings, before="vim.o.cmdheight = 3"))

    editor.nvim.command("1Hearth explain")
    editor.until(lambda: any("no-such-model" in line for line in editor.lines()), "the reason, in the split")
    editor.lua("vim.wait(300)")  # it would come at once
    assert "no-such-model" not in editor.nvim.funcs.execute("messages")


def test_actions_of_the_server_are_offered(any_neovim: Path, edit: Edit) -> None:
    script = {"chat": {"backend": "scripted", "model": "0:"}}
    editor = _attached(edit(any_neovim, "def f(a):\n    return a\n", settings=script))

    editor.lua("vim.ui.select = function(items) _G.offered = #items end")
    editor.nvim.command("1,2Hearth act")
    editor.until(lambda: editor.lua("return _G.offered"), "the list of actions")


def test_stop_ends_the_answer_and_says_so(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, before=SERVER))

    editor.press(":Hearth chat wait<CR>")
    editor.until(lambda: editor.lines()[-1:] == [""], "the beginning of the answer")
    editor.press("<C-c>")
    editor.until(lambda: editor.lines()[-1] == "*stopped*", "the end of the answer")


def test_the_code_of_an_answer_is_yanked(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, before=SERVER))

    editor.nvim.command("Hearth chat why?")
    editor.press("gy")
    assert editor.nvim.funcs.getreg('"') == "x = 1\ny = 2\n"


def test_explain_sends_the_selected_lines(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, "a = 1\nb = 22\nc = 3\n", before=SERVER))

    editor.nvim.command("1,2Hearth explain")
    asked = editor.lua("return _G.asked")
    assert asked["textDocument"]["uri"].endswith("example.py")
    assert asked["range"]["start"] == {"line": 0, "character": 0}
    assert asked["range"]["end"]["line"] == 1
    assert editor.lines()[0] == "## Explain example.py:1-2"


def test_a_question_asked_in_the_split_follows_the_first(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, before=SERVER))

    editor.nvim.command("Hearth chat one")
    first = editor.lua("return _G.asked.conversation")
    editor.nvim.command("Hearth chat two")
    headings = [line for line in editor.lines() if line.startswith("## ")]
    assert headings == ["## one", "## two"]
    assert editor.lua("return _G.asked.conversation") == first
    editor.nvim.command("Hearth! chat three")
    assert [line for line in editor.lines() if line.startswith("## ")] == ["## three"]
    assert editor.lua("return _G.asked.conversation") != first


def test_inspect_shows_pieces_and_prompt(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, before=SERVER))

    editor.nvim.command("Hearth inspect")
    shown = editor.lines()
    assert "- source: above, tokens: 7" in shown
    assert "- reason: secret, source: .env" in shown
    assert shown[-4:] == ["````text", "first = 1", "second = ", "````"]


def test_what_the_server_lacks_is_named(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, before=SERVER))

    editor.press(":Hearth pause<CR>")
    assert "this server does not offer hearth.pause" in editor.nvim.funcs.execute("messages")


NOTHING_ASKED = "return vim.tbl_isempty(vim.lsp.get_clients()[1].requests)"


def _script(answers: str) -> dict[str, Any]:
    nothing = {"backend": "scripted", "model": "0:"}
    return {"completion": nothing, "chat": {"backend": "scripted", "model": answers}}


def _attached(editor: Editor) -> Editor:
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")
    return editor
