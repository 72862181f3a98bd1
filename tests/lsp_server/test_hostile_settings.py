"""A project's `hearth.toml` that somebody wrote to be seen: whatever is in it, its user reads words."""

from pathlib import Path

import pytest

from hearth.lsp_server.settings import read_toml, resolve
from hearth.lsp_server.words import text
from tests.nasty import hidden_in, is_live, live_in

LINKS = (
    "[a](command:x)",
    "[a](<command:x>)",
    "[a] (command:x)",
    "[a][b]\n[b]: command:x",
    "<command:x>",
    "<a href='command:x'>a</a>",
    "![a](file:///x)",
    "[a](\ncommand:x)",
    "[a](COMMAND:x)",
    "[a](&#99;ommand:x)",
    "vscode-insiders://file/x",
    "[a](javascript:alert(1))",
    "[\u200b](command:x)",
    "[a\u202e](command:x)",
    "`[a](command:x)`",
    "command\u2060:x",
    "data:text/html,x",
    "[a]\u00a0(command:x)",
    "[[a](command:x)](command:y)",
    "\x1b]8;;command:x\x1b\\a\x1b]8;;\x1b\\",
    "\u0085[a](command:x)",
    "[a](\tcommand:x)",
    "\U00013430\u2800[a](command:x)",
)
# Where a link may stand in the file.
PLACES = (
    "{0} = 1\n",
    "[{0}]\nx = 1\n",
    "[completion]\n{0} = 1\n",
    "[completion]\nmax_lines = {0}\n",
    "[completion]\nlanguages_off = [{0}, {0}]\noff_in = [{0}]\n",
    "[completion]\n{0}.{0}.{0} = {{ {0} = [{0}] }}\n",
    "[[{0}]]\n[chat]\nmodel = {0}\nbackend = {0}\n",
)
# Values of every wrong type, and files of odd bytes: each is one problem.
ODD = {
    "tables in tables": b"[[a]]\n" * 10_000,
    "infinite": b"[completion]\nmax_lines = inf\nmin_confidence = nan\n",
    "a date": b"[completion]\nmax_lines = 1979-05-27T07:32:00Z\n",
    "too large": b"[completion]\nmax_lines = 1e400\n",
    "a long number": b"[completion]\nmax_lines = 0x" + b"f" * 3_000,
    "no sections": b"completion = 1\nchat = []\nhost = ''\nactions = 1.5\nnext_edit = false\n",
    "lines in a text": b'[completion]\noff_in = ["""' + b"\n" * 50_000 + b'"""]',
    "half a UTF-16": b"\xff\xfe\x00\xd8",
    "zero": b"a = 1\x00",
    "old line ends": b"[completion]\rmax_lines = 1\r",
    "half a character": b'a = "\\ud800"',
    "twice": b"a = 1\na = 2",
}


def written(value: str) -> str:
    """The value as a text of TOML."""
    plain = {" ", *map(chr, range(0x21, 0x7F))} - {'"', "\\"}
    return '"' + "".join(each if each in plain else f"\\U{ord(each):08x}" for each in value) + '"'


def told(path: Path) -> list[str]:
    layer, problems = read_toml(path, False)
    return [text.message(each) for each in problems + resolve([layer] if layer else [])[1]]


@pytest.mark.parametrize("link", LINKS)
def test_no_link_of_a_project_is_live_wherever_it_stands(tmp_path: Path, link: str) -> None:
    path = tmp_path / "hearth.toml"
    for place in PLACES:
        path.write_text(place.format(written(link)))
        messages = told(path)
        assert len(messages) == 1
        for message in messages:
            assert not is_live(message)
            assert hidden_in(message) == set()
            assert live_in(text.markdown_line(message)) == []


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_an_odd_file_is_one_short_problem(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "hearth.toml"
    path.write_bytes(data)
    (message,) = told(path)
    assert str(path) in message and len(message) <= 1_000
