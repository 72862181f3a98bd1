import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.reasoning import Splitter


def split(pieces: Sequence[str], **options: bool) -> tuple[str, str]:
    """The thinking and the text."""
    splitter = Splitter(**options)
    out = [piece for text in pieces for piece in splitter.push(text)] + splitter.finish()
    parts = {"thinking": "", "text": ""}
    for piece in out:
        assert piece.text
        parts[piece.part] += piece.text
    return parts["thinking"], parts["text"]


@pytest.mark.parametrize(
    ("answer", "thinking", "text"),
    [
        ("just text", "", "just text"),
        ("<think>hm</think>yes", "hm", "yes"),
        ("\n<think>\nhm\n</think>\n\nyes", "\nhm\n", "\n\n\nyes"),
        ("<think></think>yes", "", "yes"),
        ("<think>a</think>b\n<think>c</think>d", "ac", "b\nd"),
        ("<think>never closed", "never closed", ""),
        ("the <think> tag", "", "the <think> tag"),
        ("[THINK]hm[/THINK]yes", "hm", "yes"),
        ("<thought>hm</thought>\nyes", "hm", "\nyes"),
        ("<seed:think>hm</think></seed:think>yes", "hm</think>", "yes"),
        (
            "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>yes",
            "hm",
            "yes",
        ),
        ("<|channel|>final<|message|>yes", "", "yes"),
        ("see [THINK] and\n    x = a[THINK]", "", "see [THINK] and\n    x = a[THINK]"),
        ("```\n[THINK]x[/THINK]\n```", "", "```\n[THINK]x[/THINK]\n```"),
        ("a stray </think> tag", "", "a stray </think> tag"),
        ("```html\n<think>x</think>\n```\n<think>y</think>z", "y", "```html\n<think>x</think>\n```\nz"),
        ("~~~~\n```\n~~~\n<think>\n~~~~\n", "", "~~~~\n```\n~~~\n<think>\n~~~~\n"),
        ("<think>```\n</think>ok", "```\n", "ok"),
        ("<thi", "", "<thi"),
        ("<think>x</thi", "x</thi", ""),
    ],
)
def test_thinking_is_told_from_text_however_the_stream_is_cut(answer: str, thinking: str, text: str) -> None:
    for size in (len(answer), 1, 2, 3, 5):
        pieces = [answer[start : start + size] for start in range(0, len(answer), size)]
        assert split(pieces) == (thinking, text)


@pytest.mark.parametrize(
    ("answer", "thinking", "text"),
    [
        ("hm</think>yes", "hm", "yes"),
        ("<think>hm</think>yes", "hm", "yes"),
        ("\n<think>\nhm</think>yes", "\n\nhm", "yes"),
        ("no end", "no end", ""),
        ("<th", "<th", ""),
        ("", "", ""),
    ],
)
def test_the_opening_tag_may_stand_in_the_prompt(answer: str, thinking: str, text: str) -> None:
    for pieces in ([answer], [*answer]):
        assert split(pieces, starts_inside=True) == (thinking, text)


def test_text_is_passed_on_at_once_and_only_a_possible_tag_is_held_back() -> None:
    splitter = Splitter()
    assert [piece.text for piece in splitter.push("a\n<thin")] == ["a\n"]
    assert [piece.text for piece in splitter.push("g>")] == ["<thing>"]


def test_the_budget_is_in_characters_of_thinking() -> None:
    splitter = Splitter(budget=4)
    splitter.push("a long answer\n<think>abcd")
    assert (splitter.over_budget, splitter.thought) == (False, 4)
    splitter.push("e")
    assert (splitter.over_budget, splitter.thought) == (True, 5)


_FRAGMENTS = ["<think>", "</think>", "<", "</", "think>", "\n", "```", "~~~", " ", "a", "é", "<thi"]


@given(st.lists(st.sampled_from(_FRAGMENTS), max_size=30).map("".join), st.booleans(), st.data())
def test_nothing_is_lost_and_cuts_do_not_matter(answer: str, inside: bool, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=10)))
    pieces = [answer[start:end] for start, end in zip([0, *cuts], [*cuts, len(answer)], strict=True)]
    whole = Splitter(starts_inside=inside)
    parts = whole.push(answer) + whole.finish()
    assert split(pieces, starts_inside=inside) == split([answer], starts_inside=inside)
    assert _is_input_minus_tags("".join(piece.text for piece in parts), answer)


def _is_input_minus_tags(output: str, answer: str) -> bool:
    """Whether `output` is `answer` with some of its tags (not necessarily all) taken out."""
    reachable = {0}  # positions in `output` after each token of `answer`
    for token in re.findall(r"</?think>|.", answer, re.DOTALL):
        kept = {at + len(token) for at in reachable if output.startswith(token, at)}
        reachable = kept | (reachable if token.endswith("think>") else set())
    return len(output) in reachable
