"""The user has made the same change twice, in the same surroundings: the next place that looks the same."""

from hearth.engine.code_actions.edits import Edit
from hearth.engine.next_edit.changes import Changes, Token, is_name, tokens
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.situation import File, Proposal, Situation, by_line, changed_lines
from hearth.engine.text import lines_of

MIN_CONTEXT = 3  # tokens on both sides together that the two changes have in common
MAX_CONTEXT = 12  # tokens on one side that are compared
MAX_BACK = 8  # edits that are looked at
MAX_LINES = 20_000  # of a file


def repeats(situation: Situation, edit: UserEdit) -> list[Proposal]:
    """The other places where what the edit changed stands in the surroundings that it had both times."""
    file = situation.of(edit.uri)
    if file is None:
        return []
    start, change = changed_lines(file, edit)
    if len(change.runs) != 1:
        return []
    for other in situation.edits[: MAX_BACK + 1]:
        there = situation.of(other.uri)
        if there is None or other.id == edit.id or other.kind == "pasted":
            continue
        again = changed_lines(there, other)[1]
        surroundings = _surroundings(change, again)
        if surroundings is not None:
            edits = _edits(file, change, *surroundings, _chunk(file, start, change, *surroundings))
            title = _title(change)
            return by_line(file, edits, title, edit.id)
    return []


def _surroundings(one: Changes, other: Changes) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The tokens that stand before and behind both changes; None where these are not the same change."""
    if len(other.runs) != 1:
        return None
    first, second = one.runs[0], other.runs[0]
    if (one.old(first), one.new(first)) != (other.old(second), other.new(second)):
        return None
    before = [
        [t.text for t in each.before[: run.first]][-MAX_CONTEXT:] for each, run in ((one, first), (other, second))
    ]
    behind = [
        [t.text for t in each.before[run.last :]][:MAX_CONTEXT] for each, run in ((one, first), (other, second))
    ]
    left = _common(before[0][::-1], before[1][::-1])[::-1]
    right = _common(behind[0], behind[1])
    is_enough = len(left) + len(right) >= MIN_CONTEXT and any(is_name(each) for each in (*left, *right))
    is_enough = is_enough and (bool(one.old(first)) or bool(left and right))
    return (tuple(left), tuple(right)) if is_enough else None


def _common(one: list[str], other: list[str]) -> list[str]:
    count = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return one[:count]


def _chunk(file: File, start: int, change: Changes, left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """What stands now between the last token before the change and the first one behind it."""
    run = change.runs[0]
    first = change.after[run.new_first - 1].end if left else change.after[run.new_first].start
    last = change.after[run.new_last].start if right else change.after[run.new_last - 1].end
    return file.code.text[start + first : start + last]


def _edits(file: File, change: Changes, left: tuple[str, ...], right: tuple[str, ...], chunk: str) -> list[Edit]:
    old = change.old(change.runs[0])
    wanted = (*left, *old, *right)
    found: list[Edit] = []
    for offset, line in lines_of(file.code.text)[:MAX_LINES]:
        if wanted[0] not in line or wanted[-1] not in line:
            continue
        there = tokens(line)
        for index in range(len(there) - len(wanted) + 1):
            part = there[index : index + len(wanted)]
            if all(token.text == text for token, text in zip(part, wanted, strict=True)):
                found.append(_edit(offset, part, len(left), len(old), chunk))
                break
    return found


def _edit(offset: int, part: tuple[Token, ...], left: int, old: int, chunk: str) -> Edit:
    start = part[left - 1].end if left else part[left].start
    end = part[left + old].start if left + old < len(part) else part[-1].end
    return Edit(offset + start, offset + end, chunk)


def _title(change: Changes) -> str:
    old, new = " ".join(change.old(change.runs[0])), " ".join(change.new(change.runs[0]))
    if not old:
        return f"Add {new} here too"
    return f"Change {old} to {new} here too" if new else f"Remove {old} here too"
