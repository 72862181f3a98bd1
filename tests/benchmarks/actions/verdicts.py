"""What an action has made of a file, judged by machine. Nothing of Hearth's own judgement is used here.

right:    it does what was asked, and nothing else
wrong:    applied and whole, but not what was asked
spoiled:  applied, and then it does not parse, something is lost, or it stands in a wrong place
refused:  nothing was applied
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tests.benchmarks.actions import programs
from tests.benchmarks.actions.code import Code, Function, Token
from tests.benchmarks.actions.pairs import Place

Outcome = Literal["right", "wrong", "spoiled", "refused"]
_IMPORTS = ("import ", "from ", "use ", "using ", "#include", '"', ")", "}")
_COMMENTS = ("#", "//", "/*", "*", '"""')
_MOST = 0.4  # of a function's tokens that may go while a bug is mended


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The file afterwards; `new_files` are those that an action makes: path below the project and text."""

    text: str
    new_files: tuple[tuple[str, str], ...] = ()


def judge(place: Place, result: Result) -> Verdict:
    """Of an edit that was applied."""
    if place.pair.action == "test":
        return _judge_tests(place, result)
    if result.text == place.text:
        return Verdict("refused", "nothing was changed")
    if damage := _damage(place, result.text):
        return Verdict("spoiled", damage)
    wrong = _wrong(place, result.text)
    return Verdict("wrong", wrong) if wrong else Verdict("right")


def _damage(place: Place, text: str) -> str:
    before, after = place.code, Code(place.pair.language, text)
    if after.errors > before.errors or not _compiles(place, text):
        return "it does not parse"
    now = _same(place, after)
    if now is None:
        return "the function is gone"
    if elsewhere := _elsewhere(place, text, now):
        return elsewhere
    return _lost(place, after, now)


def _compiles(place: Place, text: str) -> bool:
    if place.pair.language != "python":
        return True
    try:
        compile(text, "edited.py", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _same(place: Place, after: Code) -> Function | None:
    """The function of the pair; of several with its name, the one at the same place in the order."""
    name = place.function.name
    ours = [each for each in place.code.functions() if each.name == name]
    theirs = [each for each in after.functions() if each.name == name]
    index = next(number for number, each in enumerate(ours) if each.start == place.function.start)
    return theirs[index] if len(theirs) > index else None


def _elsewhere(place: Place, text: str, now: Function) -> str:
    """What is gone from outside of the function, or has come there without belonging to the action."""
    found = place.function
    for old, new in (
        (place.text[: found.outer], text[: now.outer]),
        (place.text[found.end :], text[now.end :]),
    ):
        theirs = _lines(new)
        # An import may have got more names.
        words = set(re.findall(r"\w+", new))
        ours = [line for line in _lines(old) if not (_is_import(line) and set(re.findall(r"\w+", line)) <= words)]
        if (gone := _missing(ours, theirs)) is not None:
            return f"outside of the function this is gone: {gone}"
        added = list((Counter(theirs) - Counter(_lines(old))).elements())
        if place.pair.action != "instruct" and (strange := [line for line in added if not _may_come(place, line)]):
            return f"outside of the function this has come: {strange[0][:60]}"
    return ""


def _may_come(place: Place, line: str) -> bool:
    if place.pair.action == "document":
        return line.startswith(_COMMENTS)
    return line.startswith(_IMPORTS)


def _is_import(line: str) -> bool:
    return line.startswith(("import ", "from ", "use ", "using "))


def _lost(place: Place, after: Code, now: Function) -> str:
    pair, found = place.pair, place.function
    head = place.code.tokens(found.outer, found.body_start)
    new_head = after.tokens(now.outer, now.body_start)
    if pair.action != "annotate" and (gone := _missing(_renamed(place, head), _texts(new_head))) is not None:
        return f"the head has lost {gone}"
    if pair.action == "implement":
        return "" if after.tokens(now.body_start, now.body_end) else "the body is empty"
    original = Code(pair.language, place.original)
    published = {token.text for token in original.tokens()}
    body = [each for each in place.code.tokens(found.body_start, found.body_end) if each.text in published]
    new_body = after.tokens(now.body_start, now.body_end)
    locals_ = _assigned(body)
    said = set(_texts(new_body))
    for token in body:
        name = pair.renames.get(token.text, token.text)
        may_go = pair.action == "rename" or (pair.action == "simplify" and token.text in locals_)
        if _is_name(token) and name not in said and not may_go:
            return f"the function has lost {name}"
    if pair.action != "simplify" and len(new_body) < (1 - _MOST) * len(body):
        return "much of the function is gone"
    comments = Counter(each.text for each in place.code.comments(found.start, found.end))
    gone_comments = comments - Counter(each.text for each in after.comments(now.start, now.end))
    if gone_comments and pair.action not in ("simplify", "instruct"):
        return f"a comment is gone: {next(iter(gone_comments))[:60]}"
    return ""


def _wrong(place: Place, text: str) -> str:
    """What it does not do that it should; "" where it is right."""
    pair, after = place.pair, Code(place.pair.language, text)
    now = _same(place, after)
    assert now is not None
    found = place.function
    new = _texts(after.tokens(now.outer, now.end))
    old = _renamed(place, place.code.tokens(found.outer, found.end))
    if pair.action == "document":
        return _undocumented(place, after, now)
    if pair.action == "rename":
        return "" if _is_renamed(old, new) else "not one name, wherever it stands, is another now"
    if pair.action == "annotate":
        missing = _unasked(place, text[now.start : now.body_start])
        bodies = place.code.tokens(found.body_start, found.end), after.tokens(now.body_start, now.end)
        return missing or ("" if bodies[0] == bodies[1] else "the body is another")
    if pair.renames:
        return "" if old == new else "not only that name is another now"
    if pair.instruction:
        if missing := _unasked(place, text[now.start : now.end]):
            return missing
        if (gone := _missing(old, new)) is not None:
            return f"it has also lost {gone}"
        return "" if programs.passes(place, text) is not False else "the checks fail"
    if pair.action == "simplify":
        if len(new) >= len(old):
            return "it is not shorter"
        return "" if programs.passes(place, text) is not False else "the checks fail"
    published = _same(place, Code(pair.language, place.original))
    original = Code(pair.language, place.original)
    if published and _texts(original.tokens(published.outer, published.end)) == new:
        return ""
    passed = programs.passes(place, text)
    return "" if passed else "the checks fail" if passed is False else "it is not the published function again"


def _judge_tests(place: Place, result: Result) -> Verdict:
    files = [(name, text) for name, text in result.new_files if text.strip()]
    if result.text != place.text:
        return Verdict("spoiled", "the tested file was changed")
    if not files:
        return Verdict("refused", "there is no file of tests")
    passed = programs.tests_pass(place, place.text, *files[-1])
    return Verdict("right") if passed else Verdict("wrong", "the tests do not pass")


def _undocumented(place: Place, after: Code, now: Function) -> str:
    if after.tokens() != place.code.tokens():
        return "it changes code"
    known = Counter(each.text for each in place.code.comments())
    comments = after.comments()
    added = Counter(each.text for each in comments) - known
    fresh = [each for each in comments if each.text in added]
    if not fresh:
        return "there is no comment"
    at = fresh[-1].start
    between = after.text[at + len(fresh[-1].text) : now.outer]
    inside = after.language == "python"
    if inside is not (now.body_start <= at < now.end) or (not inside and (between.strip() or "\n\n" in between)):
        return "the comment stands in a wrong place"
    words = "\n".join(each.text for each in (fresh[-1:] if inside else fresh))
    return "" if re.search(place.pair.says, words) else "it does not say what the function does"


def _unasked(place: Place, function: str) -> str:
    old = place.text[place.function.start : place.function.end]
    for ask in place.pair.asks:
        if len(re.findall(ask, function)) <= len(re.findall(ask, old)):
            return f"there is no {ask}"
    return ""


def _is_renamed(old: Sequence[str], new: Sequence[str]) -> bool:
    pairs = {(one, other) for one, other in zip(old, new, strict=False) if one != other}
    if len(old) != len(new) or len(pairs) != 1:
        return False
    ((name, other),) = pairs
    return name not in new and other not in old


def _renamed(place: Place, tokens: Sequence[Token]) -> list[str]:
    return [place.pair.renames.get(text, text) for text in _texts(tokens)]


def _assigned(tokens: Sequence[Token]) -> set[str]:
    return {
        one.text
        for one, other in pairwise(tokens)
        if _is_name(one) and other.text in ("=", ":=", "in", ":", ",", "++", "+=", "-=", ";", ")")
    }


def _is_name(token: Token) -> bool:
    return bool(re.match(r"[^\W\d]\w*$|[\"'`]", token.text))


def _texts(tokens: Sequence[Token]) -> list[str]:
    """A comma in front of a closer says nothing, and a semicolon at a line's end in some languages."""
    texts = [token.text for token in tokens]
    return [
        text
        for text, after in zip(texts, [*texts[1:], ""], strict=True)
        if text != ";" and not (text == "," and after in (")", "]", "}"))
    ]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _missing(ours: Sequence[str], theirs: Sequence[str]) -> str | None:
    """The first of ours that does not stand in theirs, in this order."""
    rest = iter(theirs)
    return next(
        (each for each in ours if each not in (",", ";") and not any(each == other for other in rest)), None
    )
