"""Code actions in real Neovims: the list, the preview, taking and leaving it. What the model says is a script."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hearth.engine.code_actions.actions import ACTIONS
from tests.editors.neovim import ARTEFACTS, Edit, Editor

ADD = "def add(a, b):\n    return a + b\n"
ADD_FIXED = "```python\ndef add(a, b):\n    return a + b + 1\n```"


@dataclass(frozen=True)
class Case:
    """What an action makes of `text` when the cursor is at `row`, `column` and the model says `answer`."""

    text: str
    answer: str
    expected: str
    row: int = 2
    column: int = 4
    problem: str = ""
    command: str = "Hearth act"


CASES = {
    "fix": Case(
        "def mean(values):\n    return totl / len(values)\n",
        "```python\ndef mean(values):\n    return sum(values) / len(values)\n```",
        "def mean(values):\n    return sum(values) / len(values)\n",
        problem="undefined name 'totl'",
    ),
    "bug": Case(ADD, ADD_FIXED, "def add(a, b):\n    return a + b + 1\n"),
    "implement": Case(
        'def is_even(n):\n    """Whether n is even."""\n    raise NotImplementedError\n',
        '```python\ndef is_even(n):\n    """Whether n is even."""\n    return n % 2 == 0\n```',
        'def is_even(n):\n    """Whether n is even."""\n    return n % 2 == 0\n',
        row=3,
    ),
    "document": Case(
        ADD, "Adds two numbers.", 'def add(a, b):\n    """Adds two numbers."""\n    return a + b\n', row=1
    ),
    "annotate": Case(
        ADD,
        "```python\ndef add(a: int, b: int) -> int:\n    return a + b\n```",
        "def add(a: int, b: int) -> int:\n    return a + b\n",
    ),
    "test": Case(
        ADD,
        "```python\ndef test_adds():\n    assert add(1, 2) == 3\n```",
        "from example import add\n\n\ndef test_adds():\n    assert add(1, 2) == 3\n",
    ),
    "simplify": Case(
        "def sign(n):\n    if n > 0:\n        return True\n    else:\n        return False\n",
        "```python\ndef sign(n):\n    return n > 0\n```",
        "def sign(n):\n    return n > 0\n",
    ),
    "rename": Case(
        "def load(path):\n    f = open(path)\n    return f.read()\n",
        "`file`",
        "def load(path):\n    file = open(path)\n    return file.read()\n",
    ),
    "instruct": Case(
        ADD, ADD_FIXED, "def add(a, b):\n    return a + b + 1\n", command="Hearth act add one to the sum"
    ),
    "explain": Case(ADD, "It adds |two numbers.", "## Explain example.py:2\n\nIt adds two numbers."),
}


def test_every_action_is_offered_previewed_and_applied(any_neovim: Path, edit: Edit) -> None:
    assert set(CASES) == {row.id for row in ACTIONS}
    editor = _attached(edit(any_neovim, settings=_script(*(case.answer for case in CASES.values()))))

    for name, case in CASES.items():
        _ask(editor, name, case)
        if name == "explain":
            editor.until(lambda: "Shown to the model:" in editor.lines(), "the end of the explanation")
            assert "\n".join(editor.lines()).startswith(case.expected)
            continue
        _previewed(editor, name)
        if name in ("bug", "test"):
            editor.save(ARTEFACTS / f"neovim-preview-{name}")
        editor.press("<CR>")
        editor.until(partial(_has_text, editor, case.expected), f"{name}, applied")
        if name == "test":
            assert editor.nvim.current.buffer.name.endswith("test_example.py")
            editor.nvim.command("close!")


def test_the_answer_is_shown_while_it_is_written(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, ADD, settings=_script("400:Adds |two |numbers.")))

    _choose(editor, "document")
    editor.until(lambda: editor.shows("Adds two"), "the beginning of the answer")
    assert "Document add" in editor.screen.text() and "q cancel" in editor.screen.text()
    assert editor.lines() != ADD.splitlines()


def test_an_applied_action_is_one_step_to_undo(any_neovim: Path, edit: Edit) -> None:
    case = CASES["rename"]
    editor = _attached(edit(any_neovim, case.text, settings=_script(case.answer)))

    editor.press("j4l")
    _choose(editor, "rename")
    _previewed(editor)
    editor.press("<CR>")
    editor.until(lambda: _text(editor) == case.expected, "the new name")
    editor.press("u")
    assert _text(editor) == case.text


def test_in_a_dos_file_neither_the_preview_nor_the_text_gets_a_cr(any_neovim: Path, edit: Edit) -> None:
    case = CASES["document"]
    answer = "Adds two\r\nnumbers."
    editor = _attached(edit(any_neovim, case.text.replace("\n", "\r\n"), settings=_script(answer)))

    assert editor.nvim.current.buffer.options["fileformat"] == "dos"
    _choose(editor, "document")
    _previewed(editor)
    assert not editor.shows("^M")
    editor.press("<CR>")
    editor.until(lambda: '"""' in _text(editor), "the docstring")
    assert "\r" not in _text(editor)


@pytest.mark.parametrize("key", ["q", "<Esc>", ":q<CR>"])
def test_a_preview_that_is_left_changes_nothing(neovim_012: Path, edit: Edit, key: str) -> None:
    editor = _attached(edit(neovim_012, ADD, settings=_script(ADD_FIXED)))

    _choose(editor, "bug")
    _previewed(editor)
    editor.press(key)
    assert _text(editor) == ADD


def test_cancelling_half_way_stops_the_model_and_leaves_the_text_alone(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(
        edit(any_neovim, ADD, settings=_script("200:Adds |" + "very |" * 100 + f"much.\f{ADD_FIXED}"))
    )

    _choose(editor, "document")
    editor.until(lambda: editor.shows("very"), "the beginning of the answer")
    editor.press("q")
    editor.until(lambda: editor.lua("return vim.tbl_isempty(vim.lsp.get_clients()[1].requests)"), "the end")
    assert _text(editor) == ADD
    assert "rror" not in editor.nvim.funcs.execute("messages")


def test_a_document_that_changes_meanwhile_is_left_alone(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, ADD, settings=_script(f"800:{ADD_FIXED}")))
    buffer = editor.nvim.current.buffer

    _choose(editor, "bug")
    editor.until(lambda: editor.nvim.current.buffer != buffer, "the preview, still empty")
    buffer[0] = "def add(a, c):"
    editor.until(lambda: "changed meanwhile" in _messages(editor), "the reason")
    assert list(buffer[:]) == ["def add(a, c):", "    return a + b"]
    assert editor.nvim.current.buffer == buffer


def test_a_document_that_changes_under_the_preview_is_left_alone(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, ADD, settings=_script(ADD_FIXED)))
    buffer = editor.nvim.current.buffer

    _choose(editor, "bug")
    _previewed(editor)
    buffer[0] = "def add(a, c):"
    editor.press("<CR>")
    editor.until(lambda: "changed meanwhile" in _messages(editor), "the reason")
    assert list(buffer[:]) == ["def add(a, c):", "    return a + b"]


def test_nothing_can_be_done_in_an_empty_file(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, "", settings=_script("")))

    editor.nvim.command("Hearth act")
    editor.until(lambda: "no Hearth actions apply here" in _messages(editor), "the message")


def test_two_thousand_lines_are_offered_with_the_reason_why_not(any_neovim: Path, edit: Edit) -> None:
    body = "".join(f"    x{n} = {n}\n" for n in range(2000))
    settings = _script(ADD_FIXED)
    editor = _attached(edit(any_neovim, f"def huge():\n{body}", settings=settings, before=ROOM))

    _choose(editor, "bug", "%Hearth act")
    editor.until(lambda: "2,001 lines are too many at once" in _messages(editor), "the reason")
    editor.nvim.command("messages clear")
    editor.nvim.command("%Hearth act make it shorter")
    editor.until(lambda: "2,001 lines are too many at once" in _messages(editor), "the reason")
    assert len(editor.lines()) == 2001


def test_a_model_that_is_not_there_is_said_so(any_neovim: Path, edit: Edit) -> None:
    settings = {"completion": {"backend": "scripted", "model": ""}, "chat": {"model": "no-such-model"}}
    editor = _attached(edit(any_neovim, ADD, settings=settings, before=ROOM))

    _choose(editor, "bug")
    editor.until(lambda: "no-such-model" in _messages(editor), "the message")
    editor.until(lambda: _text(editor) == ADD, "the file, without a preview over it")
    editor.lua("vim.wait(300)")  # it would come at once
    assert _messages(editor).count("no-such-model") == 1
    editor.nvim.command("Hearth explain")
    editor.until(lambda: "no-such-model" in _text(editor), "the reason, in the chat")


def test_neovim_s_own_code_action_applies_them_too(any_neovim: Path, edit: Edit) -> None:
    case = CASES["document"]
    editor = _attached(edit(any_neovim, ADD, settings=_script(case.answer)))

    _pick(editor, "document")
    editor.lua("vim.lsp.buf.code_action()")
    editor.until(lambda: _text(editor) == case.expected, "the docstring")


ROOM = "vim.o.cmdheight = 3"  # a message that is longer than the screen is wide asks for a key


def _script(*answers: str) -> dict[str, Any]:
    nothing = {"backend": "scripted", "model": "0:"}
    return {"completion": nothing, "chat": {"backend": "scripted", "model": "\f".join(answers)}}


def _ask(editor: Editor, name: str, case: Case) -> None:
    editor.nvim.current.buffer[:] = case.text.splitlines()
    editor.nvim.current.window.cursor = (case.row, case.column)
    editor.lua(PROBLEM, case.row - 1, case.problem)
    _choose(editor, name, case.command)


def _choose(editor: Editor, name: str, command: str = "Hearth act") -> None:
    _pick(editor, name)
    editor.nvim.command(command)


def _pick(editor: Editor, name: str) -> None:
    """Whatever list comes next: take the entry of this action."""
    editor.lua(PICK, name)


def _previewed(editor: Editor, name: str = "") -> None:
    editor.until(lambda: editor.nvim.current.buffer.options["filetype"] == "diff", f"the preview {name}")
    editor.pump()
    assert "<CR> apply" in editor.screen.text()


def _has_text(editor: Editor, text: str) -> bool:
    return _text(editor) == text


def _text(editor: Editor) -> str:
    return "\n".join(editor.lines()) + "\n"


def _messages(editor: Editor) -> str:
    said: str = editor.nvim.funcs.execute("messages")
    return said


def _attached(editor: Editor) -> Editor:
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")
    return editor


PICK = """
local wanted = ...
vim.ui.select = function(items, _, choose)
  for _, item in ipairs(items) do
    local action = item.action or item
    local command = action.command and action.command.command or ''
    if (action.data or {}).action == wanted or command == 'hearth.' .. wanted then
      return choose(item)
    end
  end
  error(wanted .. ' is not offered: ' .. vim.inspect(items))
end
"""
PROBLEM = """
local row, message = ...
local problem = { lnum = row, col = 11, end_col = 15, message = message, severity = 1 }
local found = message ~= '' and { problem } or {}
vim.diagnostic.set(vim.api.nvim_create_namespace('linter'), 0, found)
"""
