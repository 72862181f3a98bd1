"""What each stop rule costs, or saves: the raw model's answers, ended by all rules and by all but one."""

from collections.abc import Sequence
from dataclasses import replace
from unittest.mock import patch

from hearth.engine.completion.cursor import Cursor
from hearth.engine.completion.fitting import fitted, sound
from hearth.engine.context.documents import Document
from hearth.engine.stopping import scanner
from hearth.engine.stopping.rules import RULES
from tests.benchmarks.gaps.programs import Gap
from tests.benchmarks.results import Sheet, number

NAMES = tuple(name for name, _ in RULES)


def table(title: str, answers: Sequence[tuple[Gap, str, bool]], knows_end: bool) -> Sheet:
    """One row for each rule: gaps filled right with all rules, and how many more or fewer without it.

    Each answer is (the gap, what the raw model said, whether it ended by itself).
    """
    texts: dict[tuple[str, str], bool] = {}

    def passes(gap: Gap, text: str) -> bool:
        if (gap.id, text) not in texts:
            texts[gap.id, text] = gap.passes(text)
        return texts[gap.id, text]

    def right(without: str) -> int:
        return sum(passes(gap, ended(gap, said, own, without, knows_end)) for gap, said, own in answers)

    all_rules = right("")
    raw = sum(passes(gap, f"{gap.above}{said}{gap.below}") for gap, said, _ in answers)
    rows = [
        ("all rules", number(all_rules), ""),
        ("no rule and no fitting (raw)", number(raw), f"{raw - all_rules:+d}"),
    ]
    rows += [(f"without {name}", number(count := right(name)), f"{count - all_rules:+d}") for name in NAMES]
    return Sheet(title, ("", "right", "more or fewer"), tuple(rows))


def ended(gap: Gap, said: str, own_end: bool, without: str, knows_end: bool) -> str:
    """The completed text, where the rules but one have ended what the model said."""
    text, offset = gap.above + gap.below, len(gap.above)
    document = Document(f"file:///{gap.name}", text, gap.language, f"/{gap.name}")
    place = Cursor(text, offset, *document.code_near(offset))
    closers = place.closers if place.tail.is_closed else None
    policy = scanner.policy_at(text, offset, "span", place.code.language, closers, max_lines=40)
    answer = scanner.StopScanner(replace(policy, knows_end=knows_end))
    with patch.object(scanner, "RULES", tuple(row for row in RULES if row[0] != without)):
        shown = answer.push(said)
        shown += answer.finish(own_end and not answer.stopped)
    fit = fitted(place, sound(place, shown))
    return text[:offset] + fit.text + text[offset + fit.replaced :]
