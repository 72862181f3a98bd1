"""The judge of reviews: what counts as a remark, as a bug that was found, and as false."""

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.types import ChatPrompt
from tests.benchmarks.review import Change, changes, notes, numbered_diff, remarks, review, rows, without_bug

PLANTED, CLEAN = changes()
CHANGE = Change("n", "n.py", "off by one", "a\nb\nc\n", "a\nx\ny\nc\nd\n", (3,))


def test_there_are_thirty_small_changes_half_of_them_with_one_bug() -> None:
    assert (len(PLANTED), len(CLEAN)) == (15, 15)
    assert len({each.name for each in PLANTED + CLEAN}) == 30
    assert len({each.path.rpartition(".")[2] for each in PLANTED + CLEAN}) >= 7, "several languages"
    for each in PLANTED + CLEAN:
        assert each.before != each.after and not set("⟦→⟧") & set(each.before + each.after), each.name
        assert bool(each.bug) == bool(each.lines) and len(each.after.splitlines()) < 30


@pytest.mark.parametrize("change", PLANTED, ids=lambda each: each.name)
def test_a_planted_bug_is_the_only_difference_to_the_twin_and_stands_in_a_new_line(change: Change) -> None:
    twin = without_bug(change)
    assert not twin.lines and len(change.lines) >= 1
    line = change.lines[0]
    ours, theirs = change.after.splitlines(), twin.after.splitlines()
    assert ours[line - 1] != theirs[line - 1]
    new = [int(each[:4]) for each in numbered_diff(change.before, change.after).splitlines() if each[5:6] == "+"]
    assert line in new


def test_lines_of_a_diff_have_the_numbers_of_the_new_text() -> None:
    assert numbered_diff(CHANGE.before, CHANGE.after).splitlines() == [
        "   1   a",
        "     - b",
        "   2 + x",
        "   3 + y",
        "   4   c",
        "   5 + d",
    ]


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        ("none", []),
        ("None.", []),
        ("3: y is wrong", [3]),
        ("Line 3: y is wrong\nLine 5: d too", [3, 5]),
        ("- **3**: y\n* `L5`: d", [3, 5]),
        ("3. y is wrong\n3. said again", [3]),
        ("99: there is no such line", []),
        ("The change adds 3 lines.", []),
        ("3:", []),
    ],
)
def test_a_remark_names_a_line_that_there_is(answer: str, lines: list[int]) -> None:
    assert [each.line for each in remarks(answer, CHANGE)] == lines


async def test_a_remark_beside_the_bug_has_found_it_and_every_other_one_is_false() -> None:
    backend = ScriptedBackend([], answers=[["2: |x"], ["1: a\n", "5: d"], ["3: y"], ["none"]])
    clean = Change("c", "c.py", "", "a\n", "a\nb\nc\n")
    asked = (("bug", CHANGE), ("bug", CHANGE), ("clean", clean), ("clean", clean))
    judged = [await review(backend, kind, change) for kind, change in asked]

    assert [(each.found, len(each.false)) for each in judged] == [(True, 0), (False, 2), (False, 1), (False, 0)]
    assert [row[:6] for row in rows(judged)] == [
        ("with a bug", "2", "1 (50%)", "2", "10.0", "1"),
        ("without one", "2", "–", "1", "5.0", "1"),
    ]
    assert notes(judged)[0] == "missed: n (off by one)" and len(notes(judged)) == 4


async def test_the_model_sees_the_numbered_diff_and_not_what_is_planted() -> None:
    backend = ScriptedBackend([], answers=[["none"]])
    change = PLANTED[0]
    await review(backend, "bug", change)
    (request,) = backend.requests
    assert isinstance(request.prompt, ChatPrompt)
    said = request.prompt.messages[-1].content
    assert change.path in said and numbered_diff(change.before, change.after) in said
    assert change.bug not in said
