"""What the ledger says about `completion.min_confidence`.

Unsure suggestions cost attention and are seldom taken. The advice is the highest floor below which hardly
anything was taken. Only what was shown under the default floor counts: under a higher one there is no
evidence of what is hidden, and the advice would feed on itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hearth.engine.settings import CompletionSettings
from hearth.engine.stats.records import Record

SAMPLES = 200  # shown suggestions that are needed
_TAKEN = 20  # of these so many must have been taken
_LOSS = 0.02  # of the characters saved may be given up
DAYS = 90  # what is older does not count
_FLOORS = (0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45)


@dataclass(frozen=True, slots=True)
class Advice:
    """`hidden` and `lost`: the shares of the suggestions and of the saved characters that the floor would cost."""

    min_confidence: float
    hidden: float
    lost: float


def evidence(records: Sequence[Record]) -> list[Record]:
    """Those that say something about a floor: automatic, shown, and made under the default."""
    default = CompletionSettings().min_confidence
    return [each for each in records if each.automatic and each.shown is not False and each.floor <= default]


def advise(records: Sequence[Record]) -> Advice | None:
    """The highest floor that loses next to nothing; None without enough evidence, or when none pays."""
    known = evidence(records)
    saved = sum(each.saved for each in known)
    if len(known) < SAMPLES or sum(each.saved > 0 for each in known) < _TAKEN:
        return None
    for floor in _FLOORS:
        below = [each for each in known if each.confidence < floor]
        lost = sum(each.saved for each in below) / saved
        if below and lost <= _LOSS:
            return Advice(floor, len(below) / len(known), lost)
    return None
