"""Answers to all actions in many languages, with what becomes of each; `cases*.jsonl` have one on each line.

`after` is the text that the file has then, "" where the answer is refused or the action is not offered (`why`).
"""

import json
from pathlib import Path

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.code_actions.actions import action
from hearth.engine.code_actions.edits import applied
from hearth.engine.code_actions.rewrite import rewrite
from hearth.engine.code_actions.targets import ActionContext, Problem
from hearth.engine.context.parsed import parse
from hearth.engine.errors import EditRefused
from hearth.engine.languages import language_of
from hearth.engine.settings import ChatSettings

CASES = [
    json.loads(line)
    for file in sorted(Path(__file__).parent.glob("cases*.jsonl"))
    for line in file.read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
async def test_what_becomes_of_an_answer(case: dict[str, str]) -> None:
    start = case["marked"].index("‸")
    text = case["marked"].replace("‸", "", 1)
    end = text.find("‸")
    text, end = (text, start) if end < 0 else (text.replace("‸", "", 1), end)
    problems = (Problem(start, end, case["problem"]),) if case["problem"] else ()
    row = action(case["action"])
    assert row is not None
    code = parse(text, language_of("", case["file"]))
    target = row.find(ActionContext(code, start, end, problems, case["instruction"]))
    if target is None:
        assert case["why"] == "not offered"
        return
    backend = ScriptedBackend([], answers=[[case["answer"]]])
    try:
        result = await rewrite(backend, ChatSettings(), row, target)
    except EditRefused as refused:
        assert case["why"] == str(refused)
        return
    assert applied(text, result.edits) == case["after"]
