"""The user's edits with their old and new texts: what belongs together, and what is no edit at all."""

from hearth.engine.next_edit.history import MAX_CHARS, MAX_EDITS, UserEdit
from tests.engine.next_edit.playing import Player


def player_with(text: str) -> Player:
    player = Player()
    player.open("a.py", text)
    return player


def edits(player: Player) -> list[tuple[str, str]]:
    return [(edit.old, edit.new) for edit in player.next_edits.history.edits()]


def test_keys_are_one_edit_with_the_text_before_the_first_of_them() -> None:
    player = player_with("x = count\n")
    player.edit("a.py", "count", "total")
    assert edits(player) == [("count", "total")]


def test_an_edit_is_as_short_as_whole_words_allow() -> None:
    player = player_with("x = f(count, 1)\n")
    player.edit("a.py", "f(count, 1)", "f(counts, 1)")
    assert edits(player) == [("count", "counts")]


def test_on_another_line_it_is_another_edit_and_the_newest_comes_first() -> None:
    player = player_with("a = 1\nb = 2\n")
    player.edit("a.py", "1", "3")
    player.edit("a.py", "2", "4")
    assert edits(player) == [("2", "4"), ("1", "3")]


def test_edits_move_with_their_text() -> None:
    player = player_with("a = 1\nb = 2\n")
    player.edit("a.py", "2", "4")
    player.edit("a.py", "a = 1", "long_name = 1")
    newest, older = player.next_edits.history.edits()
    text = player.documents["a.py"].text
    assert [text[e.start : e.end] for e in (newest, older)] == [newest.new, older.new] == ["long_name", "4"]


def test_their_lines_are_told_before_and_after() -> None:
    player = player_with("a = 1\nb = f(2)\n")
    player.edit("a.py", "2", "34")
    (edit,) = player.next_edits.history.edits()
    assert edit.lines(player.documents["a.py"].text) == (6, "b = f(2)", "b = f(34)")


def test_an_older_edit_that_is_typed_over_is_gone_or_undone() -> None:
    player = player_with("a = 1\nb = 2\n")
    player.edit("a.py", "1", "3")
    player.edit("a.py", "2", "4")
    player.apply("a.py", 4, 5, "5")
    assert edits(player) == [("3", "5"), ("2", "4")]


def test_pasted_accepted_and_typed_are_told_apart() -> None:
    player = player_with("\n\n\n\n")
    player.apply("a.py", 0, 0, "def f():\n    pass")
    at = player.documents["a.py"].text.index("pass") + 5
    player.apply("a.py", at, at, "x = compute(1)")
    player.next_edits.history.accepted("file:///project/a.py", at, "x = compute(1)")
    player.change("a.py", at + 15, at + 15, "y")
    assert [edit.kind for edit in player.next_edits.history.edits()] == ["typed", "accepted", "pasted"]


def test_only_so_many_are_kept_and_accepted_ones_displace_none() -> None:
    player = player_with("".join(f"a{n} = 1\n" for n in range(80)))
    uri = player.documents["a.py"].uri
    for n in range(60):
        at = player.documents["a.py"].text.index(f"a{n} = ")
        player.apply("a.py", at, at + len(f"a{n}"), f"b{n}")
        if n >= 20:
            player.next_edits.history.accepted(uri, at, f"b{n}")
    kinds = [edit.kind for edit in player.next_edits.history.edits()]
    assert MAX_EDITS - 1 <= kinds.count("typed") <= MAX_EDITS and kinds.count("accepted") == 40


def test_what_is_too_much_for_a_hand_is_no_edit_and_ends_what_was() -> None:
    player = player_with("a = 1\n")
    player.edit("a.py", "1", "2")
    player.apply("a.py", 6, 6, "x = 1\n" * MAX_CHARS)
    assert edits(player) == []


def test_closed_documents_are_forgotten() -> None:
    player = player_with("a = 1\n")
    player.edit("a.py", "1", "2")
    player.next_edits.history.forget(player.documents["a.py"].uri)
    assert edits(player) == [] and player.next_edits.history.recent.newest() == ()


def test_the_end_of_an_edit_is_that_of_its_new_text() -> None:
    assert UserEdit("a", 3, "old", "newer", "typed", 1, 0.0).end == 8
