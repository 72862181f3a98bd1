"""When nothing is shown: each reason by itself. `RENAMED` is an edit that something follows from."""

import pytest

from hearth.engine.next_edit import silence
from hearth.engine.next_edit.predictor import NextEdits
from tests.engine.next_edit.playing import Player, chain_of, played

TEXT = "def f(a):\n    x = a\n    return a\n"
RENAMED = "def f(⟦a→b⟧):\n    x = a\n    return a\n"


def test_something_follows_from_the_edit_of_these_tests() -> None:
    assert played("a.py", RENAMED).ask() is not None


def test_no_edit() -> None:
    player = Player()
    player.open("a.py", TEXT)
    assert player.ask() is None


def test_an_edit_that_was_undone() -> None:
    player = played("a.py", RENAMED)
    player.apply("a.py", 6, 7, "a")
    assert player.ask() is None and player.next_edits.history.edits() == ()


def test_an_undo_does_not_bring_back_what_followed_from_an_older_edit() -> None:
    player = played("a.py", RENAMED)
    at = player.documents["a.py"].text.index("x =")
    player.apply("a.py", at, at + 1, "other")
    player.apply("a.py", at, at + len("other"), "x")
    assert player.ask() is None
    player.edit("a.py", "x =", "y =")
    assert player.ask() is not None


def test_what_was_typed_and_mended() -> None:
    player = Player()
    player.open("a.py", TEXT)
    player.change("a.py", 7, 7, "bc")
    player.apply("a.py", 8, 9, "")
    player.apply("a.py", 7, 8, "")
    assert player.ask() is None


def test_all_is_done_already() -> None:
    assert chain_of("a.py", "def f(⟦a→b⟧):\n    x = ⟦a→b⟧\n    return ⟦a→b⟧\n") == []


def test_formatting() -> None:
    player = played("a.py", "def f( ⟦ a→a⟧ ):\n    x  =  a\n    return a\n")
    player.edit("a.py", "x  =  a", "x = a")
    player.edit("a.py", "def f( a )", "def f(a)")
    assert player.next_edits.history.edits() == () and player.ask() is None


def test_a_pasted_block() -> None:
    player = Player()
    player.open("known.py", "from pathlib import Path\n")
    player.open("a.py", "x = 1\n")
    player.apply("a.py", 6, 6, "def f(prices):\n    return Path(prices)\n\n\ndef g(prices):\n    return prices\n")
    assert player.ask() is None


def test_an_edit_that_nothing_is_linked_to() -> None:
    assert chain_of("a.py", "def f(a):\n    x = ⟦1→2⟧\n    return a, x\n") == []


def test_a_comment() -> None:
    assert chain_of("a.py", "def f(a):\n    # ⟦a→b⟧ is it\n    return a\n") == []


def test_long_ago_unless_the_user_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    player = played("a.py", RENAMED)
    monkeypatch.setattr(silence, "MAX_AGE", -1.0)
    assert player.ask() is None
    assert player.ask(by_hand=True) is not None


def test_the_line_of_the_cursor_is_unfinished() -> None:
    player = played("a.py", RENAMED)
    player.cursor = player.documents["a.py"].text.index("x = a") + 3
    assert player.ask() is not None
    player.edit("a.py", "x = a", "x = (a")
    assert player.ask() is None


def test_after_it_was_rejected_until_the_next_edit() -> None:
    player = played("a.py", "def f(⟦a→b⟧):\n    x = a\n    y = 1\n    return a\n")
    decline(player, "rejected")
    assert player.ask() is None
    assert player.ask(by_hand=True) is not None
    player.edit("a.py", "y = 1", "y = 2")
    suggestion = player.ask()
    assert suggestion is not None and suggestion.text != "    x = b"


def test_what_was_rejected_is_not_offered_again() -> None:
    player = played("a.py", "def f(⟦a→b⟧):\n    x = a\n")
    decline(player, "rejected")
    player.edit("a.py", "f(b", "f(bc")
    player.edit("a.py", "bc", "b")
    assert player.ask() is None


def test_what_was_passed_over_waits_for_the_next_edit() -> None:
    player = played("a.py", RENAMED)
    decline(player, "ignored")
    suggestion = player.ask()
    assert suggestion is not None and suggestion.text == "    return b"  # the next of the chain
    player.edit("a.py", "def f(b", "def f(c")
    again = player.ask()
    assert again is not None and again.text == "    x = c"


def test_what_another_one_replaced_may_come_again() -> None:
    player = played("a.py", RENAMED)
    first = player.ask()
    decline(player, "replaced")
    assert player.ask() == first is not None


def test_it_never_takes_back_what_the_user_did() -> None:
    player = played("a.py", "log.write(⟦one→two⟧, 1)\nlog.write(⟦one→two⟧, 1)\nlog.write(one, 1)\n")
    player.chain()
    player.edit("a.py", "two", "one", 2)
    player.edit("a.py", "two", "one", 1)
    assert player.ask() is None  # and not: the first one again


def test_what_would_break_the_file() -> None:
    player = played(
        "a.py",
        "class A:\n    def __init__(self, a⟦→, class_=1⟧):\n        self.a = a if a else (\n            1)\n",
    )
    assert player.ask() is None


def test_a_text_that_was_replaced_as_a_whole() -> None:
    player = played("a.py", RENAMED)
    player.next_edits.history.forget(player.documents["a.py"].uri)
    assert player.ask() is None


def test_a_client_that_tells_nothing_is_understood_by_its_edits() -> None:
    player = played("a.py", RENAMED)
    suggestion = player.ask()
    assert suggestion is not None
    player.next_edits.offer(suggestion)
    player.apply("a.py", suggestion.start, suggestion.end, suggestion.text)
    second = player.ask()
    assert second is not None and second.text == "    return b"
    assert player.next_edits.history.edits()[0].kind == "accepted"


def test_events_about_what_was_never_offered_are_passed_over() -> None:
    edits = NextEdits()
    for tell in (edits.shown, edits.accepted):
        tell("next-9")
    edits.declined("next-9", "rejected")
    assert not +edits.counts


def decline(player: Player, reason: str) -> None:
    suggestion = player.ask()
    assert suggestion is not None
    player.next_edits.declined(player.next_edits.offer(suggestion), reason)
