"""The benchmark of next edits: which hunks belong together, and when an offer is right."""

import json
from pathlib import Path

import pytest

from tests.benchmarks.next_edit.cases import chosen, linked, silent
from tests.benchmarks.next_edit.hunks import MOST_HUNKS, Hunk, hunks, links
from tests.benchmarks.next_edit.kinds import kind_of
from tests.benchmarks.next_edit.labelled import commits
from tests.benchmarks.next_edit.playing import says, touches
from tests.benchmarks.next_edit.releases import Release, changed

FAR = "".join(f"x{row} = {row}\n" for row in range(30))
BEFORE = {
    "a.py": f"def total(prices):\n    return sum(prices)\n{FAR}print(total(prices=[1]))\n{FAR}y = 1\n",
    "b.py": f"from a import total\n{FAR}total(prices=[2])\n",
    "c.py": f"{FAR}z = 1\n",
}
AFTER = {
    "a.py": f"def total(amounts):\n    return sum(amounts)\n{FAR}print(total(amounts=[1]))\n{FAR}y = 2\n",
    "b.py": f"from a import total\n{FAR}total(amounts=[2])\n",
    "c.py": f"{FAR}z = 3\n",
}


def released() -> Release:
    return changed("shop 2", BEFORE, AFTER)


def test_hunks_are_the_lines_that_differ_where_these_are_few() -> None:
    assert hunks("a.py", "a\nb\nc\n", "a\nB\nc\nd\n") == [
        Hunk("a.py", 1, 2, ("b",), ("B",)),
        Hunk("a.py", 3, 3, (), ("d",)),
    ]
    assert hunks("a.py", "a\nb\n", "a\n  b\n") == [], "white space"
    many = range(2 * MOST_HUNKS + 2)
    text = "".join(f"{row}\n" for row in many)
    assert hunks("a.py", text, "".join(f"{row}{'!' * (row % 2)}\n" for row in many)) == []


def test_hunks_with_a_name_that_goes_or_comes_in_both_belong_together_across_files() -> None:
    release = released()
    declared, printed, y, called, z = release.hunks
    assert release.links[declared] == {printed, called}
    assert release.links[called] == {declared, printed}
    assert release.links[y] == release.links[z] == set()


def test_near_and_copied_hunks_belong_together_and_comments_do_not_count() -> None:
    near = [Hunk("a.py", 1, 2, ("a = 1",), ("a = 2",)), Hunk("a.py", 8, 9, ("b = 3",), ("b = 4",))]
    assert links(near)[near[0]] == {near[1]}
    line = "return self.client.get(f'/items/{number}', params=options)"
    copied = [Hunk("a.py", 1, 1, (), (line,)), Hunk("b.py", 1, 1, (), (line.replace("number", "name"),))]
    assert links(copied)[copied[0]] == {copied[1]}
    prose = [Hunk("a.py", 1, 1, (), ("# the quantity",)), Hunk("b.py", 1, 1, (), ("# another quantity",))]
    assert links(prose)[prose[0]] == set()


def test_cases_are_of_all_kinds_and_nothing_may_be_offered_in_silent_ones() -> None:
    cases = chosen(silent([released()]), 8, seed=1)
    assert sorted(case.kind for case in cases) == sorted([*["done", "mended", "undone", "unlinked"] * 2])
    assert not any(case.right for case in cases)
    assert {case.kind for case in chosen(linked([released()]), 3, seed=1)} == {"linked"}


def test_a_place_is_right_where_the_lines_touch() -> None:
    wanted = Hunk("a.py", 5, 7, ("a", "b"), ("A", "B"))
    assert touches(Hunk("a.py", 6, 7, ("b",), ("B",)), wanted)
    assert not touches(Hunk("a.py", 7, 8, ("c",), ("C",)), wanted)
    assert not touches(Hunk("b.py", 6, 7, ("b",), ("B",)), wanted)
    new = Hunk("a.py", 5, 5, (), ("import os",))
    assert touches(Hunk("a.py", 6, 6, (), ("import os",)), new)
    assert touches(Hunk("a.py", 9, 9, (), ("import os",)), new), "the same line among others"
    assert not touches(Hunk("a.py", 9, 9, (), ("import re",)), new)
    assert touches(Hunk("a.py", 90, 90, (), ("import os",)), new), "an import may stand anywhere"
    line = Hunk("a.py", 5, 5, (), ("f()",))
    assert touches(Hunk("a.py", 9, 9, (), ("f()",)), line) and not touches(
        Hunk("a.py", 90, 90, (), ("f()",)), line
    )


def test_a_text_is_right_where_it_writes_lines_of_the_hunk_and_no_others() -> None:
    wanted = Hunk("a.py", 5, 7, ("a", "b"), ("A", "B"))
    assert says(Hunk("a.py", 6, 7, ("b",), ("  B",)), wanted)
    assert not says(Hunk("a.py", 6, 7, ("b",), ("B", "C")), wanted)
    assert says(Hunk("a.py", 6, 7, ("b",), ()), Hunk("a.py", 5, 7, ("a", "b"), ("A",)))
    assert not says(Hunk("a.py", 5, 6, ("A",), ()), Hunk("a.py", 5, 7, ("A", "b"), ("A",)))


KINDS = {
    "the same replacement": (["g(old_name)"], ["g(new_name)"], ["f(1, old_name)"], ["f(1, new_name)"]),
    "the same replacement in another spelling": (["old_name"], ["new_name"], ["OldName()"], ["NewName()"]),
    "the import of a name that comes": (["x = 1"], ["x = Path()"], [], ["from pathlib import Path"]),
    "the import of a name that goes": (["x = Path()"], ["x = 1"], ["from pathlib import Path"], []),
    "a version": (["a"], ["b"], ["at = 1.2.0"], ["at = 1.3.0"]),
    "prose: a comment, docstring or changelog": (["a"], ["b"], ["# the old"], ["# the newer"]),
    "the text of a string": (["a"], ["b"], ["f('one')"], ["f('two')"]),
    "a parameter or an argument": (["f(a)"], ["f(a, rate=1)"], ["def f(a):"], ["def f(a, rate):"]),
    "nothing but near": (["a"], ["b"], ["x + y"], ["x - y"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_is_of_a_kind(kind: str) -> None:
    old, new, wanted_old, wanted_new = map(tuple, KINDS[kind])
    edit = Hunk("a.py", 50, 50 + len(old), old, new)
    hunk = Hunk("a.py", 1, 1 + len(wanted_old), wanted_old, wanted_new)
    assert kind_of(edit, [hunk]) == kind


def test_an_edit_is_of_the_kind_that_is_easiest_to_write() -> None:
    edit = Hunk("a.py", 50, 51, ("g(old_name)",), ("g(new_name)",))
    near, same_change = (
        Hunk("a.py", 52, 53, ("x + y",), ("x - y",)),
        Hunk("a.py", 9, 10, ("old_name",), ("new_name",)),
    )
    assert kind_of(edit, [near, same_change]) == "the same replacement"


def test_labelled_commits_are_read_as_they_are_published(tmp_path: Path) -> None:
    renamed = {"before": ["a = 1\n"], "after": ["b = 1\n"]}
    snapshot = [
        ["import os\n"],
        {**renamed, "idx": 0},
        ["\n"],
        {"before": [], "after": ["print(b)\n"], "idx": 1},
        ["c"],
    ]
    pairs = [{"edit_hunk_pair": [0, 1], "edit_order": "0 before 1", "reason": "def use"}]
    commit = {"commit_snapshots": {"a.py": snapshot, "a.md": [{**renamed, "idx": 2}]}, "partial_orders": pairs}
    (tmp_path / "commit.json").write_text(json.dumps(commit))
    [release] = commits(tmp_path)
    first, second = release.hunks
    assert release.texts == {"a.py": "import os\na = 1\n\nc\n"}
    assert (first, second) == (Hunk("a.py", 1, 2, ("a = 1",), ("b = 1",)), Hunk("a.py", 3, 3, (), ("print(b)",)))
    assert release.links == {first: {second}, second: {first}}
