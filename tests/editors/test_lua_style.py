"""The Lua of editors/nvim is formatted (stylua) and clean (luacheck), in small files."""

import statistics
import subprocess
from pathlib import Path

PLUGIN = Path(__file__).parents[2] / "editors" / "nvim"
FILES = sorted(PLUGIN.rglob("*.lua"))


def test_stylua_would_change_nothing(stylua: Path) -> None:
    script = Path(__file__).with_name("stylua.cjs")
    done = subprocess.run(["node", script, stylua, *FILES], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


def test_luacheck_finds_nothing(luacheck: Path) -> None:
    done = subprocess.run([luacheck, "--no-color", "-q", "."], cwd=PLUGIN, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_file_compiles_in_neovim(neovim_011: Path) -> None:
    check = "for _, file in ipairs(vim.fn.argv()) do assert(loadfile(file)) end"
    command = [str(neovim_011), "--clean", "--headless", *map(str, FILES), "-c", f"lua {check}", "-c", "qall"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "E5108" not in done.stderr, done.stderr


def test_files_can_be_read_in_one_sitting() -> None:
    lengths = [len(file.read_text().splitlines()) for file in FILES]
    assert statistics.median(lengths) <= 120
    assert max(lengths) <= 200
