"""Changes as a model is shown them: every file is named, and has its share of the window."""

from collections import Counter

from hearth.engine.characters import one_line
from hearth.engine.commit.changes import ChangedFile
from hearth.engine.commit.patch import Hunk
from hearth.engine.text import CHARS_PER_TOKEN

TOKENS = 2200  # of all that is shown of the changes; the window of the smallest models has 4,096
_MOST_NAMED = 60  # files, one a line
_WORDS = {"A": "new file", "D": "deleted", "R": "renamed", "C": "copied", "T": "of another type"}


def summary(files: tuple[ChangedFile, ...], tokens: int = TOKENS) -> str:
    """The changes in about so many tokens. Short changes are shown whole; of a long one its first lines."""
    room = int(tokens * CHARS_PER_TOKEN)
    named = sorted(files, key=lambda each: not each.hunks)[:_MOST_NAMED]
    heads = {each.path: _head(each) for each in named}
    rest = _rest([each for each in files if each.path not in heads])
    room -= sum(len(head) + 1 for head in heads.values()) + len(rest)
    bodies = _shared({each.path: _forms(each) for each in named if each.hunks}, max(0, room))
    parts = ["\n".join(filter(None, (heads[each.path], bodies.get(each.path, "")))) for each in named]
    return "\n".join(filter(None, [*parts, rest]))


def _head(each: ChangedFile) -> str:
    """`shop.py (new file, +12 -0)`"""
    facts = [_WORDS.get(each.status, "")]
    if each.old_path:
        facts = [f"{facts[0]} from {one_line(each.old_path)}"]
    if each.added is not None:
        facts.append(f"+{each.added} -{each.removed}")
    return f"{one_line(each.path)} ({', '.join(filter(None, [*facts, each.why]))})"


def _forms(each: ChangedFile) -> tuple[str, str]:
    """The changed places with the lines around them, and the changed lines alone."""
    return _joined(each.hunks, False), _joined(each.hunks, True)


def _joined(hunks: tuple[Hunk, ...], only_changed: bool) -> str:
    lines: list[str] = []
    for hunk in hunks:
        lines.append(f"@@ {hunk.within}".rstrip())
        lines += hunk.changed if only_changed else hunk.lines
    return "\n".join(lines)


def _shared(forms: dict[str, tuple[str, str]], room: int) -> dict[str, str]:
    """A text for each file. The shortest is served first; what it leaves of its share is there for the others."""
    found: dict[str, str] = {}
    for index, path in enumerate(sorted(forms, key=lambda path: len(forms[path][1]))):
        share = room // (len(forms) - index)
        found[path] = _within(forms[path], share)
        room -= len(found[path]) + 1
    return found


def _within(forms: tuple[str, str], share: int) -> str:
    fitting = next((form for form in forms if len(form) <= share), None)
    if fitting is not None:
        return fitting
    lines = forms[1].split("\n")
    shown: list[str] = []
    left = share - len("… 100,000 more lines")
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            break
        shown.append(line)
    return "\n".join([*shown, f"… {len(lines) - len(shown):,} more lines"]) if shown else ""


def _rest(files: list[ChangedFile]) -> str:
    """What is not named, by its folder."""
    if not files:
        return ""
    folders = Counter(each.path.split("/")[0] if "/" in each.path else "." for each in files).most_common(8)
    return f"… {len(files):,} more files in " + ", ".join(f"{one_line(name)} ({count})" for name, count in folders)
