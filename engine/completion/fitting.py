"""Makes an answer fit what stands around it: what is inserted, and what it replaces right of the cursor.

The rules of `stop` end an answer early, by its text alone. Here it is complete, or as far as it has come,
and is looked at where it will stand: brackets and quotes that the editor closed are replaced by the answer's own,
what they close gets lines of its own, and an answer that breaks the code is cut where it does not, or dropped.
"""

import re
from dataclasses import replace
from itertools import takewhile

from hearth.engine.completion.cursor import Cursor, Fit, breaks, closings, errors_with, indent
from hearth.engine.completion.whole import beginning
from hearth.engine.context.syntax import UNKNOWN, errors, opens_block
from hearth.engine.stopping.borders import last_border
from hearth.engine.stopping.pairs import BRACKETS, QUOTES, Closers, Pairing, pair
from hearth.engine.stopping.scanner import policy_at
from hearth.engine.stopping.trims import lines_below
from hearth.engine.text import shortened

_BLANKS = " \t\r\n"
_MAX_WORDS = 8  # that are taken off a line to make it sound
_MIN_WORDS = 4  # characters that are worth showing
_ONLY_CLOSES = re.compile(r"([\s)\]};,]|\bend\b|\bfi\b|\bdone\b|\besac\b|</[\w.-]+>)*")


def fitted(cursor: Cursor, answer: str) -> Fit:
    """How the answer is inserted; an empty text where it should not be."""
    if not answer.strip():
        return Fit("")
    fit = _before_line(cursor, answer) if cursor.tail.is_before_line else _among_closers(cursor, answer)
    if fit.text.strip() and _repeats_or_breaks(cursor, fit):
        return Fit("")
    fit = _without_comma(cursor, fit)
    if fit.text == cursor.text[cursor.offset : cursor.offset + fit.replaced]:
        return Fit("")  # it would change nothing
    return fit


def sound(cursor: Cursor, answer: str) -> str:
    """Of an answer of several lines the longest beginning, in whole lines, that adds the fewest errors."""
    if "\n" not in answer.strip():
        return answer
    end = cursor.offset + len(cursor.tail.text)
    commas = cursor.text[end : end + 400].lstrip()[:1] in (*")]}",) or cursor.tail.text.strip()[:1] in (*")]}",)
    best, fewest = answer, _errors_of_lines(cursor, answer)
    beginning = answer.rstrip()
    while fewest > 0 and beginning.strip():
        opens = beginning is not answer and beginning[-1:] in tuple(BRACKETS)  # what it holds was cut
        for each in () if opens else (beginning, beginning.removesuffix(",")) if commas else (beginning,):
            if (count := _errors_of_lines(cursor, each)) < fewest:
                best, fewest = each, count
        beginning = beginning[: max(0, beginning.rfind("\n"))].rstrip()
    return best


def _errors_of_lines(cursor: Cursor, answer: str) -> int:
    """A block that is open left of the cursor, and not closed by the answer, is closed to look at it."""
    tail, closing = cursor.tail, ""
    if not tail.text.strip() and (opener := _opener(cursor)):
        found = pair(answer, Closers(opener), cursor.code.language)
        closing = "" if found.count else f"\n{indent(tail.head)}{opener}"
    return errors_with(cursor, _text_fit(cursor, answer), closing)


def _text_fit(cursor: Cursor, answer: str) -> Fit:
    """The fit as the text alone tells."""
    if cursor.tail.is_before_line:
        return _before_closers(cursor, answer) if _only_closes(cursor.tail.text) else Fit(answer)
    return _with_closers(cursor, answer, pair(answer, cursor.closers, cursor.code.language).count)


def _among_closers(cursor: Cursor, answer: str) -> Fit:
    """In front of nothing but closers, or of the user's text."""
    closers = cursor.closers
    found = pair(answer, closers, cursor.code.language)
    if (
        found.count
        and closers.text[0] in " \t"
        and (first := found.firsts[0][0])
        and not answer[first - 1].isspace()
    ):
        answer, found = f"{answer[:first]} {answer[first:]}", replace(found, end=found.end + 1)  # `{ x }`
    if closers.in_tag and closers.text[: found.count].endswith(">"):
        answer = answer[: found.end]
    elif not cursor.tail.is_closed:
        answer = answer[: _end_before_tail(cursor.tail.text, answer, found)]
        found = pair(answer, closers, cursor.code.language)
    else:
        answer = answer[: _end_before_below(cursor, answer, found.end)]
    fit = _without_comma(cursor, _with_closers(cursor, answer, found.count))
    if not breaks(cursor, _errors_at_least(cursor, fit, found)):
        return fit
    if not cursor.tail.text.strip():
        return _sound_words(cursor, fit.text, len(found.open))
    return _next_best(cursor, answer, found) or (fit if cursor.tail.is_closed else Fit(""))


def _sound_words(cursor: Cursor, text: str, opened: int) -> Fit:
    """Of a line that breaks the code its first words that do not, and open no more; of several lines nothing."""
    if "\n" in text.strip():
        return Fit("")
    said, begun = text, beginning(cursor)
    for _ in range(_MAX_WORDS):
        text = _without_last_word(text)
        if len(text.strip()) < _MIN_WORDS:
            break
        fit, found = Fit(text, len(cursor.tail.text)), pair(text, Closers(), cursor.code.language)
        if last_border(said, len(text), begun) < len(text):
            continue
        if len(found.open) <= opened and _errors_at_least(cursor, fit, found) <= errors(cursor.code):
            return fit
    return Fit("")


def _without_last_word(text: str) -> str:
    """Without the word, or the signs, that it ends with, and the blanks in front."""
    last = re.search(r"(?<!\w)\w+\Z|(?<![^\w\s])[^\w\s]+\Z", text)
    return text[: last.start()].rstrip() if last else text


def _next_best(cursor: Cursor, answer: str, found: Pairing) -> Fit | None:
    """Of an answer that breaks its line a part that does not, or another number of closers; None without one."""
    known, closers = errors(cursor.code), cursor.closers
    beginnings = (answer[: found.end] if found.count else "", answer.partition("\n")[0])
    for each in filter(str.strip, beginnings):
        shorter = pair(each, closers, cursor.code.language)
        fit = _with_closers(cursor, each, shorter.count)
        if len(each) < len(answer) and _errors_at_least(cursor, fit, shorter) <= known:
            return fit
    if (found.count and not found.open) or not set(closers.text) & set(answer):
        return None  # reading by hand is sure of it
    borders = _borders(closers.text if cursor.tail.is_closed else closers.text[: found.count])
    others = (_with_closers(cursor, answer, count) for count in borders)
    return next((other for other in others if errors_with(cursor, other, found.open) <= known), None)


def _errors_at_least(cursor: Cursor, fit: Fit, found: Pairing) -> int:
    """What the answer has left open may be closed later, or by what stands there; a statement may lack its end."""
    least = errors_with(cursor, fit)
    for closing in closings(cursor, fit.text, found.open, (" x",)) if breaks(cursor, least) else ():
        least = min(least, errors_with(cursor, fit, closing))
    return least


def _end_before_tail(tail: str, answer: str, found: Pairing) -> int:
    """Where the answer comes to the user's text right of the cursor and says it otherwise: `) {…}` for `) {}`."""
    said = answer.rstrip(_BLANKS)
    body = _up_to_body(tail.strip())
    if body and (at := answer.partition("\n")[0].find(body)) > 0:
        return at
    there = tail[found.count :].strip()
    if not found.count or not there:
        return len(answer)
    if said.endswith(there) and len(said) - len(there) >= found.end:
        return len(said[: -len(there)].rstrip())
    first = answer[found.end :].partition("\n")[0].rstrip()
    if there[0] == "{" and first.endswith("{"):
        return found.end + len(first[:-1].rstrip())
    goes_on = first.lstrip()
    is_same = goes_on and re.search(r"\w|=", there) and (there.startswith(goes_on) or goes_on[:2] == there[:2])
    return found.firsts[0][0] if is_same else len(answer)


def _up_to_body(tail: str) -> str:
    """The text up to the brace of an empty body, where more stands in front of that than brackets; else ""."""
    for body in re.finditer(r"\{\s*+\}", tail):
        if re.search(r"[^\s({\[]", tail[: body.start()]):
            return tail[: body.start() + 1]
    return ""


def _end_before_below(cursor: Cursor, answer: str, at_least: int) -> int:
    """Where an editor has closed a block over lines (`{⏎‸⏎}`), the lines that close it are there already.

    That is so where one is said in the same column, be it with more behind it (`},`), and nothing is opened after
    it that the one below would have to close.
    """
    policy = policy_at(cursor.text, cursor.offset, "span", cursor.code.language, Closers())
    end = max(at_least, lines_below(answer, policy))
    closing = list(takewhile(_only_closes, cursor.text[cursor.offset : cursor.offset + 400].split("\n")[1:]))
    mine = cursor.closers
    both = replace(mine, text="\n".join((mine.text, *closing)))
    found = pair(answer, both, cursor.code.language)
    for said, there in found.firsts:
        line, below = answer[:said].rpartition("\n")[2], both.text[:there].rpartition("\n")[2]
        reopened = there >= found.count or answer[said] in found.open  # `} else {`: the one below closes that
        if there > len(mine.text) and said > at_least and line == below and not line.strip() and not reopened:
            return min(end, len(answer[:said].rstrip()))
    return end


def _with_closers(cursor: Cursor, answer: str, count: int) -> Fit:
    """The answer in the place of the first `count` closers; what is left of them has its line or its blank."""
    tail = cursor.tail
    left = tail.closers[count:]
    if tail.is_closed and not left.strip():
        count, left = len(tail.text), ""
    text = answer.rstrip("\r\n" if left and cursor.closers.in_string else _BLANKS) if tail.is_closed else answer
    if tail.is_in_tag and text.lstrip(" \t\r").startswith("\n"):
        return Fit(f"{text.rstrip(_BLANKS)}{cursor.line_end}{indent(tail.head)}")
    quote = left.strip()[:1]
    if quote and left.startswith(3 * quote) and quote in QUOTES and text.endswith(quote) and text.count(quote) % 2:
        text = text.rstrip(quote)  # a beginning of the long quote that stands there
    if not count and _keeps_blank(tail.head, text, left):
        text = f"{text.rstrip(_BLANKS)} "
    opener = _opener(cursor)
    if count or not opener or not left.lstrip().startswith(opener) or not _gets_lines(cursor, text, opener):
        return Fit(text, count)
    column = indent(tail.head)
    if opener in "\"'" and text.lstrip(" \t\r").startswith("\n"):
        first = text.lstrip(_BLANKS)  # where the text begins below its quote its end is in the same column
        column = text[: len(text) - len(first)].rpartition("\n")[2]
    return Fit(f"{text.rstrip(_BLANKS)}{cursor.line_end}{column}", count)


def _keeps_blank(head: str, text: str, left: str) -> bool:
    """Whether `{ x }` has a blank on both sides of its text."""
    if "\n" in text or not left or left[0] not in ")]}":
        return False
    return (head[-1:] in tuple(BRACKETS) and text[:1] == " ") or re.search(r"[\[({] $", head) is not None


def _without_comma(cursor: Cursor, fit: Fit) -> Fit:
    """In JSON none stands in front of a closing bracket."""
    after = cursor.text[cursor.offset + fit.replaced :][:400].lstrip()
    is_json = cursor.code.language is not None and cursor.code.language.name == "json"
    return replace(fit, text=re.sub(r",(\s*)$", r"\1", fit.text)) if is_json and after[:1] in ("}", "]") else fit


def _gets_lines(cursor: Cursor, text: str, closer: str) -> bool:
    """Whether what closes an answer stands on a line of its own: that of a block, and of long texts in quotes.

    A block may begin with parameters on the line of its bracket: `{ |each|`.
    """
    first, line_end, _ = text.partition("\n")
    if not line_end or closer in "\"'" or not first.strip():
        return bool(line_end)
    is_parameters = not pair(first, Closers(), cursor.code.language).open
    return is_parameters and opens_block(cursor.code, shortened(cursor.tail.head) + first.rstrip())


def _opener(cursor: Cursor) -> str:
    """What closes the bracket, or the quote of several lines, that the text left of the cursor ends with."""
    head = shortened(cursor.tail.head).rstrip()
    last = head[-1:]
    if last in BRACKETS:
        return BRACKETS[last]
    if last and last in QUOTES:
        return last if last == "`" or head.endswith(3 * last) else ""
    if not head or not opens_block(cursor.code, head):
        return ""
    return pair(head, Closers(), cursor.code.language).open[:1]  # `{ each ->`


def _borders(closers: str) -> list[int]:
    """How many of them may be replaced."""
    return [0, *(index + 1 for index, char in enumerate(closers) if not char.isspace())]


def _before_line(cursor: Cursor, answer: str) -> Fit:
    """In front of a line: as lines of its own, or as the beginning of that line.

    Of `‸return x` and the answer `y = 1` the first, of `‸compute(x)` and the answer `result = ` the other.
    """
    if _only_closes(cursor.tail.text):
        return _before_closers(cursor, answer)
    said, lines, tail = answer.rstrip(_BLANKS), _as_lines(cursor, answer), cursor.tail.text
    ends = "\n" in answer[len(said) :] or said.endswith((";", "}")) or _opens(cursor, said)
    glued = re.search(r"[\w)\]>\"'`]$", answer) and re.match(r"[\w<@#$\"'`-]", tail)
    if _continues_a_line(cursor) and _continues_a_line(cursor, said):
        return lines
    if ends or tail[0] in " \t" or (glued and errors_with(cursor, lines) <= errors_with(cursor, Fit(answer))):
        return lines  # in front of an indentation, or of a word, nothing else makes sense
    return lines if errors_with(cursor, lines) < errors_with(cursor, Fit(answer)) else Fit(answer)


def _before_closers(cursor: Cursor, answer: str) -> Fit:
    """The line only closes what was opened above; if the answer does so by itself, the line is said twice.

    What the answer closes may also be an inner block, whose end is missing like all that stood in it.
    """
    found = pair(answer, cursor.closers, cursor.code.language)
    if not found.count:
        return _as_lines(cursor, answer)
    twice = Fit(answer[: _end_before_below(cursor, answer, found.end)].rstrip(_BLANKS), found.count)
    inner = _as_lines(cursor, answer)
    if cursor.code.tree is not None:
        return inner if errors_with(cursor, inner) < errors_with(cursor, twice) else twice
    said = answer[: found.firsts[0][0]].rpartition("\n")[2]
    return inner if not said.strip() and len(said) > len(cursor.tail.head) else twice


def _as_lines(cursor: Cursor, answer: str) -> Fit:
    return Fit(f"{answer.rstrip(_BLANKS)}{cursor.line_end}{cursor.tail.head}")


def _only_closes(line: str) -> bool:
    return bool(line.strip()) and not re.search(r"\w", line)


def _repeats_or_breaks(cursor: Cursor, fit: Fit) -> bool:
    """Whether the answer says what stands below anyway, or is lines that do not belong there.

    More than that is not asked of a single line: what is torn, or opens a block, has errors by nature.
    """
    tail, text = cursor.tail, fit.text
    if tail.is_before_line:
        stands_alone = text.endswith(("\n", "\n" + tail.head)) and "\n" not in text.strip()
        if stands_alone and _continues_a_line(cursor):
            return not _continues_a_line(cursor, text)
        return stands_alone and not _opens(cursor, text.rstrip()) and _breaks(cursor, fit)
    if tail.head.strip() or tail.text.strip():
        return False
    said, below = _lines(text), _lines(cursor.text[cursor.offset : cursor.offset + 4 * len(text) + 400])
    if below and said[0].rstrip(",;") == below[0].rstrip(",;") and not _ONLY_CLOSES.fullmatch(said[0]):
        return True
    if said == below[: len(said)] and (len(said) > 1 or _ONLY_CLOSES.fullmatch(text)):
        # Without a tree one line in another column is believed to close what the one below does not.
        count = errors_with(cursor, fit) if cursor.code.tree is not None else UNKNOWN
        return count >= errors(cursor.code) if count < UNKNOWN else len(said) > 1
    return _ONLY_CLOSES.fullmatch(text) is not None and _breaks(cursor, fit)


def _continues_a_line(cursor: Cursor, said: str = "") -> bool:
    """Whether the line at the cursor, or what is said before it, goes on with the one above: `.b()`, `&& b`."""
    language, tail = cursor.code.language, (said or cursor.tail.text).lstrip()
    if (
        language is None
        or language.block not in ("brace", "end", "indent")
        or language.name in ("css", "scss", "less")
    ):
        return False
    return re.match(r"\.[a-z_]|\?\.|->|\|>|&&|\|\||[+*/%=<>?:] ", tail) is not None


def _breaks(cursor: Cursor, fit: Fit) -> bool:
    return breaks(cursor, errors_with(cursor, fit))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _opens(cursor: Cursor, said: str) -> bool:
    return opens_block(cursor.code, said.rpartition("\n")[2])
