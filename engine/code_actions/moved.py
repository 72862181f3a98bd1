"""Edits of a text that somebody went on typing in: they move with it, unless what they are about was touched."""

from difflib import SequenceMatcher

from hearth.engine.code_actions.edits import Edit
from hearth.engine.errors import EditRefused


def moved(edits: tuple[Edit, ...], old: str, new: str, start: int, end: int) -> tuple[Edit, ...]:
    """The edits of `old`, made for `start:end`, as edits of `new`.

    Raises `EditRefused` when something was typed there, or where an edit goes.
    """
    if old == new:
        return edits
    changes = _changes(old, new)
    places = [(start, end), *((edit.start, edit.end) for edit in edits if edit.end > edit.start)]
    if any(_touches(change, place) for change in changes for place in places):
        raise EditRefused("the code was changed meanwhile; nothing was applied")
    found = []
    for edit in edits:
        shift = sum(len(text) - (b - a) for a, b, text in changes if b <= edit.start)
        found.append(Edit(edit.start + shift, edit.end + shift, edit.text))
    return tuple(found)


def _touches(change: tuple[int, int, str], place: tuple[int, int]) -> bool:
    """Lines of their own above or below do not touch it; letters right beside it do."""
    start, end, text = change
    first, last = place
    if start < last and first < end:
        return True
    if start < end:
        return False
    return (
        first < start < last
        or (start == last and text[:1] not in "\r\n")
        or (start == first and text[-1:] != "\n")
    )


def _changes(old: str, new: str) -> list[tuple[int, int, str]]:
    """(start, end, new text) of each change, by whole lines where it is more than one."""
    first = 0
    limit = min(len(old), len(new))
    while first < limit and old[first] == new[first]:
        first += 1
    last = 0
    while last < limit - first and old[-1 - last] == new[-1 - last]:
        last += 1
    ours, theirs = old[first : len(old) - last], new[first : len(new) - last]
    if "\n" not in ours or "\n" not in theirs:
        return [(first, first + len(ours), theirs)]
    before, after = ours.splitlines(keepends=True), theirs.splitlines(keepends=True)
    starts = [first]
    for line in before:
        starts.append(starts[-1] + len(line))
    return [
        (starts[a], starts[b], "".join(after[c:d]))
        for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
