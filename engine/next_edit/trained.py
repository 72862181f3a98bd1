"""What a model that was trained to predict edits writes: the window anew, of which one change is offered.

The window is a draft that the model verifies (`host/drafts.py`): the place is where it first says something else.
"""

from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from difflib import SequenceMatcher

from hearth.engine.backends import Backend
from hearth.engine.code_actions.edits import Edit
from hearth.engine.next_edit.formats import Format, prompt, read
from hearth.engine.next_edit.situation import File, Proposal
from hearth.engine.next_edit.windows import Window
from hearth.engine.screen import rewrite_request
from hearth.engine.secrets.hiding import stand_ins
from hearth.engine.text import end_of_line
from hearth.engine.types import Finished, FinishReason

MIN_PROBABILITY = 0.4  # of each line that is changed: all its tokens together
MAX_NEW = 128  # tokens beside those of the window
_CHARS_PER_TOKEN = 2  # at least, but for texts in few languages; of these the answer is cut, and not used
_MAX_LOST = 3  # lines of the window that an answer may leave out or change, or else a quarter of them


@dataclass(frozen=True, slots=True)
class Written:
    """The new window, and for each of its characters the token that it came with.

    `probabilities` are those of the tokens.
    """

    text: str
    tokens: tuple[int, ...]
    probabilities: tuple[float, ...]

    def probability(self, start: int, end: int) -> float:
        """That of the least probable line of `start:end`."""
        least = 1.0
        for first, last in _lines(self.text, start, end):
            product = 1.0
            for token in dict.fromkeys(self.tokens[first:last]):
                product *= self.probabilities[token]
            least = min(least, product)
        return least


async def write(backend: Backend, format: Format, window: Window, is_wanted: Callable[[], bool]) -> Written | None:
    """The window as it should be; None where nothing is to be changed, the model is not sure, or nobody waits.

    Raises `HearthError`.
    """
    asked = prompt(format, window)
    if asked is None:
        return None
    most = len(asked.draft) // _CHARS_PER_TOKEN + MAX_NEW
    request = rewrite_request(f"{window.uri} next edit", asked, most, supersedes="next edit")
    said, tokens, probabilities = "", list[int](), list[float]()
    doubt, changed_at = 1.0, -1  # of the first line that is changed, and where it begins to be
    async with aclosing(backend.generate(request)) as events:
        async for event in events:
            if not is_wanted():
                return None
            if isinstance(event, Finished):
                return _written(format, said, tokens, probabilities) if event.reason is FinishReason.EOG else None
            tokens += [len(probabilities)] * len(event.text)
            probabilities.append(event.probability)
            if changed_at < 0 and not asked.draft.startswith(said + event.text):
                changed_at = len(said)
            said += event.text
            if changed_at >= 0 and "\n" not in said[changed_at:-1]:
                doubt *= event.probability
                if doubt < MIN_PROBABILITY:
                    return None
    return None


def proposals(window: Window, written: Written, file: File) -> list[Proposal]:
    """The changes that the model is sure of, each by itself, in the order of the text."""
    old, new = window.text.split("\n"), written.text.split("\n")
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    changes = [Lines(*each[1:]) for each in matcher.get_opcodes() if each[0] != "equal"]
    if sum(each.last - each.first for each in changes) > max(_MAX_LOST, len(old) // 4):
        return []
    starts = [0]
    for line in new:
        starts.append(starts[-1] + len(line) + 1)
    found: list[Proposal] = []
    for each in changes:
        if each.last == len(old) and each.new_first == each.new_last:
            continue  # the answer ends early
        before, after = old[each.first : each.last], new[each.new_first : each.new_last]
        # Of lines that go the line is asked that comes in their place.
        probability = written.probability(starts[each.new_first], starts[each.new_last + (not after)] - 1)
        if probability < MIN_PROBABILITY or _is_noise(before, after, file):
            continue
        if each.last == len(old) and _is_below(after, file, window.end):
            continue
        edit = _edit(window, file.code.text, each, after)
        found.append(Proposal(window.uri, (edit,), _title(before, after), window.cause))
    return found


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines `first:last` of the window became `new_first:new_last` of the new one."""

    first: int
    last: int
    new_first: int
    new_last: int


def _written(format: Format, said: str, tokens: list[int], probabilities: list[float]) -> Written | None:
    parts = read(format, said)
    if not parts:
        return None
    return Written(
        "".join(said[start:end] for start, end in parts),
        tuple(token for start, end in parts for token in tokens[start:end]),
        tuple(probabilities),
    )


def _is_noise(before: list[str], after: list[str], file: File) -> bool:
    """Only blanks, only comments, or something that stands for a secret."""
    if "".join("".join(before).split()) == "".join("".join(after).split()):
        return True
    if stand_ins("\n".join((*before, *after))):
        return True
    comment = file.code.language.comment if file.code.language else ""
    lines = [line.strip() for line in (*before, *after) if line.strip()]
    return bool(comment) and all(line.startswith(comment) for line in lines)


def _is_below(after: list[str], file: File, end: int) -> bool:
    """What is new at the end of the window stands behind it already."""
    below = file.code.text[end : end + 2000].replace("\r\n", "\n").split("\n")[1:]
    wanted = [line.strip() for line in after if line.strip()]
    return bool(wanted) and wanted == [line.strip() for line in below if line.strip()][: len(wanted)]


def _edit(window: Window, text: str, lines: Lines, after: list[str]) -> Edit:
    """Within lines where some are changed; else whole lines go or come."""
    newline = "\r\n" if "\r\n" in text else "\n"
    new = newline.join(after)
    start, end = _start_of(text, window.start, lines.first), _start_of(text, window.start, lines.last)
    if not after:
        is_at_end = end > len(text)
        return Edit(max(0, start - len(newline)) if is_at_end else start, min(end, len(text)), "")
    if lines.first == lines.last:
        is_at_end = start > len(text)
        return Edit(len(text), len(text), newline + new) if is_at_end else Edit(start, start, new + newline)
    end = end_of_line(text, _start_of(text, window.start, lines.last - 1))
    end -= text[end - 1 : end] == "\r"
    return _shortened(text, start, end, new)


def _start_of(text: str, start: int, line: int) -> int:
    """Where a line begins, counted from one at `start`; that behind the last one begins behind the text."""
    for _ in range(line):
        start = end_of_line(text, start) + 1
    return start


def _shortened(text: str, start: int, end: int, new: str) -> Edit:
    old = text[start:end]
    most = min(len(old), len(new))
    first = next((index for index in range(most) if old[index] != new[index]), most)
    most -= first
    last = next((index for index in range(most) if old[-1 - index] != new[-1 - index]), most)
    return Edit(start + first, end - last, new[first : len(new) - last])


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """`start:end` line by line, each with its end."""
    while start < end:
        last = min(end, text.find("\n", start, end) + 1 or end)
        yield start, last
        start = last


def _title(before: list[str], after: list[str]) -> str:
    shown = [line.strip() for line in after if line.strip()] or [line.strip() for line in before if line.strip()]
    more = f" and {len(shown) - 1} more" if len(shown) > 1 else ""
    verb = "Remove" if not after else "Change to" if before else "Add"
    return f"{verb} {shown[0]}{more}"
