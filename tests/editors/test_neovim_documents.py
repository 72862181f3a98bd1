"""The server's copy of a buffer is put right again, in real Neovims, when a change has gone astray."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.editors.neovim import Edit, Editor

TEXT = "x = 'ä😀'\ny = \n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_copy_that_is_out_of_step_is_put_right(any_neovim: Path, edit: Edit, line_end: str) -> None:
    editor = _attached(edit(any_neovim, TEXT.replace("\n", line_end)))
    assert _digest(editor) == _sha(TEXT.replace("\n", line_end))

    editor.lua(BREAK)
    editor.until(lambda: _asked(editor) > 0, "the server's question")
    editor.until(lambda: _digest(editor) == _sha(TEXT.replace("\n", line_end)), "the buffer's own text")


def test_it_is_put_right_while_the_user_types(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, TEXT))

    editor.press("jA")
    for letter in "hello(1)":
        editor.lua(BREAK)
        editor.press(letter)
    editor.press("<Esc>")
    assert editor.lines()[1] == "y = hello(1)"
    editor.until(lambda: _digest(editor) == _sha("\n".join(editor.lines()) + "\n"), "the buffer's own text")


def test_a_last_line_without_an_end_stays_one(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, "x = 1", before="vim.o.fixeol = false"))

    editor.lua(BREAK)
    editor.until(lambda: _asked(editor) > 0, "the server's question")
    editor.until(lambda: _digest(editor) == _sha("x = 1"), "the buffer's own text")


def test_a_document_that_is_not_open_is_answered_with_null(any_neovim: Path, edit: Edit) -> None:
    editor = _attached(edit(any_neovim, TEXT))

    answer = "return require('hearth.documents').text(vim.lsp.get_clients()[1], 'file:///no') == vim.NIL"
    assert editor.lua(answer)


# a change far below the end of the text, as if others had been lost before it
BREAK = """
local position = { line = 99, character = 0 }
vim.lsp.get_clients()[1]:notify('textDocument/didChange', {
  textDocument = { uri = vim.uri_from_bufnr(0), version = vim.lsp.util.buf_versions[1] },
  contentChanges = { { range = { start = position, ['end'] = position }, text = 'astray' } },
})
"""
COUNT = """
local handlers = vim.lsp.get_clients()[1].handlers
local answer = handlers['hearth/documentText']
handlers['hearth/documentText'] = function(...)
  _G.asked = (_G.asked or 0) + 1
  return answer(...)
end
"""
DIGEST = """
local params = { textDocument = vim.lsp.util.make_text_document_params(0) }
local answer = vim.lsp.get_clients()[1]:request_sync('hearth/digest', params, 5000, 0)
return answer and answer.result
"""


def _digest(editor: Editor) -> str:
    answer: dict[str, Any] = editor.lua(DIGEST)
    return str(answer["sha256"])


def _asked(editor: Editor) -> int:
    return int(editor.lua("return _G.asked or 0"))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _attached(editor: Editor) -> Editor:
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) > 0"), "the client")
    editor.until(lambda: editor.lua("return vim.lsp.get_clients()[1].initialized"), "the initialisation")
    editor.lua(COUNT)
    return editor
