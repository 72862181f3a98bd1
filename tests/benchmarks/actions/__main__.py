"""`python -m tests.benchmarks.actions`: are the pairs fair? All packages are fetched, all programs run."""

import sys

from tests.benchmarks.actions import pairs, programs
from tests.benchmarks.actions.pairs import Pair, Place
from tests.benchmarks.actions.verdicts import Result, judge


def main() -> int:
    """Print what is wrong with each pair; the number of those."""
    wrong = 0
    for pair in pairs.load():
        reason = unfair(pair)
        print(f"{pair.label}: {reason or 'fair'}", flush=True)
        wrong += bool(reason)
    print(*(f"{language}: {why}" for language, why in programs.missing().items()), sep="\n")
    return wrong


def unfair(pair: Pair) -> str:
    """The published function must be right, and what the action is given must not be."""
    place = pairs.place(pair)
    if pair.action in ("bug", "fix", "implement"):
        if programs.passes(place, place.original) is False:
            return "the published function does not fulfil the checks"
        if programs.passes(place, place.text):
            return "what is wrong fulfils the checks"
    if (right := _right(place)) is None:
        holds = pair.instruction or programs.passes(place, place.text) is not False
        return "" if holds else "the checks fail as it is"
    verdict = judge(place, Result(right))
    return "" if verdict.outcome == "right" else f"a right answer is {verdict.outcome}: {verdict.why}"


def _right(place: Place) -> str | None:
    """A right text, where one can be made."""
    pair, text = place.pair, place.text
    found = place.function
    if place.original != text:
        return place.original
    if pair.action == "rename" or pair.renames:
        renames = pair.renames or {pair.at: f"{pair.at}_2"}
        for token in reversed(place.code.tokens(found.start, found.end)):
            if token.text in renames:
                text = text[: token.start] + renames[token.text] + text[token.start + len(token.text) :]
        return text
    return None


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
