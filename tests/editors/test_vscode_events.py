"""What becomes of suggestions in a real VS Code, as the server counts it; and a text that went out of step."""

import json
from collections import Counter

import pytest

from tests.editors.relay import LOST
from tests.editors.vscode_scripted import Scripted

OUTCOMES = ("accepted", "partly", "rejected")
PARTLY = "textDocument/didPartiallyAcceptCompletion"
EVENTS = {
    "Tab": "workspace/executeCommand",
    "Control+ArrowRight": PARTLY,
    "Escape": "hearth/didRejectCompletion",
}


def test_shown_accepted_partly_accepted_and_rejected_suggestions_are_counted(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(ghost="total(basket, rates)")
    before_all = _counted(session)
    session.open("events.py", "")
    told = {event: len(session.said(event)) for event in EVENTS.values()}  # by the tests before this one
    for key, event in EVENTS.items():
        before = len(session.said(event))
        editor.write("value = ")
        editor.until(lambda: "rates" in editor.ghost(), "ghost text")
        editor.press(key)
        session.until_said(event, before + 1)
        editor.press("End", "Enter")
    (command,) = session.said("workspace/executeCommand")[told["workspace/executeCommand"] :]
    assert command["params"]["command"] == "hearth.didAcceptCompletion"
    (partly,) = session.said(PARTLY)[told[PARTLY] :]
    assert partly["params"]["acceptedLength"] == len("total")
    session.answers()  # the server that ends writes down what it counted
    counted = _counted(session)
    counted.subtract(before_all)
    assert {outcome: counted[outcome] for outcome in OUTCOMES} == {"accepted": 1, "partly": 1, "rejected": 1}
    assert counted["shown"] >= 3, "those that came between are counted too"


def _counted(session: Scripted) -> Counter[str]:
    every: dict[str, float] = json.loads(session.hearth("stats", "--json")).get("all", {})
    return Counter({name: int(every.get(name, 0)) for name in ("shown", *OUTCOMES)})


def test_other_answers_are_gone_through_and_the_one_that_is_taken_is_told(vscode_scripted: Scripted) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(ghost=r"total(basket)\u000csum(|basket)")
    session.open("others.py", "")
    for key, event in (("Tab", "workspace/executeCommand"), ("Control+ArrowRight", PARTLY)):
        before = len(session.said(event))
        editor.write("value = ")
        editor.until(lambda: "total" in editor.ghost(), "ghost text")
        editor.press("Alt+]")
        editor.until(lambda: "sum" in editor.ghost(), "the other answer")
        editor.press("Alt+[")
        editor.until(lambda: "total" in editor.ghost(), "the first one again")
        editor.press("Alt+]")
        editor.until(lambda: "sum" in editor.ghost(), "the other answer again")
        editor.press(key)
        session.until_said(event, before + 1)
        editor.press("End", "Enter")
    assert session.said("workspace/executeCommand")[-1]["params"]["arguments"][0].endswith(".1")
    assert session.said(PARTLY)[-1]["params"]["item"]["insertText"].endswith("sum(basket)")


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_text_that_went_out_of_step_is_put_right(vscode_scripted: Scripted, ends: str) -> None:
    session, editor = vscode_scripted, vscode_scripted.editor
    session.answers(ghost="nothing")
    session.open(f"mirror-{len(ends)}.py", f"first = 1{ends}second = 2{ends}")
    editor.press("Control+End")
    editor.write(LOST + LOST)
    editor.press("Backspace")  # takes away what the server never had
    answers = editor.until(lambda: session.answered("hearth/documentText"), "the client's own text")
    assert answers[0]["text"] == f"first = 1{ends}second = 2{ends}{LOST}"
    editor.until(lambda: "put right" in (session.home / "logs" / "server.log").read_text(), "the repair")
