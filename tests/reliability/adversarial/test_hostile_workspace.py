"""Folders that stop, fill or unseat a server that reads what lies in them as if it were well meant."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.editor import editor

SCRIPTED = {"completion": {"backend": "scripted", "model": "1:print(x)\n|"}}
FILES = ("hearth.toml", ".gitignore", ".hearthignore", "imported.py")
TEXTS = {
    "stars": "*a" * 25 + "*b\n" + "**/a/" * 40 + "b\n",
    "brackets": "a = " + "[" * 60_000,
    "parts": "a." * 30_000 + "a = 1\n[b-a]\n",
    "keys": "".join(f"k{number} = 1\n" for number in range(5_000)),
}


def make(file: Path, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(file)
    elif kind in TEXTS:
        file.write_text(TEXTS[kind])
    elif kind == "folder":
        file.mkdir()
    else:
        file.symlink_to({"zero": "/dev/zero", "stdin": "/dev/stdin", "loop": file.name}[kind])


@pytest.mark.parametrize("kind", ["pipe", "zero", "stdin", "loop", "folder", *TEXTS])
async def test_ghost_text_comes_in_a_folder_of_odd_files(tmp_path: Path, kind: str) -> None:
    for name in FILES:
        make(tmp_path / name, kind)
    async with editor(SCRIPTED, tmp_path / "home", folders=(tmp_path,)) as window:
        window.open("import imported\n\nx = 1\n‸\n", str(tmp_path / ("a" * 60 + ".py")))
        assert await window.ghost(automatic=False) == "print(x)"
        told = [message for message in window.messages if "hearth.toml" in message]
        assert len(told) == 1


@pytest.mark.parametrize(
    "value",
    [-5, 10**40, "x" * 1_000_000, ["x"] * 100_000, {"a": {"b": [1]}}, None, True],
    ids=["negative", "huge", "long", "list", "table", "null", "bool"],
)
async def test_whatever_an_editor_sends_as_a_setting_the_server_works(tmp_path: Path, value: Any) -> None:
    completion = {**SCRIPTED["completion"], "max_lines": value, "min_confidence": value, "languages_off": value}
    async with editor({"completion": completion, "chat": value, "x": value}, tmp_path) as window:
        window.open("x = 1\n‸\n")
        assert await window.ghost(automatic=False) == "print(x)"
