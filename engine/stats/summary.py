"""The figures that `hearth stats` prints."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, quantiles

from hearth.engine.stats.records import OUTCOMES, SuggestionRecord


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of suggestions; `kept` is a mean share, latencies are milliseconds, None without a sample."""

    shown: int
    accepted: int
    partly: int
    rejected: int
    typed: int
    passed: int
    characters_saved: int
    kept: float | None
    latency_p50: float | None
    latency_p95: float | None

    @property
    def acceptance(self) -> float:
        """The share of the shown suggestions that were accepted, wholly or partly."""
        return (self.accepted + self.partly) / self.shown if self.shown else 0.0


def figures(records: Iterable[SuggestionRecord]) -> Figures:
    """Figures of the suggestions that were shown; an answer counts as shown if the client does not tell."""
    shown = [record for record in records if record.shown is not False]
    outcomes = Counter(record.outcome for record in shown)
    kept = [record.kept for record in shown if record.kept is not None]
    middle, late = percentiles([record.latency_ms for record in shown])
    return Figures(
        shown=len(shown),
        **{outcome: outcomes[outcome] for outcome in OUTCOMES},
        characters_saved=sum(record.saved for record in shown),
        kept=fmean(kept) if kept else None,
        latency_p50=middle,
        latency_p95=late,
    )


def by_language(records: Sequence[SuggestionRecord]) -> dict[str, Figures]:
    """Figures by language, the one with most suggestions first."""
    counts = Counter(record.language for record in records)
    return {
        language: figures(record for record in records if record.language == language)
        for language, _ in counts.most_common()
    }


def saved_by_day(records: Iterable[SuggestionRecord], days: int, now: float) -> list[tuple[str, int]]:
    """(local date, characters saved) of each of the last `days` days, oldest first."""
    saved: Counter[date] = Counter()
    for record in records:
        saved[date.fromtimestamp(record.at)] += record.saved
    today = date.fromtimestamp(now)
    dates = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return [(day.isoformat(), saved[day]) for day in dates]


def percentiles(values: Sequence[float]) -> tuple[float, float] | tuple[None, None]:
    """(p50, p95)."""
    if not values:
        return None, None
    if len(values) == 1:
        return values[0], values[0]
    cuts = quantiles(values, n=20, method="inclusive")
    return cuts[9], cuts[18]
