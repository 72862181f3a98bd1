"""Whole completions at places as real editors leave them: what the model says, and what stands there then.

The letters in the names are kinds: A blocks behind a bracket that the editor closed, B quotes behind brackets,
C blanks between closers, D stray line ends, E and F what stands below, G line ends, H blocks that end with a
word, I members that look like lists, J comments and Markdown, K the middle of a chain, O answers whose beginning
is right.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings

CASES = tomllib.loads(Path(__file__).with_name("completion_fits.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_the_answer_fits(case: dict[str, Any], size: int) -> None:
    end = "\r\n" if case.get("crlf") else "\n"
    marked, said, then = (case.get(key, "").replace("\n", end) for key in ("text", "says", "then"))
    text, offset = marked.replace("‸", ""), marked.index("‸")
    pieces = [said[start : start + size] for start in range(0, len(said), size)]
    completer = Completer(ScriptedBackend(pieces), CompletionSettings(deadline_ms=60_000))
    document = Document(f"file:///{case['file']}", text, case["language"], f"/{case['file']}")
    answer = await completer.complete(document, offset, not case.get("invoked"))
    assert answer is not None
    assert text[: answer.start] + answer.text + text[answer.end :] == (then or text)
