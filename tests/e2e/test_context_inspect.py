"""The prompt inspector says the same in the terminal and over the protocol."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.e2e.editor import editor

SETTINGS = '[completion]\nbackend = "scripted"\nmodel = "x"\n'
SHOP = "from prices import tax\n\ntotal = tax(‸)\n"


def hearth(folder: Path, home: Path, *arguments: str) -> str:
    command = [sys.executable, "-P", "-m", "hearth.lsp_server.cli", *arguments]
    env = {**os.environ, "HEARTH_HOME": str(home)}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


async def test_terminal_and_protocol_show_the_same(tmp_path: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    (home / "hearth.toml").write_text(SETTINGS)
    (work / "prices.py").write_text("def tax(amount: float) -> float:\n    return amount * 0.2\n")
    (work / "tools.py").write_text("def total(): pass\n")
    (work / ".env").write_text("TOKEN=planted\n")
    (work / "shop.py").write_text(SHOP.replace("‸", ""))
    opened = [argument for name in ("tools.py", ".env") for argument in ("--open", name)]
    told: dict[str, Any] = json.loads(hearth(work, home, "inspect", "shop.py:3:13", *opened, "--json"))
    assert set(told) >= {"prompt", "prompt_tokens", "cached_tokens", "pieces", "left_out"}
    assert all(piece["source"] and piece["reason"] and piece["tokens"] for piece in told["pieces"])
    assert [left["path"] for left in told["left_out"]] == [".env"]
    assert "planted" not in str(told)

    async with editor({"completion": {"backend": "scripted", "model": "x"}}, home, folders=(work,)) as ed:
        for name in ("tools.py", ".env"):
            ed.open((work / name).read_text() + "‸", str(work / name))
        ed.open(SHOP, str(work / "shop.py"))
        params = {"textDocument": {"uri": ed.uri}, "position": {"line": 2, "character": 12}}
        answer = await ed.client.protocol.send_request_async("hearth/inspect", params)
    assert answer.prompt == told["prompt"]
    assert [(piece.source, piece.text) for piece in answer.pieces] == [
        (piece["source"], piece["text"]) for piece in told["pieces"]
    ]


def test_a_file_that_holds_secrets_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TOKEN=planted\n")
    said = hearth(tmp_path, tmp_path, "inspect", ".env:1:1")
    assert "its name suggests that it contains secrets" in said
    assert "planted" not in said
    assert "Traceback" not in said


def test_the_names_that_may_stand_behind_the_dot_are_told(tmp_path: Path) -> None:
    (tmp_path / "hearth.toml").write_text(SETTINGS)
    (tmp_path / "color.ts").write_text("export enum Color { Red, Green }\n")
    (tmp_path / "main.ts").write_text("const a = Color.;\n")
    place = ("inspect", "main.ts:1:17", "--open", "color.ts")
    told = json.loads(hearth(tmp_path, tmp_path, *place, "--json"))
    assert told["members"] == {"names": ["Red", "Green"], "count": 2, "complete": True}
    assert "behind the dot only one of these 2 names Red, Green" in hearth(tmp_path, tmp_path, *place)
    assert json.loads(hearth(tmp_path, tmp_path, "inspect", "main.ts:1:3", "--json"))["members"] is None
