"""What the statistics say about `completion.min_confidence`.

Unsure suggestions cost attention and are seldom accepted. The advice is the highest threshold below which hardly
anything was accepted. Only suggestions shown under the default threshold count: a higher one hides the evidence,
and the advice would feed on itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hearth.engine.settings import CompletionSettings
from hearth.engine.stats.records import SuggestionRecord

SAMPLES = 200  # shown suggestions that an advice needs
_ACCEPTED = 20  # of them, at least so many must have been accepted
_MAX_LOST = 0.02  # share of the saved characters that may be given up
DAYS = 90  # older records do not count
_THRESHOLDS = (0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45)


@dataclass(frozen=True, slots=True)
class Advice:
    """`hidden` and `lost`: the shares of the suggestions and of the saved characters that would be lost."""

    min_confidence: float
    hidden: float
    lost: float


def evidence(records: Sequence[SuggestionRecord]) -> list[SuggestionRecord]:
    """The records that can judge a threshold: automatic, shown, and made under the default one."""
    default = CompletionSettings().min_confidence
    return [
        each for each in records if each.automatic and each.shown is not False and each.min_confidence <= default
    ]


def advise(records: Sequence[SuggestionRecord]) -> Advice | None:
    """The highest threshold that loses next to nothing; None without enough evidence, or when none pays."""
    known = evidence(records)
    saved = sum(each.saved for each in known)
    if len(known) < SAMPLES or sum(each.saved > 0 for each in known) < _ACCEPTED:
        return None
    for threshold in _THRESHOLDS:
        below = [each for each in known if each.confidence < threshold]
        lost = sum(each.saved for each in below) / saved
        if below and lost <= _MAX_LOST:
            return Advice(threshold, len(below) / len(known), lost)
    return None
