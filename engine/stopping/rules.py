"""The rules that end an answer while it grows: the answer so far -> where it is complete, or None to continue."""

import re
from collections.abc import Callable

from hearth.engine.languages import named
from hearth.engine.stopping.borders import Beginning, dangles, is_whole
from hearth.engine.stopping.lines import (
    DISTINCTIVE,
    completes_tail,
    find_packed,
    first_indent,
    is_before_line,
    is_jump,
    line_after,
    needle_of,
    runs_empty,
    without_blanks_of,
)
from hearth.engine.stopping.pairs import BRACKETS, Closers, pair
from hearth.engine.text import BLANKS, CLOSERS, bracket_depth, end_of_previous_line, indent_of, lines_of
from hearth.engine.types import StopPolicy

_FLAT_IN_MAKE = r"(ifn?(eq|def)|define|else)\b"
# Of languages that have no row.
_ENDS = r"(?i:end\w{0,12}|fi|done|esac|wend|until)\b(?!\s*[=(.:])"
_MIDDLES = r"(?i:else|elif|elsif|elseif|when|case|rescue|ensure|catch|finally|except)\b"
_RULER = 80  # columns up to which a line of dashes is no loop
_TABLE = 8  # rows of figures that may be the same
_BLANK_LINES = 30  # in a row, more than any file has


def marks(text: str, policy: StopPolicy) -> int | None:
    """The model wrote one of its own marks as text, or in code the fence of a Markdown block."""
    found = re.search(r"<\|[a-z_]+\|?>|<fim_|<｜" + ("" if policy.prose else r"|^```|\n```"), text)
    return found.start() if found else None


def text_below(text: str, policy: StopPolicy) -> int | None:
    """The answer has reached the text that stands right of or below the cursor already."""
    if policy.tail.strip():
        found = find_packed(text, needle_of((policy.tail, *policy.below)), anywhere=True)
        return None if found is None else without_blanks_of(policy.tail, text, found)
    if not policy.below:
        return None
    column = next((indent_of(line) for line in policy.below if line.strip()), None)
    first_line = not policy.head.strip()
    return find_packed(text, needle_of(policy.below), anywhere=False, first_line=first_line, column=column)


def line_completed(text: str, policy: StopPolicy) -> int | None:
    """A line of the answer ends with all that stands right of the cursor: it has completed the cursor's line."""
    for start, line in lines_of(text)[:-1] if policy.tail.strip() else ():
        at = completes_tail(line, policy.tail, is_first=start == 0)
        if at is not None:
            return without_blanks_of(policy.tail, text, start + at)
    return None


def closed_again(text: str, policy: StopPolicy) -> int | None:
    """All that the editor closed right of the cursor is closed by a line of the answer: its line is complete.

    In a tag, whose `>` is the last of it, nothing that follows belongs to the answer.
    """
    closers = policy.closers.rstrip()
    if not closers or ("\n" not in text and not policy.in_tag):
        return None
    whole = Closers(closers, policy.in_string, policy.quote, policy.in_tag)
    language = named(policy.language)
    for start, line in lines_of(text):
        end = start + len(line)
        if end == len(text) and not policy.in_tag:
            return None  # the line may continue
        found = pair(text[:end], whole, language)
        if found.count == len(closers) and not found.open:
            goes_on = not line.rstrip().endswith(",") and dangles(text[:end], beginning_of(policy))
            return found.end if policy.in_tag or goes_on else end
    return None


def line_end(text: str, policy: StopPolicy) -> int | None:
    """A single-line answer ends with the first statement: mostly with its first line that says something."""
    if _mode(text, policy) != "line":
        return None
    said = len(text) - len(text.lstrip(BLANKS))
    if said == len(text):
        return runs_empty(text)
    if "\n" not in text[said:] or _mode(f"{text}.", policy) != "line":
        return None
    end = _end_of_statement(text, policy)
    if end is None:
        return None
    return end + 1 if is_before_line(policy) and text[end : end + 1] == "\n" else end


def _end_of_statement(text: str, policy: StopPolicy) -> int | None:
    """The answer ends after its first statement, with the continuation lines and the block of that."""
    language = named(policy.language)
    begun = beginning_of(policy)
    lines = [(start, line) for start, line in lines_of(text)[:-1] if line.strip()]
    first = policy.head + lines[0][1] if lines[0][0] == 0 else lines[0][1]
    has_opened = False
    for start, line in lines:
        whole = policy.head + line if start == 0 else line
        if has_opened:
            if indent_of(line) > indent_of(first) or _goes_on(line, policy):
                continue
            closes = line.strip()[0] in CLOSERS or _matches(_words(policy)[0], line)
            return start + len(line) if closes else end_of_previous_line(text, start)
        has_opened = language is not None and re.search(language.opens, whole.strip()) is not None
        end = start + len(line)
        if not has_opened and (policy.tail.strip() or is_whole(text[:end], begun)):
            return end
    return None


def block_end(text: str, policy: StopPolicy) -> int | None:
    """A block ends where the text is indented less than the block, its own last line included."""
    if _mode(text, policy) != "block":
        return None
    if not text.strip():
        return runs_empty(text)
    if (closed := _end_of_bracket(text, policy)) is not None:
        return closed
    opened_above = bool(policy.head.strip())
    head = policy.head.lstrip(BLANKS + CLOSERS)  # `} else {` closes what was opened before
    base = first_indent(text, policy)
    if opened_above and _is_flat(text, base, policy):
        opened_above = False
    blank_before = False
    for start, line in lines_of(text)[1:]:
        if not line.strip():
            blank_before = True
            continue
        is_last = start + len(line) == len(text)
        at_base = indent_of(line) == base
        if is_last and (not line.strip(BLANKS + CLOSERS) or (at_base and _may_become_word(line, policy))):
            return None  # an indentation, closers or a word that may still grow
        ends = bool(policy.head.strip()) and _matches(_words(policy)[0], line)
        if indent_of(line) > base or (at_base and not opened_above and not blank_before and not ends):
            blank_before = False
            continue
        if at_base and opened_above and _goes_on(line, policy):
            continue
        closes = line.strip()[0] in CLOSERS and bracket_depth(head + text[:start]) > 0
        if not (closes or ends) or (blank_before and closes) or indent_of(line) < base:
            return end_of_previous_line(text, start)
        if is_last:
            return None
        return start + (len(line) if ends else _end_of_closers(line))
    return None


def span_end(text: str, policy: StopPolicy) -> int | None:
    """What is missing between two texts is nowhere indented less than both, and stays in the outermost block.

    At the left margin that is one definition, or statements without one.
    """
    if _mode(text, policy) != "span":
        return None
    if not text.strip():
        return runs_empty(text)
    first = first_indent(text, policy)
    following = line_after(policy)
    base = max(min(1, first), min(first, indent_of(following)) if following else first)
    had_block = blank_before = False
    for start, line in lines_of(text)[1:]:
        is_last = start + len(line) == len(text)
        if first == 0 and line.strip():
            if had_block and blank_before and indent_of(line) == 0 and line.strip()[0] not in CLOSERS:
                return end_of_previous_line(text, start)
            had_block = had_block or indent_of(line) > 0
        blank_before = not line.strip()
        if line.strip() and indent_of(line) < base and not (is_last and not line.strip(BLANKS + CLOSERS)):
            return end_of_previous_line(text, start)
    return None


def after_jump(text: str, policy: StopPolicy) -> int | None:
    """Nothing that follows `return` or the like at the same indentation would ever run."""
    if _mode(text, policy) == "line" or not policy.comment:
        return None
    jump: int | None = None  # its indentation
    for start, line in lines_of(policy.head + text):
        if not line.strip():
            continue
        if jump is not None and indent_of(line) == jump and line.strip()[0] not in CLOSERS:
            return end_of_previous_line(text, start - len(policy.head))
        # A line that is followed by deeper ones continues in them: `return function()`.
        jump = indent_of(line) if is_jump(line) and (jump is None or indent_of(line) <= jump) else None
    return None


def repetition(text: str, policy: StopPolicy) -> int | None:
    """The model repeats lines, says nothing more, or goes round in a loop inside one line."""
    said = len(text.rstrip())
    if text.count("\n", said) > _BLANK_LINES:
        return said
    loop = re.search(r"(.{6,60}?)\1{3}$", text[-260:], re.DOTALL)
    if loop and loop.group(1).strip():
        if len(set(re.findall(r"\w+", loop.group(1)))) > 1 or _has_words(loop.group(1)):
            return len(text) - len(loop.group(0)) + len(loop.group(1))
        line_start = text.rfind("\n") + 1
        column = len(policy.head) if line_start == 0 else 0
        if column + len(text) - line_start > _RULER:  # a ruler, a row of a table
            return max(line_start, line_start + _RULER - column)
    complete = [(start, line.strip()) for start, line in lines_of(text)[:-1] if line.strip()]
    allowed = 2 if complete and _has_words(complete[-1][1]) else _TABLE
    if len(complete) > allowed and len({line for _, line in complete[-allowed - 1 :]}) == 1:
        return end_of_previous_line(text, complete[-allowed][0])
    for at in range(1, len(complete)):
        pair_said = (complete[at - 1][1], complete[at][1])
        is_above = pair_said == tuple(line.strip() for line in policy.above[1::-1])
        if is_above and len("".join(pair_said)) >= DISTINCTIVE:
            return end_of_previous_line(text, complete[at - 1][0])
    return None


def comment_run(text: str, policy: StopPolicy) -> int | None:
    """Code was requested, and the model lectures: it writes more than two comment lines in a row.

    Not so where a comment is being written: on the line, on the one above, or at the top of a file.
    """
    before = (policy.head, *policy.above[:1], *(() if policy.above else (text,)))
    if not policy.comment or any(line.lstrip().startswith(policy.comment) for line in before):
        return None
    run: list[int] = []
    for start, line in lines_of(text)[:-1]:
        run = [*run, start] if line.lstrip().startswith(policy.comment) else []
        if len(run) == 3:
            return end_of_previous_line(text, run[0])
    return None


def too_long(text: str, policy: StopPolicy) -> int | None:
    """The answer has as many lines as a suggestion may have, and those that close what it opened."""
    lines = [(start, line) for start, line in lines_of(text) if line.strip()]
    for start, line in lines[policy.max_lines :]:
        is_last = start + len(line) == len(text)
        if not line.strip(BLANKS + CLOSERS + ";,") or _matches(_words(policy)[0], line):
            continue
        return None if is_last and _may_become_word(line, policy) else end_of_previous_line(text, start)
    return None


def _mode(text: str, policy: StopPolicy) -> str:
    """The policy's mode; but a line that begins a block, or leaves a bracket open among closers, is a block.

    If the last word of a line may still grow, only the line end shows whether it begins one.
    """
    if policy.mode == "block" or policy.tail.strip():
        return policy.mode
    head = policy.head.strip()
    if head and text.lstrip(" \t").startswith("\n"):
        language = named(policy.language)
        if language is None and not policy.prose and indent_of(_first_line(text)) > indent_of(policy.head):
            return "block"
        if language is not None and re.search(language.opens, head):
            return "block"
    if policy.mode == "line" and policy.closers.strip() and "\n" in text.strip():
        whole = _closers(policy)
        first = text[: text.index("\n", len(text) - len(text.lstrip()))]
        return "block" if pair(first, whole, named(policy.language)).open else "line"
    return policy.mode


def _end_of_bracket(text: str, policy: StopPolicy) -> int | None:
    """The end of the line that closes the bracket directly left of the cursor, once that line is complete."""
    opener = policy.head.rstrip()[-1:]
    if opener not in BRACKETS or policy.in_string:
        return None
    language = named(policy.language)
    for start, line in lines_of(text)[:-1]:
        end = start + len(line)
        found = pair(text[:end], Closers(BRACKETS[opener]), language)
        if found.count and not found.open:
            return end
        if found.count and line.strip()[:1] in tuple(CLOSERS) and not _goes_on(line, policy):
            return start + _end_of_closers(line)
    return None


def _is_flat(text: str, base: int, policy: StopPolicy) -> bool:
    """Whether a block is not indented, as those of tags and of marks may be."""
    language = named(policy.language)
    first = _first_line(text.partition("\n")[2])
    if language is None:
        return False
    in_make = language.name == "make" and re.match(_FLAT_IN_MAKE, policy.head.strip()) is not None
    is_free = in_make or language.block in ("tag", "none", "end")
    return is_free and bool(first) and indent_of(first) == base and not _matches(_words(policy)[0], first)


def _first_line(text: str) -> str:
    """The first line of it that says something."""
    return next((line for _, line in lines_of(text) if line.strip()), "")


def _goes_on(line: str, policy: StopPolicy) -> bool:
    """Whether a block continues after this line in its own column: `else`, `} catch`, the entries of a list."""
    if _matches(_words(policy)[1], line) or re.match(r"\s*\}\s*(catch|finally)\b", line):
        return True
    return policy.language == "yaml" and f"{line.strip()} ".startswith("- ")


def _words(policy: StopPolicy) -> tuple[str, str]:
    """The patterns of lines that end a block with a word, and of those that continue it."""
    language = named(policy.language)
    return (language.ends, language.middles) if language else (_ENDS, _MIDDLES)


def _matches(pattern: str, line: str) -> bool:
    return bool(pattern) and re.match(pattern, line.strip()) is not None


def _may_become_word(line: str, policy: StopPolicy) -> bool:
    """Whether the growing line may be the end of a block that ends with a word."""
    return any(_words(policy)) and re.fullmatch(r"[\w</{\\?]+( \w+)?", line.strip()) is not None


def _end_of_closers(line: str) -> int:
    """The length of the line; where another block begins behind its closers, up to these."""
    if bracket_depth(line.lstrip(BLANKS + CLOSERS)) <= 0:
        return len(line)
    return len(line) - len(line.lstrip(BLANKS + CLOSERS))


def beginning_of(policy: StopPolicy) -> Beginning:
    """The text that the answer continues."""
    return Beginning(policy.head, _closers(policy), named(policy.language), policy.prose)


def _closers(policy: StopPolicy) -> Closers:
    return Closers(policy.closers, policy.in_string, policy.quote, policy.in_tag)


def _has_words(text: str) -> bool:
    """Whether it holds more than digits and punctuation."""
    return re.search(r"[^\W\d_]", text) is not None


Rule = Callable[[str, StopPolicy], int | None]

# The rules that find a certain end; after the others, and at the token limit, the model has run on.
DECIDED = ("text_below", "line_completed", "closed_again", "line_end", "block_end")

# Those that guess where the missing text ends: explicit requests show more if the text below is reached.
GUESSES = ("span_end", "after_jump")

RULES: tuple[tuple[str, Rule], ...] = (
    ("mark", marks),
    ("text_below", text_below),
    ("line_completed", line_completed),
    ("closed_again", closed_again),
    ("line_end", line_end),
    ("block_end", block_end),
    ("span_end", span_end),
    ("after_jump", after_jump),
    ("repetition", repetition),
    ("comment_run", comment_run),
    ("too_long", too_long),
)
