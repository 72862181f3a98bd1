"""What became of a document once a suggestion was accepted: sound, or damaged and how.

Sound is the right text, trailing blanks aside, and any beginning of it as long as the closers that the editor
typed still stand behind it where they belong. What such a beginning has opened counts as closed.
"""

import ast
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache

import tree_sitter

from hearth.engine import languages
from hearth.engine.types import Completion
from tests.benchmarks.structure.pairs import rules_of
from tests.benchmarks.structure.places import Place
from tests.benchmarks.structure.scan import scan

DAMAGES = {
    "syntax": "new errors in the tree",
    "doubled": "text that is there already stands there twice",
    "glued": "what belongs on a line of its own does not stand on one",
    "stray line": "an empty line too much",
    "lost": "text of the user is gone",
    "line ends": "CR where there should be none, or a lone LF in a CRLF document",
    "indentation": "a line, or a closer, begins in the wrong column",
    "torn": "cut in the middle of a word, a run of marks or a string",
    "no closing line": "the line that closes the block was said and left out",
    "other": "another text than what was said",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`damage` is a key of DAMAGES, or "". `shown` says how much: all, part or nothing."""

    shown: str
    damage: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """A beginning of the right text, without white space, that `left` of the closers follow.

    `whole` is the right text up to the first of those.
    """

    content: str
    whole: str
    left: str


def judge(place: Place, result: str, loose: bool = False, closing_said: bool = False) -> Verdict:
    """`result` is the document afterwards, with LF. `loose`: indentations are the model's own.

    `closing_said`: the model has said the line that closes the block.
    """
    if result == place.text:
        return Verdict("nothing")
    before, after = place.before, re.sub(r"^[ \t]+(?=\n)", "", place.after)  # blanks at the end of a line may go
    if not result.startswith(before) or not result.endswith(after) or len(result) < len(before) + len(after):
        return Verdict("all", _borders_broken(place, result))
    inserted = _tidy(result[len(before) : len(result) - len(after)], after)
    right = _tidy(place.missing, after)
    if loose:
        inserted, right = _unindented(inserted), _unindented(right)
    if inserted == right:
        wrong = loose and errors(place.language, result) > errors(place.language, place.truth)
        return Verdict("all", "syntax" if wrong else "")
    if _packed(inserted) == _packed(right):
        return Verdict("all", _layout(inserted, right))
    part = _part(place, _packed(inserted))
    if part is None:
        return Verdict("all", _other_text(place, result, _packed(inserted)))
    return _judge_part(place, inserted, right, part, closing_said)


def _part(place: Place, said: str) -> _Part | None:
    """How the inserted text is a beginning of the right one; None where it is not."""
    closers, right = _packed(place.closers), _packed(place.missing)
    borders = [len(_packed(place.missing[:at])) for at in place.closers_at]
    for taken, whole in enumerate(borders):
        left = closers[taken:]
        content = said.removesuffix(left)
        reached = borders[taken - 1] + 1 if taken else 0
        if said.endswith(left) and reached <= len(content) <= whole and right.startswith(content):
            return _Part(content, right[:whole], left)
    return None


def _judge_part(place: Place, inserted: str, right: str, part: _Part, closing_said: bool) -> Verdict:
    body_end = _unpacked_end(inserted, len(part.content))
    body, rest = inserted[:body_end], inserted[body_end:]
    if not body:
        return Verdict("part", "stray line" if "\n" in rest else "")  # blanks, or what changes nothing
    is_whole = part.content == part.whole
    if not right.startswith(body):
        return Verdict("part", _layout(body, right[: _unpacked_end(right, len(part.content))]))
    space, right_space = _space(rest), _space(right[_unpacked_end(right, len(part.whole)) :])
    if not closing_said and is_whole and "\n" in right_space:
        right_space = space if "\n" in space else "\n"  # how far below the closers stand was not said
    if damage := _space_damage(part, body, space, right_space) or _closers_damage(place, part, rest):
        return Verdict("part", damage)
    if is_whole:
        return Verdict("part")
    goes_on = right[body_end:]
    if goes_on.startswith("\n"):
        if place.closing and not goes_on.strip("\n").count("\n"):
            return Verdict("part", "no closing line" if closing_said else "")
        return Verdict("part", "syntax" if _ends_too_late(place, body, rest) else "")
    return Verdict("part", "torn" if _is_torn(place, body, goes_on, rest) else "")


def _space_damage(part: _Part, body: str, space: str, right_space: str) -> str:
    """What is wrong with the white space between a beginning and the closers, or what else follows it."""
    is_whole = part.content == part.whole
    if is_whole or (part.left and "\n" in body and "\n" in right_space):
        return "" if space == right_space else _layout(space, right_space)
    return "stray line" if space.count("\n") > ("\n" in right_space and bool(part.left)) else ""


def _closers_damage(place: Place, part: _Part, rest: str) -> str:
    """What is wrong inside of the closers that are left, or behind them."""
    if not part.left:
        return ""
    if "\n" in rest[len(rest.rstrip()) :]:
        return "stray line"
    # `{ x }` for the `{x}` that the editor has closed is no damage.
    stands = any(_tight(text).endswith(_tight(rest)) for text in (place.closers, place.missing))
    return "" if stands else "glued"


def _layout(is_: str, should: str) -> str:
    """Two texts that differ in white space only."""
    if is_.count("\n") < should.count("\n"):
        return "glued"
    if is_.count("\n") > should.count("\n"):
        return "stray line"
    return "indentation" if _unindented(is_) == _unindented(should) else "glued"


def _borders_broken(place: Place, result: str) -> str:
    """The text on one side of the answer is not what it was."""
    said = _packed(result)
    if not said.startswith(_packed(place.before)) or not said.endswith(_packed(place.after)):
        return "lost"
    return _layout(result, place.truth) if said == _packed(place.truth) else "indentation"


def _other_text(place: Place, result: str, said: str) -> str:
    """Why what was inserted is no beginning of the right text."""
    content, right = _packed(place.content), _packed(place.missing)
    if said.startswith(right) or (said.startswith(content) and len(said) > len(content + _packed(place.closers))):
        return "doubled"
    letters = iter(said)
    if not all(char in letters for char in _packed(place.closers)):
        return "lost"
    return "syntax" if _errors_more(place, result) else "other"


def _is_torn(place: Place, body: str, goes_on: str, rest: str) -> bool:
    """Whether an answer that ends in the middle of a line ends where it must not."""
    last, following = body[-1:], goes_on[:1]
    if (last.isalnum() and following.isalnum()) or (last == following and not last.isalnum()):
        return True
    line = len(body) + len(goes_on.partition("\n")[0])
    opened = {at for at, _ in _opened(place, body)}
    if opened - {at for at, _ in _opened(place, (body + goes_on)[:line])}:
        return True  # a bracket or string of which the end stands on this line
    return _errors_more(place, _closed(place, body, rest)) > 0


def _ends_too_late(place: Place, body: str, rest: str) -> bool:
    """Whether lines that are shown add errors, and some first ones of them alone do not."""
    lines = body.split("\n")
    if sum(bool(line.strip()) for line in lines) < 2 or not _errors_more(place, _closed(place, body, rest)):
        return False
    for count in range(len(lines) - 1, 0, -1):
        shorter = "\n".join(lines[:count])
        if shorter.strip() and not _errors_more(place, _closed(place, shorter, rest)):
            return True
    return False


def _closed(place: Place, body: str, rest: str) -> str:
    """The document after this beginning, with what it has opened closed again."""
    closers = "".join(closer for _, closer in reversed(_opened(place, body)))
    return place.before + body + closers + rest + place.after


def _opened(place: Place, body: str) -> list[tuple[int, str]]:
    """(where it opens, what closes it) of the brackets and strings that are open at the end of `body`."""
    unclosed = scan(place.before + body, rules_of(place.language)).unclosed
    return [(at, closer) for at, closer in unclosed if at >= len(place.before)]


def _errors_more(place: Place, result: str) -> int:
    """How many more errors there are than in the right text, or than there were before."""
    return max(0, errors(place.language, result) - _errors_known(place.language, place.truth, place.text))


@lru_cache(maxsize=64)
def _errors_known(language: str, truth: str, before: str) -> int:
    return max(errors(language, truth), errors(language, before))


def errors(language: str, text: str) -> int:
    """Nodes that are ERROR or MISSING; without a grammar, brackets and quotes without their other end.

    Python's own parser is asked too, as it is stricter about indentations.
    """
    parser = _parser(language)
    if parser is None:
        return scan(text, rules_of(language)).faults
    count, waiting = int(language == "python" and not _is_python(text)), [parser.parse(text.encode()).root_node]
    while waiting:
        node = waiting.pop()
        inside = [child for child in node.children if child.has_error or child.is_missing]
        count += node.is_error or node.is_missing or (node.has_error and not inside)
        waiting.extend(inside)
    return count


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the text's own
            ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


@lru_cache(maxsize=32)
def _parser(language: str) -> tree_sitter.Parser | None:
    row = languages.language_of(language)
    grammar = languages.grammar(row) if row and row.grammar else None
    return tree_sitter.Parser(grammar) if grammar else None


def errors_of_answer(language: str, text: str, answer: Completion) -> tuple[int, int]:
    """How many errors an answer adds to a text: what it has opened counts as closed; all that it began as ended.

    An expression may lack its last operand, a statement its end and a block what it holds.
    """
    before, after, known = text[: answer.start], text[answer.end :], errors(language, text)
    unclosed = scan(before + answer.text, rules_of(language)).unclosed
    closers = "".join(closer for at, closer in reversed(unclosed) if at >= len(before))
    line = (before + answer.text).rpartition("\n")[2]
    block = f"\n{line[: len(line) - len(line.lstrip())]}    pass" if language == "python" else "\nend"
    closed = min(errors(language, before + answer.text + each + after) for each in {"", closers})
    endings = (f" x{closers}", f"{closers};", f" x{closers};", block)
    ended = min(errors(language, before + answer.text + each + after) for each in endings) if closed > known else 0
    return max(0, closed - known), max(0, min(closed, ended) - known)


def has_grammar(language: str) -> bool:
    return _parser(language) is not None


def _tidy(text: str, after: str) -> str:
    """Without the blanks at the ends of lines."""
    text = re.sub(r"[ \t]+(?=\n)", "", text)
    return text.rstrip(" \t") if not after or after.startswith("\n") else text


def _tight(text: str) -> str:
    return re.sub(r"[ \t]", "", text.strip())


def _unindented(text: str) -> str:
    return re.sub(r"\n[ \t]+", "\n", text)


def _packed(text: str) -> str:
    return "".join(text.split())


def _unpacked_end(text: str, count: int) -> int:
    """The end of so many characters, white space not counted."""
    return [0, *(match.end() for match in re.finditer(r"\S", text))][count]


def _space(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]
