"""Crafted answers over functions of many languages: nothing is lost, and what is right is applied."""

from collections import Counter

import pytest

from hearth.engine.errors import EditRefused
from tests.engine.code_actions.asked import acted, place
from tests.engine.code_actions.crafted import Crafted, right_answers, wrong_answers
from tests.engine.code_actions.samples import SAMPLES

WRONG, RIGHT = list(wrong_answers()), list(right_answers())


async def applied_text(answer: Crafted) -> str | None:
    problem = "wrong" if answer.action == "fix" else ""
    instruction = "repair it" if answer.action == "instruct" else ""
    try:
        return await acted(
            answer.action, place(answer.marked, answer.language, problem, instruction), answer.answer
        )
    except EditRefused:
        return None


@pytest.mark.parametrize("language", sorted({sample.language for sample in SAMPLES}))
async def test_no_statement_is_lost_whatever_stands_in_its_place(language: str) -> None:
    wrong = [answer for answer in WRONG if answer.language == language]
    assert len(wrong) > 60
    for answer in wrong:
        new = await applied_text(answer)
        if new is None:
            continue
        before = Counter(line.strip() for line in answer.marked.replace("‸", "").split("\n"))
        after = Counter(line.strip() for line in new.split("\n"))
        assert all(after[line] >= before[line] for line in answer.lost), (answer.kind, answer.answer)


async def test_right_answers_are_applied() -> None:
    refused = [
        (answer.action, answer.language, answer.kind)
        for answer in RIGHT
        if (new := await applied_text(answer)) is None or (answer.gives != "?" and new != answer.gives)
    ]
    assert len(RIGHT) > 300
    assert len(refused) <= 0.02 * len(RIGHT), refused
