import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.context.globs import Unreadable, rule


def matches(line: str, path: str) -> bool:
    """`path` ends in "/" where it is a folder."""
    found = rule(line)
    return found is not None and found.matches(path.removesuffix("/").split("/"), path.endswith("/"))


@pytest.mark.parametrize(
    ("line", "yes", "no"),
    [
        ("a", ["a", "a/", "b/a"], ["ab", "a/b", "A"]),
        ("/a", ["a"], ["b/a"]),
        ("a/", ["a/", "b/a/"], ["a", "b/a"]),
        ("a/b", ["a/b"], ["x/a/b", "a/x/b", "b"]),
        ("*.py", [".py", "a.py", "b/a.py"], ["a.pyc", "py"]),
        ("a*b*c", ["abc", "axbxc", "abbcc"], ["ab", "acb", "abcd"]),
        ("*aa", ["aa", "aaa", "baa"], ["a", "aab"]),
        ("a*a", ["aa", "aba"], ["a"]),
        ("?", ["a", "é"], ["", "ab"]),
        ("a/*", ["a/b"], ["a", "a/b/c"]),
        ("*/a", ["b/a"], ["a", "c/b/a"]),
        ("**/a", ["a", "b/a", "c/b/a"], ["a/b"]),
        ("**/a/b", ["a/b", "x/a/b"], ["a/x/b"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "b/a/b"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["b", "a/bb"]),
        ("a/**/b/**/c", ["a/b/c", "a/x/b/y/b/c"], ["a/c", "a/b"]),
        ("a/**/**/b", ["a/b", "a/x/b"], ["ab"]),
        ("a**b", ["ab", "axb"], ["a/b"]),
        ("**", ["a", "a/b"], []),
        ("[ab]c", ["ac", "bc"], ["cc", "c"]),
        ("[!ab]c", ["cc"], ["ac"]),
        ("[^ab]c", ["cc"], ["ac"]),
        ("[a-c]", ["b"], ["d", "-"]),
        ("[]-]", ["]", "-"], ["a"]),
        ("[a\\]]", ["a", "]"], ["\\"]),
        ("[[:digit:]_]", ["1", "_"], ["a", ":"]),
        ("[c-a]", ["c"], ["b"]),
        ("\\*", ["*"], ["a"]),
        ("\\#a", ["#a"], []),
        ("\\!a", ["!a"], ["a"]),
        ("a\\ ", ["a "], ["a"]),
        ("a  ", ["a"], ["a  "]),
        ("a\r", ["a"], []),
        ("a b", ["a b"], ["a"]),
        ("{a,b}", ["{a,b}"], ["a"]),
        ("a.b", ["a.b"], ["axb"]),
    ],
)
def test_a_rule_means_what_git_says(line: str, yes: list[str], no: list[str]) -> None:
    assert [path for path in yes if not matches(line, path)] == []
    assert [path for path in no if matches(line, path)] == []


@pytest.mark.parametrize("line", ["", "  ", "# a", "/", "!", "\r"])
def test_lines_without_a_rule(line: str) -> None:
    assert rule(line) is None


@pytest.mark.parametrize("line", ["[a", "a/[", "a\\", "[[:alpha:]"])
def test_what_git_passes_over_is_unreadable(line: str) -> None:
    with pytest.raises(Unreadable):
        rule(line)


def test_a_rule_may_bring_back() -> None:
    found = rule("!a")
    assert found is not None and found.brings_back and found.matches(["a"], False)


@given(st.text("a*?/[]!^-\\ #é", max_size=12), st.lists(st.text("ab/é", min_size=1), min_size=1, max_size=4))
def test_no_line_is_an_error_of_another_kind(line: str, parts: list[str]) -> None:
    try:
        found = rule(line)
    except Unreadable:
        return
    if found is not None:
        found.matches(parts, True)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("*a" * 25 + "*b", "a" * 60 + ".py"),
        ("*a" * 100 + "*b", "a" * 4_000),
        ("*?" * 100 + "b", "a" * 4_000),
        ("*[a-z]" * 100 + "*[0-9]", "a" * 4_000),
        ("**/a/" * 90 + "b", "/".join(["a"] * 200)),
        ("**/*a*/" * 50 + "b", "/".join(["aaaa"] * 200)),
        ("*" * 10_000 + "b", "a" * 4_000),
        ("[" * 10_000, "a"),
        ("\\" * 10_001, "a"),
    ],
)
def test_no_rule_takes_long(line: str, path: str) -> None:
    began = time.thread_time()
    with suppress(Unreadable):
        assert not matches(line, path)
    assert time.thread_time() - began < 1  # second of processor time; with backtracking it never ends
