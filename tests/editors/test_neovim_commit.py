"""`:Hearth commit` in a real Neovim, with the real git and a scripted model."""

from pathlib import Path
from typing import Any

import pytest

from tests.editors.neovim import Edit, Editor
from tests.repositories import Repo, repository

SLOW = "100:" + "|".join(f"word{n} " for n in range(1000))


def script(answer: str) -> dict[str, Any]:
    return {"completion": {"backend": "scripted", "model": ""}, "chat": {"backend": "scripted", "model": answer}}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = repository(tmp_path / "project", "Begin", "Prices are rounded")
    repo.stage("shop.py", "x = 1\n")
    return repo


def attached(editor: Editor) -> Editor:
    editor.until(lambda: editor.lua("return #vim.lsp.get_clients({ bufnr = 0 }) == 1"), "the server")
    return editor


def messages(editor: Editor) -> str:
    return str(editor.nvim.funcs.execute("messages"))


def test_the_message_comes_in_a_split(any_neovim: Path, edit: Edit, repo: Repo) -> None:
    editor = attached(edit(any_neovim, settings=script("5:A shop| is opened|."), before="vim.o.cmdheight = 5"))
    editor.nvim.command("Hearth commit")
    editor.until(lambda: editor.lines() == ["A shop is opened"], "the message")
    assert editor.nvim.current.buffer.name.endswith("hearth://commit")
    assert "nothing is staged" not in messages(editor)


def test_in_the_buffer_of_git_it_stands_above_the_comments_and_one_undo_takes_it_back(
    any_neovim: Path, edit: Edit, repo: Repo
) -> None:
    editor = edit(
        any_neovim,
        "\n# Please enter the commit message\n# On branch main\n",
        settings=script("5:A shop| is| opened|."),
        before=f"vim.fn.chdir({str(repo.root)!r})",
        name="COMMIT_EDITMSG",
    )
    attached(editor)
    assert editor.nvim.current.buffer.options["filetype"] == "gitcommit"
    editor.nvim.command("Hearth commit")
    editor.until(lambda: editor.lines()[0] == "A shop is opened", "the message")
    assert editor.lines()[1:] == ["# Please enter the commit message", "# On branch main"]
    editor.press("u")
    assert editor.lines() == ["", "# Please enter the commit message", "# On branch main"]


def test_a_message_that_is_stopped_leaves_what_stood_there(any_neovim: Path, edit: Edit, repo: Repo) -> None:
    editor = attached(
        edit(
            any_neovim,
            "Mine\n# comment\n",
            settings=script(SLOW),
            name="COMMIT_EDITMSG",
            before=f"vim.fn.chdir({str(repo.root)!r})",
        )
    )
    editor.nvim.command("Hearth commit")
    editor.until(lambda: editor.lines()[0].startswith("word0 word1"), "the beginning of the message")
    editor.nvim.command("Hearth stop")
    editor.until(lambda: editor.lines() == ["Mine", "# comment"], "what stood there")


def test_what_is_typed_meanwhile_stays(any_neovim: Path, edit: Edit, repo: Repo) -> None:
    editor = attached(
        edit(
            any_neovim,
            "\n# comment\n",
            settings=script(SLOW),
            name="COMMIT_EDITMSG",
            before=f"vim.fn.chdir({str(repo.root)!r})",
        )
    )
    editor.nvim.command("Hearth commit")
    editor.until(lambda: editor.lines()[0].startswith("word0"), "the beginning of the message")
    editor.nvim.current.buffer[0] = "My own words"
    nothing_asked = "return vim.tbl_isempty(vim.lsp.get_clients({ name = 'hearth' })[1].requests)"
    editor.until(lambda: editor.lua(nothing_asked), "the end of the request")
    assert editor.lines() == ["My own words", "# comment"]


def test_what_is_not_staged_is_named_and_a_missing_repository_too(
    any_neovim: Path, edit: Edit, tmp_path: Path, repo: Repo
) -> None:
    repo.git("commit", "--quiet", "-m", "Open a shop")
    repo.write("shop.py", "x = 2\n")
    editor = attached(edit(any_neovim, settings=script("5:It moves."), before="vim.o.cmdheight = 5"))
    editor.nvim.command("Hearth commit")
    editor.until(lambda: editor.lines() == ["It moves"], "the message")
    editor.until(lambda: "nothing is staged" in messages(editor), "the note")
    (repo.root / ".git").rename(tmp_path / "elsewhere")
    editor.nvim.command("wincmd p")
    editor.nvim.command("Hearth commit")
    editor.until(lambda: "is in no git repository" in messages(editor), "the reason")
