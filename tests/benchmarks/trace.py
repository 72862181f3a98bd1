"""What is typed: lines of real files that are taken away and typed again, the same for every engine.

A place is a run of whole statements: nothing is open at its end, and what stands below is not indented deeper.

A keystroke is one character, or Enter together with the indentation that an editor puts there by itself.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.packages import Source

_LINES = (2, 6)  # that are taken away
_MIN_ABOVE = 12  # lines of the file above the place
_LONGEST_LINE = 120
_COMMENT = re.compile(r"\s*(#|//|/?\*|\"\"\"|''')")


@dataclass(frozen=True, slots=True)
class Place:
    """The cursor stands between `above` and `below`; `removed` is what is typed there.

    `rested`: the editor tells that the cursor has come here, and a second passes before the first request.
    """

    language: str
    name: str
    above: str
    removed: str
    below: str
    rested: bool = False


def places(sources: Sequence[Source], per_language: int, seed: int) -> list[Place]:
    """Random places, each in a file of its own while there are enough; the languages take turns.

    Of neighbours in one language every other one is rested.
    """
    rng = random.Random(seed)
    by_language: dict[str, list[Place]] = {}
    for language in sorted({source.language for source in sources}):
        files = [source for source in sources if source.language == language]
        rng.shuffle(files)
        found = [place for source in files for place in _some_place(source, rng)][:per_language]
        by_language[language] = found
    turns = range(max(map(len, by_language.values()), default=0))
    in_turn = [row[turn] for turn in turns for row in by_language.values() if turn < len(row)]
    return [_with_rest(place, number % 2 == 1) for number, place in enumerate(in_turn)]


def next_key(text: str) -> str:
    """What the first keystroke of `text` inserts; "" at its end."""
    if not text.startswith("\n"):
        return text[:1]
    enter = re.match(r"\n(?:[ \t]+(?=[^ \t\n]|\Z)|)", text)
    return enter[0] if enter else ""


def first_keys(text: str, keys: int) -> str:
    """What the first so many keystrokes of `text` insert."""
    end = 0
    for _ in range(keys):
        end += len(next_key(text[end:]))
    return text[:end]


def count_keys(text: str) -> int:
    count = 0
    while text:
        text = text[len(next_key(text)) :]
        count += 1
    return count


def _some_place(source: Source, rng: random.Random) -> list[Place]:
    """One place in the file, or none when nothing in it is worth typing."""
    lines = source.text.replace("\r\n", "\n").split("\n")
    starts = list(range(_MIN_ABOVE, len(lines) - _LINES[1]))
    rng.shuffle(starts)
    for start in starts:
        count = rng.randint(*_LINES)
        chosen = lines[start : start + count]
        in_prose = sum(line.count('"""') for line in lines[:start]) % 2
        if not in_prose and _worth_typing(chosen) and _is_whole(chosen, lines[start + count :]):
            above = "\n".join(lines[:start]) + "\n"
            indent = _indent(chosen[0])
            removed = "\n".join(chosen)
            below = "\n" + "\n".join(lines[start + count :])
            return [Place(source.language, source.name, above + removed[:indent], removed[indent:], below)]
    return []


def _worth_typing(lines: list[str]) -> bool:
    """Code that begins and ends with a line of its own, not mainly comments."""
    if (
        not lines[0].strip()
        or not lines[-1].strip()
        or _COMMENT.match(lines[-1])
        or max(map(len, lines)) > _LONGEST_LINE
    ):
        return False
    comments = sum(bool(_COMMENT.match(line)) for line in lines)
    return comments * 3 <= len(lines) and not _COMMENT.match(lines[0]) and len("".join(lines).split()) >= 6


def _is_whole(chosen: list[str], below: list[str]) -> bool:
    text = "\n".join(chosen)
    if any(text.count(opener) != text.count(closer) for opener, closer in ("()", "[]", "{}")):
        return False
    level = _indent(chosen[0])
    after = next((line for line in below if line.strip()), "")
    return all(_indent(line) >= level for line in chosen if line.strip()) and _indent(after) <= level


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _with_rest(place: Place, rested: bool) -> Place:
    return Place(place.language, place.name, place.above, place.removed, place.below, rested)
