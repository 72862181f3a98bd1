"""What the Neovim plugin says by itself, and what it puts into a register."""

import json
import subprocess
from pathlib import Path

from tests.editors.test_lua_style import PLUGIN
from tests.nasty import LEGITIMATE, NASTY, hidden_in

SCRIPT = """
vim.opt.runtimepath:prepend(arg[1])
local words = require('hearth.words')
local said = {}
vim.notify = function(text) table.insert(said, text) end
local asked = vim.json.decode(io.open(arg[2]):read('*a'))
local answer = { quoted = {}, said = said, new = {} }
for _, text in ipairs(asked.nasty) do
  table.insert(answer.quoted, words.quoted(text))
  words.say(text, vim.log.levels.WARN)
end
for _, text in ipairs(asked.legitimate) do
  table.insert(answer.new, words.without_new(text, 'there is ' .. text))
end
vim.api.nvim_buf_set_lines(0, 0, -1, false, { '```py', 'a = 1 # ' .. asked.hidden, '```' })
require('hearth.fence').yank()
answer.register = vim.fn.getreg('"')
io.open(arg[3], 'w'):write(vim.json.encode(answer))
"""


def test_what_the_plugin_says_and_yanks_hides_nothing(neovim_011: Path, tmp_path: Path) -> None:
    nasty = [each for each in NASTY if not any("\ud800" <= character <= "\udfff" for character in each)]
    script, asked, answer = (tmp_path / name for name in ("script.lua", "asked.json", "answer.json"))
    script.write_text(SCRIPT)
    hidden = "\u202eevil\u200b\x1b"
    asked.write_text(json.dumps({"nasty": nasty, "legitimate": LEGITIMATE, "hidden": hidden}, ensure_ascii=False))
    command = [str(neovim_011), "--clean", "--headless", "-l", str(script), str(PLUGIN), str(asked), str(answer)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(answer.read_text())
    assert all(hidden_in(each, "") == set() and len(each) <= 1000 for each in found["quoted"])
    assert len(found["said"]) == len(nasty) + 1
    assert all(hidden_in(each, "\n") == set() and each.startswith("hearth: ") for each in found["said"])
    assert found["new"] == list(LEGITIMATE)
    assert found["register"] == "a = 1 # evil\n"
