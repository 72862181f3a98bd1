"""Whether a text nests so deeply that it is not given to a grammar: asked of the bytes, before there is a tree.

Everything here is linear in the text and takes a part of what parsing it would.
"""

import re

from hearth.engine.languages import Language

MAX_BRACKETS = 2_500  # one inside of the other, brackets in strings too
MAX_ANGLES = 400  # "<" without a ">", ";" or brace between them: each may open arguments of a type
# Of YAML, whose grammar writes beyond its buffer at 254 levels (0.7.2). A level begins behind another one's
# indicator or further right, so a line cannot be deeper than both together.
MAX_INDENT = 120  # columns
MAX_INDICATORS = 100  # in one line
_SHALLOW = 16  # levels of brackets that are taken away at the speed of `bytes.replace`
_BRACKETS = b"([{)]}"
_ANGLES = b"<>;{}"
_CHARS = bytes(range(256))
_ALL_BUT_BRACKETS = _CHARS.translate(None, _BRACKETS)
_ALL_BUT_ANGLES = _CHARS.translate(None, _ANGLES)
_AS_ROUND = bytes.maketrans(_BRACKETS, b"((()))")
_DEEP_LINE = re.compile(rb"^[ \t]{%d}" % MAX_INDENT, re.MULTILINE)
_INDICATOR = re.compile(rb"[-?:!&*](?=[ \t\r\n]|$)")


def too_deep(source: bytes, language: Language) -> bool:
    """Whether parsing might cost more than a tree is worth."""
    if _brackets_too_deep(source) or _angles_too_deep(source):
        return True
    return language.name == "yaml" and _levels_too_deep(source)


def _brackets_too_deep(source: bytes) -> bool:
    rest = source.translate(_AS_ROUND, _ALL_BUT_BRACKETS)
    for _ in range(_SHALLOW):
        if rest.count(b"(") <= MAX_BRACKETS:
            return False
        rest = rest.replace(b"()", b"")
    depth = deepest = 0
    for char in rest:
        if char == ord("("):
            depth += 1
            deepest = max(depth, deepest)
        elif depth:
            depth -= 1
    return deepest + _SHALLOW > MAX_BRACKETS


def _angles_too_deep(source: bytes) -> bool:
    return source.count(b"<") >= MAX_ANGLES and b"<" * MAX_ANGLES in source.translate(None, _ALL_BUT_ANGLES)


def _levels_too_deep(source: bytes) -> bool:
    if _DEEP_LINE.search(source):
        return True
    return any(len(_INDICATOR.findall(line)) > MAX_INDICATORS for line in source.split(b"\n"))
