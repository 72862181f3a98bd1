"""When nothing is shown, whatever follows from the edits: one row per reason."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from hearth.engine.code_actions.edits import applied
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.syntax import errors, errors_after
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.situation import File, Proposal, Situation, shifted
from hearth.engine.text import end_of_line, start_of_line

MAX_AGE = 30.0  # seconds since the last edit; who has looked elsewhere for so long does something else
MAX_LOOKED_AT = 5_000  # nodes, for an error in a line


@dataclass(frozen=True, slots=True)
class Moment:
    """What the reasons are asked with. `by_hand`: the user has asked for it."""

    situation: Situation
    by_hand: bool = False
    is_undone: bool = False
    is_rejected: bool = False  # since the last edit


def _has_no_edit(moment: Moment) -> bool:
    return not moment.situation.edits


def _is_undone(moment: Moment) -> bool:
    return moment.is_undone


def _is_rejected(moment: Moment) -> bool:
    return moment.is_rejected and not moment.by_hand


def _is_long_ago(moment: Moment) -> bool:
    newest = moment.situation.edits[0] if moment.situation.edits else None
    return newest is not None and not moment.by_hand and time.monotonic() - newest.at > MAX_AGE


def _is_unfinished(moment: Moment) -> bool:
    """The line that the user is in does not parse: it is still being written."""
    code, cursor = moment.situation.file.code, moment.situation.cursor
    start, end = start_of_line(code.text, cursor), end_of_line(code.text, cursor)
    return has_error_in(code, start, end)


REASONS: tuple[tuple[str, Callable[[Moment], bool]], ...] = (
    ("no edit", _has_no_edit),
    ("undone", _is_undone),
    ("rejected", _is_rejected),
    ("long ago", _is_long_ago),
    ("the line is unfinished", _is_unfinished),
)


def reason(moment: Moment) -> str:
    """Why nothing is shown at all; "" where something may be."""
    return next((name for name, applies in REASONS if applies(moment)), "")


def reverts(proposal: Proposal, situation: Situation) -> bool:
    """Whether it would take back something of what the user has done."""
    file = situation.of(proposal.uri)
    if file is None:
        return True
    return any(_takes_back(file, edit, proposal) for edit in situation.edits)


def breaks(proposal: Proposal, file: File) -> bool:
    """Whether the file would have more syntax errors than it has."""
    if file.code.tree is None:
        return True
    start, end = proposal.start, proposal.end
    after = errors_after(
        file.code, start, end, applied(file.code.text[start:end], shifted(proposal.edits, -start))
    )
    return after > errors(file.code)


def has_error_in(code: ParsedText, start: int, end: int) -> bool:
    """Whether the tree has an error in `start:end`."""
    if code.tree is None:
        return False
    first, last = code.byte(start), code.byte(end)
    waiting, looked_at = [code.tree.root_node], 0
    while waiting and looked_at < MAX_LOOKED_AT:
        node = waiting.pop()
        looked_at += 1
        if not (node.has_error or node.is_missing) or node.start_byte > last or node.end_byte < first:
            continue
        inside = [child for child in node.children if child.has_error or child.is_missing]
        is_here = first <= node.start_byte <= last or first <= node.end_byte <= last
        if is_here and (node.is_error or node.is_missing):
            return True
        waiting.extend(inside)
    return False


def _takes_back(file: File, edit: UserEdit, proposal: Proposal) -> bool:
    for each in proposal.edits:
        text = file.code.text[each.start : each.end]
        if text and edit.old and text.strip() == edit.new.strip() and each.text.strip() == edit.old.strip():
            return True
        is_own = edit.uri == file.uri and edit.kind != "accepted"
        if is_own and edit.new and each.start < edit.end and edit.start < each.end:
            return True
    return False
