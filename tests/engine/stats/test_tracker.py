"""A small editor around the tracker: text with a cursor, edits as they come from a client, a clock by hand."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.stats.records import Record
from hearth.engine.stats.tracker import KEPT_AFTER, Offer, Tracker

URI = "file:///a.py"


@dataclass
class Desk:
    text: str
    cursor: int
    now: float = 1000.0
    tracker: Tracker = field(init=False)

    def __post_init__(self) -> None:
        self.tracker = Tracker(lambda: self.now)

    def offer(self, text: str, uri: str = URI) -> str:
        return self.tracker.offer(Offer(uri, self.cursor, text, "python", "m", 0.5, 12.0), self.text)

    def insert(self, text: str, at: int | None = None) -> None:
        at = self.cursor if at is None else at
        self.text = self.text[:at] + text + self.text[at:]
        self.cursor += len(text) if at <= self.cursor else 0
        self.tracker.edited(URI, at, at, text, self.text)

    def delete(self, start: int, end: int) -> None:
        self.text = self.text[:start] + self.text[end:]
        self.tracker.edited(URI, start, end, "", self.text)

    def record(self) -> Record:
        """Half a minute later."""
        self.insert("\n", len(self.text))
        self.cursor = len(self.text)
        self.offer("something else")
        self.now += KEPT_AFTER + 1
        self.tracker.settle(lambda uri: self.text)
        (record,) = self.tracker.take()
        return record


@pytest.fixture
def desk() -> Desk:
    return Desk("x = ", 4)


def test_text_that_appears_in_one_piece_was_accepted(desk: Desk) -> None:
    desk.offer("compute(y)")
    desk.insert("compute(y)")
    record = desk.record()
    assert (record.fate, record.saved, record.kept, record.shown) == ("accepted", 10, 1.0, True)
    assert (record.language, record.model, record.characters, record.lines) == ("python", "m", 10, 1)
    assert (record.latency_ms, record.confidence, record.at) == (12.0, 0.5, 1000.0)


def test_a_suggestion_typed_along_is_one_suggestion_and_what_was_typed_is_not_saved(desk: Desk) -> None:
    ids = {desk.offer("compute(y)")}
    for index, char in enumerate("com", start=1):
        desk.insert(char)
        ids.add(desk.offer("compute(y)"[index:]))
    desk.insert("pute(y)")
    record = desk.record()
    assert len(ids) == 1
    assert (record.fate, record.saved, record.characters) == ("accepted", 7, 10)


def test_a_suggestion_typed_to_its_end_by_hand_was_right_but_saved_nothing(desk: Desk) -> None:
    desk.offer("abc")
    for char in "abc":
        desk.insert(char)
    assert (record := desk.record()).fate == "typed"
    assert record.saved == 0


def test_brackets_that_the_editor_closes_are_not_an_acceptance(desk: Desk) -> None:
    desk.offer("()")
    desk.insert("()")
    assert desk.record().fate == "typed"


def test_what_is_followed_by_other_text_was_passed(desk: Desk) -> None:
    desk.offer("compute(y)")
    desk.insert("other_thing")
    assert desk.record().fate == "passed"


def test_an_answer_that_grows_stays_the_same_suggestion(desk: Desk) -> None:
    first = desk.offer("compute(")
    assert desk.offer("compute(y)\nz = 1") == first
    desk.insert("compute(y)\nz = 1")
    assert (record := desk.record()).lines == 2
    assert record.fate == "accepted"


def test_an_answer_that_grows_is_as_sure_as_its_least_sure_part(desk: Desk) -> None:
    sure = Offer(URI, desk.cursor, "compute(", confidence=0.9)
    desk.tracker.offer(sure, desk.text)
    desk.tracker.offer(replace(sure, text="compute(y)\nz = 1", confidence=0.6), desk.text)
    desk.insert("c")
    rest = replace(sure, start=desk.cursor, text="ompute(y)\nz = 1", confidence=0.7)
    desk.tracker.offer(rest, desk.text)
    assert desk.record().confidence == 0.6


def test_the_client_may_tell_before_the_edit_arrives_or_after_the_next_answer(desk: Desk) -> None:
    first = desk.offer("compute(y)")
    desk.tracker.accepted(first)
    desk.insert("compute(y)")
    assert (record := desk.record()).fate == "accepted"
    assert record.saved == 10
    desk = Desk("x = ", 4)
    late = desk.offer("a")
    desk.insert("a")
    desk.offer("(b)")
    desk.tracker.accepted(late)
    desk.now += KEPT_AFTER + 1
    desk.tracker.settle(lambda uri: desk.text)
    assert [record.fate for record in desk.tracker.take()] == ["accepted"]


def test_words_taken_one_after_the_other_are_counted_up(desk: Desk) -> None:
    id = desk.offer("one two three")
    desk.tracker.partly_accepted(id, "one two three", 3)
    desk.insert("one")
    desk.offer(" two three")
    desk.tracker.partly_accepted(id, " two three", 4)
    desk.insert(" two")
    assert (record := desk.record()).fate == "partly"
    assert (record.saved, record.kept) == (7, 1.0)


def test_what_is_shown_is_told_only_by_clients_that_tell_it(desk: Desk) -> None:
    desk.offer("abc")
    assert desk.record().shown is None
    desk.tracker.shown(desk.offer("seen"))
    desk.offer("not seen")
    desk.offer("nor this")
    desk.tracker.finish()
    assert [record.shown for record in desk.tracker.take()] == [False, True, False, False]


def test_a_rejected_suggestion_is_told_with_what_was_left_of_it(desk: Desk) -> None:
    id = desk.offer("compute(y)")
    desk.insert("c")
    life = desk.tracker.rejected(id)
    assert life is not None and life.rest == (5, "ompute(y)")
    assert desk.record().fate == "rejected"


def test_the_rest_of_a_suggestion_may_be_rejected_after_a_part_was_taken(desk: Desk) -> None:
    id = desk.offer("one two")
    desk.tracker.partly_accepted(id, "one two", 3)
    desk.insert("one")
    life = desk.tracker.rejected(id)
    assert life is not None and life.rest == (7, " two")
    assert desk.record().fate == "partly"


def test_an_accepted_suggestion_cannot_be_rejected_and_unknown_ones_are_nothing(desk: Desk) -> None:
    id = desk.offer("compute(y)")
    desk.insert("compute(y)")
    assert desk.tracker.rejected(id) is None
    assert desk.tracker.rejected("no such") is None
    desk.tracker.accepted("no such")
    desk.tracker.partly_accepted("no such", "x", 1)
    assert desk.record().fate == "accepted"


def test_kept_is_the_share_that_is_left_where_edits_above_have_moved_it(desk: Desk) -> None:
    desk.offer("first()\nsecond()")
    desk.insert("first()\nsecond()")
    desk.insert("import os\n" * 100, 0)
    start = desk.text.index("second()")
    desk.delete(start, start + 8)
    assert desk.record().kept == pytest.approx(7 / 15, abs=0.01)


def test_a_suggestion_that_was_moved_by_an_edit_above_is_still_recognised(desk: Desk) -> None:
    desk.offer("compute(y)")
    desk.insert("import os\n", 0)
    desk.insert("compute(y)")
    assert desk.record().fate == "accepted"


def test_a_clock_that_jumps_and_a_flood_leave_nothing_behind(desk: Desk) -> None:
    for index in range(500):
        desk.offer(f"answer {index}")
    assert len(desk.tracker._ended) <= 64
    desk.now -= 1_000_000
    desk.tracker.settle(lambda uri: desk.text)
    desk.now += KEPT_AFTER
    desk.tracker.settle(lambda uri: desk.text)
    assert len(desk.tracker.take()) == 500
    assert not desk.tracker.is_busy


def test_a_closed_document_gives_a_record_that_does_not_know_what_was_kept(desk: Desk) -> None:
    desk.offer("compute(y)")
    desk.insert("compute(y)")
    desk.tracker.closed(URI)
    desk.tracker.finish()
    assert [(record.fate, record.kept) for record in desk.tracker.take()] == [("accepted", None)]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("offer"), st.text("ab(\n😀", min_size=1, max_size=6)),
            st.tuples(st.just("insert"), st.text("ab(\n😀", min_size=1, max_size=6)),
            st.tuples(st.just("delete"), st.integers(0, 5)),
            st.tuples(
                st.sampled_from(["accept", "partly", "reject", "show", "wait", "close"]), st.integers(-3, 9)
            ),
        ),
        max_size=30,
    )
)
def test_whatever_happens_each_suggestion_gives_one_record_that_can_be_true(steps: list[tuple[str, Any]]) -> None:
    desk = Desk("x = ", 4)
    ids: list[str] = []
    found: list[Record] = []
    for what, value in steps:
        if what == "offer":
            ids.append(desk.offer(value))
        elif what == "insert":
            desk.insert(value)
        elif what == "delete":
            start = max(0, desk.cursor - value)
            desk.delete(start, desk.cursor)
            desk.cursor = start
        elif what == "wait":
            desk.now += value * 10
            desk.tracker.settle(lambda uri: desk.text)
        elif what == "close":
            desk.tracker.closed(URI)
        elif ids:
            id = ids[value % len(ids)]
            match what:
                case "accept":
                    desk.tracker.accepted(id)
                case "partly":
                    desk.tracker.partly_accepted(id, "ab", value)
                case "reject":
                    desk.tracker.rejected(id)
                case "show":
                    desk.tracker.shown(id)
        found += desk.tracker.take()
    desk.tracker.finish()
    found += desk.tracker.take()
    assert len(found) == len(set(ids))
    for record in found:
        assert 0 <= record.saved <= record.characters
        assert record.saved == 0 or record.fate in ("accepted", "partly")
        assert record.kept is None or 0 <= record.kept <= 1


def test_of_several_answers_the_one_that_was_taken_counts(desk: Desk) -> None:
    first = desk.offer("compute(y)")
    other = desk.tracker.also(first, desk.cursor, "sum(y)")
    assert first != other
    desk.tracker.accepted(other)
    desk.insert("sum(y)")
    record = desk.record()
    assert (record.fate, record.characters, record.saved, record.kept) == ("accepted", 6, 6, 1.0)


def test_who_goes_through_the_answers_and_back_has_the_first_one_again(desk: Desk) -> None:
    first = desk.offer("compute(y)")
    other = desk.tracker.also(first, desk.cursor, "sum(y)")
    desk.tracker.shown(other)
    desk.tracker.shown(first)
    desk.insert("compute(y)")
    assert desk.record().fate == "accepted"


def test_another_answer_to_what_was_typed_along_has_what_was_typed(desk: Desk) -> None:
    desk.offer("compute(y)")
    desk.insert("com")
    rest = desk.offer("pute(y)")
    other = desk.tracker.also(rest, desk.cursor, "bine(y)")
    life = desk.tracker.rejected(other)
    assert life is not None and life.offer.text == "combine(y)" and life.rest == (7, "bine(y)")


def test_of_several_answers_the_first_one_counts_until_something_is_told(desk: Desk) -> None:
    first = desk.offer("compute(y)")
    assert len({first, desk.tracker.also(first, 4, "sum(y)"), desk.tracker.also(first, 4, "len(y)")}) == 3
    desk.insert("compute(y)")
    record = desk.record()
    assert (record.fate, record.characters) == ("accepted", 10)


def test_the_entry_of_the_editors_menu_is_not_counted() -> None:
    desk = Desk("x = na", 4)
    id = desk.tracker.offer(Offer(URI, 4, "name(1, 2)", given=4), desk.text)
    desk.cursor = 6
    desk.insert("me")
    desk.tracker.partly_accepted(id, "name(1, 2)", 4)  # what a client takes the entry for
    desk.insert("(")
    desk.insert("1, 2)")
    record = desk.record()
    assert (record.fate, record.characters, record.saved, record.kept) == ("accepted", 6, 5, 1.0)


def test_what_is_typed_behind_an_entry_to_its_end_was_typed() -> None:
    desk = Desk("x = ", 4)
    desk.tracker.offer(Offer(URI, 4, "name()", given=4), desk.text)
    desk.insert("name")
    for key in "()":
        desk.insert(key)
    record = desk.record()
    assert (record.fate, record.saved) == ("typed", 0)
