"""What llama.vim asks llama-server, and what it makes of the answer (its defaults of January 2026).

The current line left of the cursor goes behind MID, 256 lines above and 64 below around it. Answers are
remembered, also for the text without its first lines, and answer again for what is typed along them (up to 128
characters). Behind an accepted suggestion it has asked ahead: that request is made here without being timed,
as if the user had looked at the suggestion long enough. Its ring of passages from other files stays empty, as
no other file is open.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from tests.benchmarks.engines import Buffer

_PREFIX_LINES = 256
_SUFFIX_LINES = 64
_CACHED = 250
_LOOK_BACK = 128
_TRIMMED_LINES = 3


@dataclass(frozen=True, slots=True)
class Local:
    """The text around the cursor as it is sent."""

    prefix: str
    middle: str
    suffix: str
    indent: int

    @property
    def key(self) -> tuple[str, str]:
        return self.prefix + self.middle, self.suffix


def local(buffer: Buffer) -> Local:
    *lines_above, head = buffer.above.split("\n")
    tail, *lines_below = buffer.below.split("\n")
    if not (head + tail).strip():
        head = tail = ""  # a blank line is asked for from its beginning
    prefix = "\n".join(lines_above[-_PREFIX_LINES:]) + "\n"
    suffix = tail + "\n" + "\n".join(lines_below[:_SUFFIX_LINES]) + "\n"
    return Local(prefix, head, suffix, len(head) - len(head.lstrip()))


def request(place: Local, predict_ms: int) -> dict[str, object]:
    """The body of `/infill`. The time limit ends an answer only behind its first line."""
    return {
        "id_slot": 0,
        "input_prefix": place.prefix,
        "input_suffix": place.suffix,
        "input_extra": [],
        "prompt": place.middle,
        "n_predict": 128,
        "stop": [],
        "n_indent": place.indent,
        "top_k": 40,
        "top_p": 0.90,
        "samplers": ["top_k", "top_p", "infill"],
        "stream": False,
        "cache_prompt": True,
        "t_max_prompt_ms": 500,
        "t_max_predict_ms": predict_ms,
        "response_fields": ["content", "timings/prompt_n", "timings/predicted_n"],
    }


@dataclass
class Cache:
    """Answers by the text around them, the least recently used first."""

    _answers: OrderedDict[tuple[str, str], str] = field(default_factory=OrderedDict)

    def add(self, place: Local, content: str) -> None:
        for prefix in _prefixes(place):
            key = (prefix + place.middle, place.suffix)
            self._answers[key] = content
            self._answers.move_to_end(key)
        while len(self._answers) > _CACHED:
            self._answers.popitem(last=False)

    def find(self, place: Local) -> str | None:
        """The answer remembered for this place, or the longest rest of one that was typed along."""
        left, right = place.key
        if (left, right) in self._answers:
            return self._answers[left, right]
        best: str | None = None
        for size in range(1, min(_LOOK_BACK, len(left)) + 1):
            content = self._answers.get((left[:-size], right), "")
            rest = content[size:] if content.startswith(left[-size:]) else ""
            if rest and len(rest) > len(best or ""):
                best = rest
        return best


def shown(content: str, buffer: Buffer) -> str:
    """The suggestion as it is displayed: without what stands below the cursor already; "" for none."""
    lines = content.split("\n")
    while lines and not lines[-1]:
        lines.pop()
    head, tail = buffer.above.rpartition("\n")[2], buffer.below.partition("\n")[0]
    below = buffer.below.split("\n")[1:]
    if lines and not (head + tail).strip():
        blanks = len(lines[0]) - len(lines[0].lstrip())
        lines[0] = lines[0][min(blanks, len(head)) :]
    if not "".join(lines).strip() or _repeats(lines, head, tail, below):
        return ""
    return "\n".join(lines)


def _repeats(lines: list[str], head: str, tail: str, below: list[str]) -> bool:
    first, *others = lines
    if not first and others and others == below[: len(others)]:
        return True
    if not others and first == tail:
        return True
    said = next((index for index, line in enumerate(below) if line.strip()), None)
    if said is None or head + first != below[said]:
        return False
    after = below[said + 1 :]
    if len(others) == 1 and after:
        return after[0].startswith(others[0])
    return others == after[: len(others)]


def _prefixes(place: Local) -> list[str]:
    """The text above, and the same without its first one to three lines."""
    prefixes = [place.prefix]
    for _ in range(_TRIMMED_LINES):
        shorter = prefixes[-1].partition("\n")[2]
        if not shorter:
            break
        prefixes.append(shorter)
    return prefixes
