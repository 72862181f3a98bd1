"""What was written lately elsewhere: the change that is going on often has more than one resolved."""

from hearth.engine.context.query import Candidate, LeftOut, OpenFile, ResolvedQuery
from hearth.engine.context.recent import RecentEdit

NAME = "recent_edits"
MAX_PASSAGES = 2
MAX_LINES = 8
LINES_AROUND = 2


def collect(resolved: ResolvedQuery) -> list[Candidate | LeftOut]:
    files = {file.uri: file for file in resolved.others}
    own = resolved.query.snapshot.uri
    files[own] = OpenFile(own, resolved.path, resolved.code)
    found: list[Candidate | LeftOut] = []
    for edit in resolved.query.recent_edits:
        file = files.get(edit.uri)
        if file is None or len(found) == MAX_PASSAGES:
            continue
        start, end = _lines(file.code.text, edit)
        if edit.uri == own and resolved.window[0] <= end and start <= resolved.window[1]:
            continue
        text = file.code.text[start:end]
        if text.strip():
            score = 0.5 - 0.1 * len(found)
            found.append(Candidate(file.path, text, NAME, "was edited recently", round(score, 4), start))
    return found


def _lines(text: str, edit: RecentEdit) -> tuple[int, int]:
    """The offsets of the edited lines and a few around them, from the first line to the last one's end."""
    start = min(edit.start, len(text))
    for _ in range(LINES_AROUND + 1):
        start = max(0, text.rfind("\n", 0, max(0, start)))
    start += text[start : start + 1] == "\n"
    end = min(edit.end, len(text))
    for _ in range(LINES_AROUND + 1):
        end = text.find("\n", end + 1) if end < len(text) else -1
        if end < 0:
            end = len(text)
    lines = text[start:end].split("\n")
    return start, start + len("\n".join(lines[:MAX_LINES]))
