"""What is shown of an answer at a cursor, whether it is complete, still being made, or remembered."""

from dataclasses import dataclass

from hearth.engine.completion.cursor import Cursor
from hearth.engine.completion.fitting import fitted, sound
from hearth.engine.completion.suggestions import Shown, Suggestions
from hearth.engine.completion.whole import whole
from hearth.engine.types import Completion, Snapshot, Usage


@dataclass(frozen=True, slots=True)
class Call:
    """One question about a cursor.

    `automatic`: the user only types. `by_hand`: they asked for it, now or the last time at this cursor, and the
    client asks again because the answer has grown. Lines less probable than `min_probability` are not shown.
    """

    snapshot: Snapshot
    cursor: Cursor
    automatic: bool
    by_hand: bool
    min_probability: float


def remembered(suggestions: Suggestions, call: Call) -> Completion | None:
    """The completion that is known without the model; None where the model must be asked."""
    cursor = call.cursor
    found = suggestions.find(cursor.text, cursor.offset, by_hand=not call.automatic)
    if found is None:
        return None
    shown = found.displayable_at(cursor.offset, call.min_probability)
    if not found.complete:
        text = sound(cursor, shown.text)
        shown = shown._replace(text=text, following=shown.text[len(text) :] + shown.following)
    elif not shown.text and found.is_old_at(cursor.offset) and found.rest_at(cursor.text, cursor.offset):
        return None
    return completion_of(suggestions, call, shown, "remembered")


def completion_of(
    suggestions: Suggestions, call: Call, shown: Shown, reason: str, usage: Usage | None = None
) -> Completion:
    """The completion: no scraps, and nothing that was rejected at this cursor, unless it is asked for by hand."""
    cursor = call.cursor
    text = whole(cursor, shown) if shown.is_part or not call.by_hand else shown.text
    if not call.by_hand and suggestions.is_rejected(cursor.text, cursor.offset, text):
        text = ""
    fit = fitted(cursor, text)
    end = cursor.offset + fit.replaced
    return Completion(fit.text, cursor.offset, end, reason, shown.probability, usage or Usage())
