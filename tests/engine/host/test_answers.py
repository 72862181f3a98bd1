"""Where an answer ends, token by token."""

from hearth.engine.host.answers import SURE_END, FreeAnswer, RuledAnswer
from hearth.engine.host.decoding import END, Decoded, Run
from hearth.engine.types import Finished, FinishReason, StopPolicy


def token(text: str, end: float = 0.0) -> Decoded:
    return Decoded(1, text, "", 0.5, 0.0, end)


THE_END = Decoded(END, "", "", 0.0, 0.0, 1.0)


def said(answer: FreeAnswer, *tokens: Decoded) -> tuple[str, Finished]:
    """(all that is sent, the end)."""
    text = ""
    for each in tokens:
        if answer.ends_before(each) or (piece := answer.take(each)) is None:
            break
        text += piece.text
    rest = answer.rest()
    return text + (rest.text if rest else ""), answer.finished()


def test_a_rule_that_ends_an_answer_is_named_beside_the_reason() -> None:
    text, end = said(RuledAnswer(Run(1, 0), StopPolicy("line")), token("a()"), token("\n"), token("b()"))
    assert (text, end.reason, end.rule, end.name) == ("a()", FinishReason.STOP, "line_end", "line_end")


def test_the_model_s_own_end_and_the_limit_have_no_rule() -> None:
    policy = StopPolicy("line")
    text, end = said(RuledAnswer(Run(1, 0), policy), token("a()"), THE_END)
    assert (text, end.reason, end.rule, end.name) == ("a()", FinishReason.EOG, "", "eog")
    text, end = said(RuledAnswer(Run(1, 0), policy), token("a()"))
    assert (text, end.reason, end.rule, end.name) == ("a()", FinishReason.LENGTH, "", "limit")


def test_a_probable_end_ends_what_says_something() -> None:
    sure = 2 * SURE_END
    nothing_yet = RuledAnswer(Run(1, 0), StopPolicy("line"))
    assert not nothing_yet.ends_before(token("a", end=sure))
    text, end = said(RuledAnswer(Run(1, 0), StopPolicy("line")), token("a()"), token(" + b", end=sure))
    assert (text, end.reason) == ("a()", FinishReason.EOG)
    text, end = said(RuledAnswer(Run(1, 0), StopPolicy("line")), token("a +"), token(" b", end=sure), THE_END)
    assert text == "a + b", "an operator wants more"
    knows = StopPolicy("line", knows_end=True)
    assert said(RuledAnswer(Run(1, 0), knows), token("a()"), token(" + b", end=sure), THE_END)[0] == "a() + b"


def test_an_answer_without_rules_is_what_the_model_says() -> None:
    text, end = said(FreeAnswer(Run(1, 0)), token("a()\n\n"), token("\n", end=0.9), token("b"), THE_END)
    assert (text, end.name) == ("a()\n\n\nb", "eog")
