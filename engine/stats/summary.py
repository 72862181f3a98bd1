"""The figures of a ledger, as `hearth stats` tells them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, quantiles

from hearth.engine.stats.records import FATES, Record


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
        """The share of what was shown that was taken, whole or partly."""
        return (self.accepted + self.partly) / self.shown if self.shown else 0.0


def figures(records: Iterable[Record]) -> Figures:
    """Of what was shown; where a client does not say, what was answered counts as shown."""
    shown = [record for record in records if record.shown is not False]
    fates = Counter(record.fate for record in shown)
    kept = [record.kept for record in shown if record.kept is not None]
    middle, late = percentiles([record.latency_ms for record in shown])
    return Figures(
        shown=len(shown),
        **{fate: fates[fate] for fate in FATES},
        characters_saved=sum(record.saved for record in shown),
        kept=fmean(kept) if kept else None,
        latency_p50=middle,
        latency_p95=late,
    )


def by_language(records: Sequence[Record]) -> dict[str, Figures]:
    """Those with most suggestions first."""
    counts = Counter(record.language for record in records)
    return {
        language: figures(record for record in records if record.language == language)
        for language, _ in counts.most_common()
    }


def saved_by_day(records: Iterable[Record], days: int, now: float) -> list[tuple[str, int]]:
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
