"""The text near the cursor, as far as it shows which definitions will be needed there."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from hearth.engine.context.heads import NO_TYPES, PATH_END, bases, named_in
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import definitions_around, references
from hearth.engine.context.syntax import enclosing_definition
from hearth.engine.text import start_of_line

NEAR_CHARS = 1500  # above the cursor, and half of it below: what counts as near
TYPE_CHARS = 4000  # above the cursor, where the type of a variable may be written
MAX_NAMES = 80
MAX_NAME_CHARS = 200  # a longer one is a figure or a key, not a name
MAX_USES = 40  # of a variable, among which its declaration is looked for
TYPE_EXPRESSION_CHARS = 120  # on the line of the variable
LINE_CHARS = 1000  # of the cursor's line, left of it
_MIN_WORD = 3
_STEM = 6  # letters that tell a word: `compress` and `compression` are about the same
_ON_THE_LINE = 2.0  # how much more the words of the cursor's line say
_OWN = ("self", "this", "cls", "super", "base", "Self")
_TYPE_AT_END = re.compile(
    r"(?:^|[\s(,;{<])([\w.:]{1,200}+(?:<[^(){};=]{0,200}>)?(?:\[\])?)\s{0,40}+[&*?]{0,9}+\s{0,40}+(?:const\s{0,40}+)?[&*]?$"
)
_RECEIVER = re.compile(r"(?<![\w$])([A-Za-z_$][\w$]*+)(?:(\([^()]*+\))|\[\w*+\])?[?!]?(?:\.|->|::)[\w$]*+$")
_CLASS_HEAD = re.compile(r"^[^\n{;]*\b(?:class|struct)[ \t]+\w[^\n{;]*", re.MULTILINE)
_TYPE_FIRST = ("c", "cpp", "java", "csharp", "kotlin", "scala", "php")


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
    makers: tuple[str, ...] = ()  # functions that may have made what stands in front of the dot
    bases: tuple[
        str, ...
    ] = ()  # the bases of the class around, where `self` or its like stands in front of the dot

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
    receiver, is_call = _receiver(line)
    language = code.language.name if code.language else ""
    types, makers = _declared(text[max(0, offset - TYPE_CHARS) : offset], receiver, language)
    makers = (receiver, *makers) if is_call else makers
    bases = _bases_around(code, offset) if receiver in _OWN else ()
    return Near(names, receiver, types, _words(names, line), frozenset(names), makers, bases)


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


def _receiver(line: str) -> tuple[str, bool]:
    """What stands in front of the last dot, and whether it is the name of a function that is called there."""
    # No name begins inside another one: a word of 100,000 letters would otherwise be searched from each letter.
    found = _RECEIVER.search(line)
    return (found[1], bool(found[2])) if found else ("", False)


def _bases_around(code: ParsedText, offset: int) -> tuple[str, ...]:
    classes = [each for each in definitions_around(code, offset, offset) if each.kind in ("class", "type")]
    if code.language is None:
        return ()
    # In what is being written a class may not have a node: then the last head of one above counts.
    above = _CLASS_HEAD.findall(code.text[max(0, offset - TYPE_CHARS) : offset]) if not classes else []
    heads = [classes[-1].signature] if classes else above[-1:]
    return bases(heads[0], code.language.name) if heads else ()


def _declared(text: str, receiver: str, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(names of types that the text gives to a variable, functions whose result it is), the last ones first."""
    types: list[str] = [receiver] if receiver[:1].isupper() else []
    makers: list[str] = []
    if not receiver or receiver in _OWN:
        return (), ()
    for found in reversed(list(re.finditer(rf"(?<![\w$]){re.escape(receiver)}(?![\w$])", text))[-MAX_USES:]):
        before = text[max(0, found.start() - TYPE_EXPRESSION_CHARS) : found.start()].rpartition("\n")[2]
        behind = text[found.end() : found.end() + TYPE_EXPRESSION_CHARS].partition("\n")[0]
        if annotated := re.match(r"[?!]?\s*:(?![:=])\s*(.+)", behind):
            types += named_in(_expression(annotated[1]))
        elif language == "go" and (annotated := re.match(r"\s+((?:\[\w*\]|[*.\[\]])*[A-Za-z][\w.]*.*)", behind)):
            types += [name for name in PATH_END.findall(_expression(annotated[1])) if name not in NO_TYPES][:1]
        elif language in _TYPE_FIRST and re.match(r"\s*(?:[=;,){:\[]|$)", behind):
            types += _type_before(before, language)
        if assigned := re.match(r"[^=\n(){};]{0,80}?:?=(?!=)\s*(?:new\s+|await\s+|&)*([\w$.:]+)(.?)", behind):
            _from_call(assigned[1], assigned[2], types, makers)
    return tuple(dict.fromkeys(types)), tuple(dict.fromkeys(makers))


def _type_before(before: str, language: str) -> list[str]:
    """`const std::vector<Foo> &` as Foo: the names in what stands in front of a variable that is declared."""
    found = _TYPE_AT_END.search(before)
    if found is None or (before[-1:] not in (" ", "&", "*")):
        return []
    names = PATH_END.findall(found[1])
    # Only in C and C++ types begin with a small letter.
    return [name for name in names if name not in NO_TYPES and (language in ("c", "cpp") or name[:1].isupper())]


def _from_call(path: str, after: str, types: list[str], makers: list[str]) -> None:
    """What `models.User(`, `User::new(`, `make_user(` and `User{` say about the result."""
    parts = [part for part in re.split(r"\.|::|->", path) if part]
    if not parts or parts[-1][:1].isdigit():
        return
    capitals = [part for part in parts if part[:1].isupper() or part[:1] == "$"]
    if after == "(" and parts[-1] not in NO_TYPES:
        makers.append(parts[-1])
    if capitals and (after in ("(", "{", "<", "[") or len(parts) > 1):
        types += [capitals[-1]] if parts[-1] == capitals[-1] else [capitals[0]]


def _expression(text: str) -> str:
    """A type up to where it ends: at a comma, a bracket that closes, or `=` outside of its own brackets."""
    depth = 0
    for index, char in enumerate(text):
        if char in "<[(":
            depth += 1
        elif char in ">])" and text[index - 1 : index] not in ("-", "="):
            depth -= 1
        if depth < 0 or (depth == 0 and char in ",=;{"):
            return text[:index]
    return text


def _words(names: tuple[str, ...], line: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for word in _stems(line):
        weights[word] = _ON_THE_LINE
    for index, name in enumerate(names):
        for word in words_of(name):
            weights[word] = max(weights.get(word, 0.0), 1 - index / (2 * MAX_NAMES))
    return weights
