"""The text near the cursor, as far as it shows which definitions will be needed there."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import references
from hearth.engine.context.syntax import enclosing_definition
from hearth.engine.text import start_of_line

NEAR_CHARS = 1500  # above the cursor, and half of it below: what counts as near
TYPE_CHARS = 4000  # above the cursor, where the type of a variable may be written
MAX_NAMES = 80
MAX_NAME_CHARS = 200  # a longer one is a figure or a key, not a name
LINE_CHARS = 1000  # of the cursor's line, left of it
_MIN_WORD = 3
_STEM = 6  # letters that tell a word: `compress` and `compression` are about the same
_ON_THE_LINE = 2.0  # how much more the words of the cursor's line say


@dataclass(frozen=True, slots=True)
class Near:
    """`names` are the identifiers used near the cursor, nearest first; `words` the words in them, with weights.

    `receiver` stands in front of a dot left of the cursor (`console` in `self.console.pri`), and `types` are
    names that its type may have.
    """

    names: tuple[str, ...] = ()
    receiver: str = ""
    types: tuple[str, ...] = ()
    words: dict[str, float] = field(default_factory=dict)
    used: frozenset[str] = frozenset()  # the names once more

    def likeness(self, name: str) -> float:
        """From 0 to 1: how much the words of a name have to do with what is written near the cursor."""
        stems = words_of(name)
        shared = sum(self.words.get(stem, 0.0) for stem in stems)
        return min(1.0, shared / max(1, len(stems)) / _ON_THE_LINE)

    def is_type_of_receiver(self, name: str) -> bool:
        """By what is declared above, else by resemblance: `message_text` may well be a `Text`."""
        if name in self.types:
            return True
        last = "".join(words_of(self.receiver)[-1:])
        return bool(last) and words_of(name)[-1:] == (last,) and len(words_of(name)) == 1


def near(code: ParsedText, offset: int) -> Near:
    """The names used near `offset`, and what surrounds them.

    The borders of the search stay the same as long as the offset stays in one definition, because the context
    that the model sees should not change while the user types.
    """
    text = code.text
    start, end = max(0, offset - NEAR_CHARS), offset + NEAR_CHARS // 2
    around = enclosing_definition(code, offset)
    if around is not None and around.end - around.start <= 2 * NEAR_CHARS:
        start, end = around.start, max(around.end, offset)
    used = references(code, start, min(offset, end)) + references(code, offset, end)[::-1]
    names = tuple(name for name in dict.fromkeys(used) if _MIN_WORD <= len(name) <= MAX_NAME_CHARS)[:MAX_NAMES]
    line = text[max(start_of_line(text, offset), offset - LINE_CHARS) : offset]
    receiver = _receiver(line)
    types = _types(text[max(0, offset - TYPE_CHARS) : offset], receiver)
    return Near(names, receiver, types, _words(names, line), frozenset(names))


def words_of(name: str) -> tuple[str, ...]:
    """The words of an identifier, cut to their stems: `newCompressionWriter` -> new, compre, writer."""
    return _stems_of_name(name[:MAX_NAME_CHARS])


@lru_cache(maxsize=8192)
def _stems_of_name(name: str) -> tuple[str, ...]:
    return _stems(name)


def _stems(text: str) -> tuple[str, ...]:
    """The names in one line; not cached, because the line changes at every keystroke."""
    found = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)
    return tuple(word.lower()[:_STEM] for word in found if len(word) >= _MIN_WORD)


def _receiver(line: str) -> str:
    # No name begins inside another one: a word of 100,000 letters would otherwise be searched from each letter.
    found = re.search(r"(?<![\w$])([A-Za-z_$][\w$]*+)(?:\(\)|\[\w*+\])?[?!]?(?:\.|->|::)[\w$]*+$", line)
    return found[1] if found else ""


def _types(text: str, receiver: str) -> tuple[str, ...]:
    """The names of types that the text gives to a variable, the last one first."""
    if not receiver or receiver in ("self", "this", "cls"):
        return ()
    name = re.escape(receiver)
    # `x: Optional["T"]`, `x = T(`, `x = new T(`, `x := &T{`, and Go's `x *T`.
    forms = (
        rf"""\b{name}\b\s*(?::\s*&?(?:mut\s)?(?:Optional\[)?["']?|:?=\s*(?:new\s|await\s|&)?|\s\*)([A-Z$]\w*)"""
    )
    found = [match[1] for match in re.finditer(forms, text)]
    return tuple(dict.fromkeys([*([receiver] if receiver[:1].isupper() else []), *reversed(found)]))


def _words(names: tuple[str, ...], line: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for word in _stems(line):
        weights[word] = _ON_THE_LINE
    for index, name in enumerate(names):
        for word in words_of(name):
            weights[word] = max(weights.get(word, 0.0), 1 - index / (2 * MAX_NAMES))
    return weights
