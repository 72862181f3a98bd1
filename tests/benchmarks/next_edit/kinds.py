"""What kind of thing follows from an edit: by what is missed, a rule that is worth writing can be told.

A pair of an edit and a hunk that belongs to it is of the first kind in the table that it fits, and an edit is of
the first kind that any of its hunks is of. So the kinds that a program could write come first.
"""

import re
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher

from tests.benchmarks.next_edit.hunks import Hunk, names, same, tokens

_IMPORTS = re.compile(r"\s*(from\s+\S+\s+import\b|import\b|.*\brequire\(|export\s.*\bfrom\b)")
_IMPORT = re.compile(rf"{_IMPORTS.pattern}|\s*[\w$]+,?\s*$|\s*[(){{}}].*$")
_ITEM = re.compile(r"\s+(type )?[\w$]+( as \w+)?,?\s*")
_TOP = 120  # lines, in which a list of names is one of imports
_DEFINED = re.compile(
    r"\b(?:def|class|function|const|let|var|type|interface|enum)\s+(\w+)"
    r"|^\s*(?:self\.|this\.)?(\w+)\s*[:=](?!=)"
)
_STRING = re.compile(r"(\"[^\"]*\"|'[^']*'|`[^`]*`)")
_VERSION = re.compile(r"\d+(\.\d+)+\S*")
_PROSE = re.compile(r"\s*(#|//|/?\*|\"\"\"|'''|:\w+|[A-Z][^=(){}\[\]]*$|[\w`]+:\s+[A-Z].*$)")
_TYPE = re.compile(r":\s*[\w.\[\], |\"'<>{}&]+|->\s*[\w.\[\], |\"']+")
_WORD = re.compile(r"[^\W\d]\w*")
_KEYWORDS = frozenset({"from", "import", "const", "require", "type", "def", "class", "function", "return"})
LIKE = 0.8  # of two rows of lines that are one and the same but for some names


def kind_of(edit: Hunk, hunks: Iterable[Hunk]) -> str:
    found = [next(name for name, fits in KINDS if fits(edit, hunk)) for hunk in hunks]
    return min(found, key=NAMES.index) if found else ""


def replaced(edit: Hunk) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What the edit has put in the place of what, in tokens."""
    old, new = tokens(edit.old), tokens(edit.new)
    matcher = SequenceMatcher(None, old, new, False)
    return [(tuple(old[a:b]), tuple(new[c:d])) for kind, a, b, c, d in matcher.get_opcodes() if kind == "replace"]


def _is_same_replacement(edit: Hunk, hunk: Hunk) -> bool:
    there = set(replaced(hunk))
    return any(each in there and any(map(_WORD.fullmatch, each[0])) for each in replaced(edit))


def _is_other_spelling(edit: Hunk, hunk: Hunk) -> bool:
    def bare(each: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[str, ...]:
        return tuple("".join(side).replace("_", "").lower() for side in each)

    there = {bare(each) for each in replaced(hunk)}
    return any(bare(each) in there and any(map(_WORD.fullmatch, each[0])) for each in replaced(edit))


def _is_same_lines(edit: Hunk, hunk: Hunk) -> bool:
    one, other = "".join(same(edit.new)), "".join(same(hunk.new))
    is_equal = one == other and same(edit.old) == same(hunk.old)
    return is_equal or (len(one) > 20 and SequenceMatcher(None, one, other, False).ratio() >= LIKE)


def _is_moved(edit: Hunk, hunk: Hunk) -> bool:
    def likeness(gone: Iterable[str], come: Iterable[str]) -> float:
        one, other = "".join(same(gone)), "".join(same(come))
        return SequenceMatcher(None, one, other, False).ratio() if min(len(one), len(other)) > 20 else 0

    return max(likeness(edit.old, hunk.new), likeness(hunk.old, edit.new)) >= LIKE


def _changed(hunk: Hunk) -> list[str]:
    old, new = set(same(hunk.old)), set(same(hunk.new))

    def is_changed(line: str) -> bool:
        return ("".join(line.split()) in old) != ("".join(line.split()) in new)

    return [line for line in (*hunk.old, *hunk.new) if line.strip() and is_changed(line)]


def _is_imports(hunk: Hunk) -> bool:
    lines = _changed(hunk)
    if not lines or not all(map(_IMPORT.match, lines)):
        return False
    return any(map(_IMPORTS.match, lines)) or (hunk.first < _TOP and all(map(_ITEM.fullmatch, lines)))


def _shares(edit: Hunk, hunk: Hunk, side: int) -> set[str]:
    return (names(edit)[side] & names(hunk)[side]) - _KEYWORDS


def _wants_import(edit: Hunk, hunk: Hunk) -> bool:
    return edit.file == hunk.file and _is_imports(hunk) and bool(_shares(edit, hunk, 1))


def _drops_import(edit: Hunk, hunk: Hunk) -> bool:
    return edit.file == hunk.file and _is_imports(hunk) and bool(_shares(edit, hunk, 0))


def _uses_import(edit: Hunk, hunk: Hunk) -> bool:
    return edit.file == hunk.file and _is_imports(edit) and bool(_shares(edit, hunk, 0) | _shares(edit, hunk, 1))


def _is_prose(_: Hunk, hunk: Hunk) -> bool:
    lines = _changed(hunk)
    return bool(lines) and all(map(_PROSE.match, lines))


def _bare(lines: Iterable[str], pattern: re.Pattern[str]) -> str:
    return "".join(pattern.sub("", "\n".join(lines)).split())


def _is_version(_: Hunk, hunk: Hunk) -> bool:
    return bool(hunk.old) and _bare(hunk.old, _VERSION) == _bare(hunk.new, _VERSION)


def _is_message(_: Hunk, hunk: Hunk) -> bool:
    return bool(hunk.old) and _bare(hunk.old, _STRING) == _bare(hunk.new, _STRING)


def _is_type(_: Hunk, hunk: Hunk) -> bool:
    return bool(hunk.old) and _bare(hunk.old, _TYPE) == _bare(hunk.new, _TYPE)


def _defined(hunk: Hunk) -> set[str]:
    return {name for line in hunk.new for found in _DEFINED.findall(line) for name in found if name}


def _has_calls(hunk: Hunk, shared: set[str]) -> bool:
    return any(re.search(rf"\b{name}\s?[=:(,)]", line) for name in shared for line in hunk.new)


def _is_signature(edit: Hunk, hunk: Hunk) -> bool:
    """A name that comes as a parameter or as an argument in both."""
    shared = _shares(edit, hunk, 1)
    single = [line.strip() for line in (*edit.new, *hunk.new)]
    return any(
        re.fullmatch(rf"\"?{name}\"?\??\s?(?:[:=].*)?,", line) or re.search(rf"[(,]\s?{name}\s?[=:,)]", line)
        for name in shared
        for line in single
    )


def _is_definition_of_use(edit: Hunk, hunk: Hunk) -> bool:
    return bool(_shares(edit, hunk, 1) & _defined(hunk) - _defined(edit))


def _is_use_of_definition(edit: Hunk, hunk: Hunk) -> bool:
    return bool(_shares(edit, hunk, 1) & _defined(edit))


def _is_shared(edit: Hunk, hunk: Hunk) -> bool:
    return bool(_shares(edit, hunk, 0) | _shares(edit, hunk, 1))


Fits = Callable[[Hunk, Hunk], bool]
KINDS: tuple[tuple[str, Fits], ...] = (
    ("the same replacement", _is_same_replacement),
    ("the same replacement in another spelling", _is_other_spelling),
    ("the import of a name that comes", _wants_import),
    ("the import of a name that goes", _drops_import),
    ("the same lines, or nearly", _is_same_lines),
    ("lines that move", _is_moved),
    ("what an import is for", _uses_import),
    ("a version", _is_version),
    ("prose: a comment, docstring or changelog", _is_prose),
    ("a type", _is_type),
    ("the text of a string", _is_message),
    ("a parameter or an argument", _is_signature),
    ("the definition of what is used", _is_definition_of_use),
    ("a use of what is defined", _is_use_of_definition),
    ("another shared name", _is_shared),
    ("nothing but near", lambda edit, hunk: True),
)
NAMES = [name for name, _ in KINDS]
