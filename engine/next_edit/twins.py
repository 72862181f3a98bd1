"""What was changed stands elsewhere in the same surroundings: the same change there.

One example is enough only where much is alike: what was replaced, and what stands before and behind it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hearth.engine.code_actions.edits import Edit
from hearth.engine.context.parsed import ParsedText, nodes_around
from hearth.engine.next_edit.changes import Token, changes, is_name, tokens
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.names import words
from hearth.engine.next_edit.situation import File, Proposal, Situation
from hearth.engine.text import end_of_line, start_of_line

AROUND = 3  # lines before and behind the change that are compared
MAX_CONTEXT = 24  # tokens on either side
MAX_PLACES = 60  # of one word in a file
MAX_CHANGED = 160  # tokens of the change
# How much must be the same, see `_weight`: chosen by the changes of releases, see `docs/next-edit.md`.
MIN_REPLACED = 6.0  # of what was replaced, and around it
MIN_AROUND = 3.0  # around it
MIN_SIDE = 5.0  # on each side of what is new
THERE = 12  # lines around a place in which what is new may stand already, in another order
_LITTLE = 0.25  # what a bracket or a comma counts; a word counts 1


@dataclass(frozen=True, slots=True)
class _Change:
    """`left` and `right` are the tokens around it, the nearest first; `new` is the text between them now."""

    old: tuple[str, ...]
    new: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    indent: str


@dataclass(frozen=True, slots=True)
class Twin:
    """A place like that of the change. The weights say how much of each part is the same there."""

    file: File
    edit: Edit
    old: float
    left: float
    right: float


def twins(situation: Situation, edit: UserEdit) -> list[Proposal]:
    """The places that look like the one that was changed, in all open files."""
    file = situation.of(edit.uri)
    if file is None or edit.kind == "accepted" or not _is_at_it(situation) or _is_prose(file.code, edit):
        return []
    change = _change(file, edit)
    if change is None or _is_denied(situation, edit, change):
        return []
    found = [each for each in places_like(situation, file, edit, change) if is_alike(each)]
    return [Proposal(each.file.uri, (each.edit,), "Make the same change here", edit.id) for each in found]


def is_alike(twin: Twin) -> bool:
    if twin.old < 1:
        return not twin.old and min(twin.left, twin.right) >= MIN_SIDE
    around = twin.left + twin.right
    return twin.old >= MIN_REPLACED or (twin.old + around >= MIN_REPLACED and around >= MIN_AROUND)


def places_like(situation: Situation, file: File, edit: UserEdit, change: _Change) -> Iterator[Twin]:
    text = file.code.text
    own = (edit.lines(text)[0], end_of_line(text, edit.end))
    if not change.old:  # what stands beside it is what it was compared with
        own = (_back(text, own[0], AROUND), _forth(text, own[1], AROUND))
    for each in (file, *situation.related(file)):
        yield from _of_file(each, change, own if each is file else (-1, -1))


def _change(file: File, edit: UserEdit) -> _Change | None:
    text = file.code.text
    start, old, new = edit.lines(text)
    found = changes(old, new)
    if not found.runs or max(len(found.before), len(found.after)) > MAX_CHANGED:
        return None
    first, last = found.runs[0], found.runs[-1]
    before = tokens(_lines_before(text, start))
    behind = tokens(_lines_behind(text, start + len(new)))
    left = [*before, *found.before[: first.first]][::-1][:MAX_CONTEXT]
    right = [*found.before[last.last :], *behind][:MAX_CONTEXT]
    from_ = _end_of(before) - len(_lines_before(text, start))
    if first.new_first:
        from_ = found.after[first.new_first - 1].end
    to = found.after[last.new_last].start if last.new_last < len(found.after) else len(new) + _start_of(behind)
    chunk = text[start + from_ : start + to]
    old_tokens = tuple(token.text for token in found.before[first.first : last.last])
    shown = found.after[first.new_first].start if old_tokens and first.new_first < last.new_last else to
    return _Change(old_tokens, chunk, _texts(left), _texts(right), _indent(text, start + shown))


def _of_file(file: File, change: _Change, own: tuple[int, int]) -> Iterator[Twin]:
    text = file.code.text
    anchor = _anchor(change)
    if anchor is None:
        return
    side, index = anchor
    word = {"old": change.old, "left": change.left, "right": change.right}[side][index]
    for count, at in enumerate(words(text, word, 0, None)):
        if count >= MAX_PLACES:
            return
        if own[0] <= at <= own[1]:
            continue
        twin = _twin(file, change, side, index, at, own)
        if twin is not None and not (own[0] < twin.edit.end and twin.edit.start < own[1]):
            yield twin


def _is_at_it(situation: Situation) -> bool:
    """Whether the cursor is where the newest edit is: else the user may just have taken back what was like it."""
    newest, file = situation.edits[0], situation.file
    if newest.uri != file.uri:
        return True
    start = start_of_line(file.code.text, newest.start)
    return start <= situation.cursor <= end_of_line(file.code.text, newest.end) + 1


def _is_denied(situation: Situation, edit: UserEdit, change: _Change) -> bool:
    """Whether the user has put something else in the place of the same elsewhere."""
    for other in situation.edits:
        file = situation.of(other.uri)
        if file is None or other.id == edit.id or other.kind == "accepted" or not change.old:
            continue
        there = _change(file, other)
        if there is not None and there.old == change.old and there.new.split() != change.new.split():
            return True
    return False


def _is_prose(code: ParsedText, edit: UserEdit) -> bool:
    """Whether the change is in comments or texts: these are alike much more often than they are changed alike."""
    if code.tree is None:
        return True
    blanks = len(edit.new) - len(edit.new.lstrip())
    start = edit.start + blanks if edit.new.strip() else edit.start
    around = nodes_around(code.tree, code.byte(start), code.byte(min(start + 1, len(code.text))))
    return any("comment" in node.type or "string" in node.type for node in around[:2])


def _anchor(change: _Change) -> tuple[str, int] | None:
    """The longest name of what was replaced; of an insertion, the nearest before or behind it."""
    named = [(len(text), index) for index, text in enumerate(change.old) if is_name(text)]
    if named:
        return "old", max(named)[1]
    for side, context in (("left", change.left), ("right", change.right)):
        near = [(len(text), -index) for index, text in enumerate(context[:4]) if is_name(text)]
        if near:
            return side, -max(near)[1]
    return None


def _twin(file: File, change: _Change, side: str, index: int, at: int, own: tuple[int, int]) -> Twin | None:
    text = file.code.text
    start = _back(text, at, AROUND + 1)
    window = text[start : _forth(text, at, AROUND + 1 + change.new.count("\n") + len(change.old) // 4)]
    there = tokens(window)
    found = next((i for i, token in enumerate(there) if token.start == at - start), None)
    if found is None:
        return None
    first = found - index if side == "old" else found + index + 1 if side == "left" else found - index
    last = first + len(change.old)
    if first < 1 or last >= len(there) or _texts(there[first:last]) != change.old:
        return None
    left = _common(change.left, _texts(there[:first][::-1]))
    right = _common(change.right, _texts(there[last:]))
    if not left and not right:
        return None
    begin, end = start + there[first - 1].end, start + there[last].start
    new = _indented(change, _indent(text, start + there[first].start))
    edit = _trimmed(text, begin, end, new)
    if edit is None or (not change.old and _is_there(text, at, change, own)):
        return None
    weights = (_weight(change.old), _weight(change.left[:left]), _weight(change.right[:right]))
    return Twin(file, edit, *weights)


def _is_there(text: str, at: int, change: _Change, own: tuple[int, int]) -> bool:
    """Whether what is new stands near the place already; `own` is where the change itself was made."""
    start, end = _back(text, at, THERE), _forth(text, at, THERE)
    parts = [text[start:end]]
    if own[0] < end and start < own[1]:
        parts = [text[start : max(start, own[0])], text[min(end, own[1]) : end]]
    new = " ".join(_texts(tokens(change.new))).strip(", ")
    return bool(new) and any(new in " ".join(_texts(tokens(part))) for part in parts)


def _indented(change: _Change, indent: str) -> str:
    """The new text, with the indentation of another place."""
    lines = change.new.split("\n")
    return "\n".join([lines[0], *(_moved(line, change.indent, indent) for line in lines[1:])])


def _indent(text: str, at: int) -> str:
    line = text[start_of_line(text, at) : end_of_line(text, at)]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _moved(line: str, before: str, now: str) -> str:
    return now + line[len(before) :] if line.startswith(before) else line


def _trimmed(text: str, start: int, end: int, new: str) -> Edit | None:
    """The edit without what stays as it is."""
    old = text[start:end]
    if old == new:
        return None
    most = min(len(old), len(new))
    behind = next((i for i in range(most) if old[-1 - i] != new[-1 - i]), most)
    most -= behind
    before = next((i for i in range(most) if old[i] != new[i]), most)
    return Edit(start + before, end - behind, new[before : len(new) - behind])


def _weight(found: Sequence[str]) -> float:
    return sum(1.0 if text[:1].isalnum() or text[:1] in "_\"'" else _LITTLE for text in found)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _texts(found: Sequence[Token]) -> tuple[str, ...]:
    return tuple(token.text for token in found)


def _end_of(found: Sequence[Token]) -> int:
    return found[-1].end if found else 0


def _start_of(found: Sequence[Token]) -> int:
    return found[0].start if found else 0


def _lines_before(text: str, start: int) -> str:
    return text[_back(text, start - 1, AROUND - 1) : start] if start else ""


def _lines_behind(text: str, end: int) -> str:
    return text[end : _forth(text, end + 1, AROUND - 1)]


def _back(text: str, at: int, lines: int) -> int:
    start = start_of_line(text, max(0, at))
    for _ in range(lines):
        if not start:
            break
        start = start_of_line(text, start - 1)
    return start


def _forth(text: str, at: int, lines: int) -> int:
    end = end_of_line(text, min(at, len(text)))
    for _ in range(lines):
        if end >= len(text):
            break
        end = end_of_line(text, end + 1)
    return end
