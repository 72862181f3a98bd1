import time
from typing import Any

from hearth.engine.stats import advice, summary
from hearth.engine.stats.records import SuggestionRecord


def a_record(**values: Any) -> SuggestionRecord:
    defaults: dict[str, Any] = {
        "at": time.time(), "language": "python", "model": "m", "latency_ms": 100.0, "confidence": 0.9,
        "characters": 10, "lines": 1, "min_confidence": 0.05,
    }  # fmt: skip
    return SuggestionRecord(**{**defaults, **values})


def test_figures_count_what_was_shown_by_its_fate() -> None:
    found = summary.figures(
        [
            a_record(outcome="accepted", saved=10, kept=1.0, latency_ms=50.0),
            a_record(outcome="partly", saved=4, kept=0.5, latency_ms=150.0),
            a_record(outcome="rejected"),
            a_record(outcome="typed"),
            a_record(shown=False),
        ]
    )
    assert (found.shown, found.accepted, found.partly, found.rejected, found.typed, found.passed) == (
        4,
        1,
        1,
        1,
        1,
        0,
    )
    assert (found.characters_saved, found.kept, found.acceptance) == (14, 0.75, 0.5)
    assert (found.latency_p50, found.latency_p95) == (100.0, 142.5)


def test_no_records_are_figures_of_nothing() -> None:
    found = summary.figures([])
    assert (found.shown, found.acceptance, found.kept, found.latency_p50) == (0, 0.0, None, None)


def test_languages_come_by_their_use() -> None:
    found = summary.by_language([a_record(language="go"), a_record(), a_record()])
    assert [(language, figures.shown) for language, figures in found.items()] == [("python", 2), ("go", 1)]


def test_every_day_is_there_once() -> None:
    now = time.time()
    days = summary.saved_by_day([a_record(at=now, saved=5), a_record(at=now - 86400 * 400, saved=7)], 400, now)
    assert len({day for day, _ in days}) == 400
    assert days[-1] == (time.strftime("%Y-%m-%d", time.localtime(now)), 5)


def taken_above(confidence: float, records: int = 400) -> list[SuggestionRecord]:
    """Suggestions of all confidences, of which only the surer ones are taken."""
    sure = [index / records for index in range(records)]
    return [a_record(confidence=each, saved=10 if each >= confidence else 0) for each in sure]


def test_the_advice_is_the_highest_threshold_below_which_hardly_anything_was_accepted() -> None:
    found = advice.advise(taken_above(0.5))
    assert found is not None
    assert (found.min_confidence, found.hidden, found.lost) == (0.5, 0.5, 0.0)


def test_there_is_no_advice_without_enough_evidence_or_where_unsure_suggestions_are_taken() -> None:
    assert advice.advise([]) is None
    assert advice.advise(taken_above(0.5, records=100)) is None
    assert advice.advise(taken_above(0.0)) is None
    assert advice.advise([a_record(confidence=0.1) for _ in range(1000)]) is None


def test_what_was_shown_under_a_higher_threshold_or_asked_for_by_hand_is_no_evidence() -> None:
    assert advice.evidence([a_record(min_confidence=0.5), a_record(automatic=False), a_record(shown=False)]) == []
