"""Where a person would stop writing: behind a statement, an argument, a call, a clause, a closed bracket.

What is shown of an answer ends there, never behind an operator, a comma, a keyword, an opening bracket, or in a
string. This is read by hand, as an answer may be anything; `hearth.engine.completion.whole` asks the tree as well.
"""

import re
from dataclasses import dataclass

from hearth.engine.languages import Language
from hearth.engine.stopping.pairs import Closers, pair

# What wants something behind it, at the end of a line or anywhere, in any of the languages.
_WANTS_MORE = (
    r"(and|or|not|in|is|as|if|unless|elif|elsif|while|until|for|foreach|from|import|with|new|await|typeof"
    r"|instanceof|extends|implements|lambda|async|del|throw|where|let|const|var|mut|pub|fn|func|function|def|class"
    r"|struct|enum|interface|type|namespace|package|using|export|public|private|protected|static|final|abstract)"
)
_WORD_AT_LINE_END = re.compile(rf"(?<![\w.$@]){_WANTS_MORE}$")
_WORD_AT_END = re.compile(
    rf"(?<![\w.$@])({_WANTS_MORE}|return|raise|yield|else|do|then|begin|ensure|try|case|when|match|switch|assert|goto"
    r"|print|echo|puts|val|fun|loop|module|require|include|unsafe|impl|trait|use|catch|except|finally|rescue)$"
)
_OPERATOR_AT_END = re.compile(r"(=|\+|-|\*|/|%|&|\||\^|~|<|\?|\.|,|\\|@|\$|#|(?<!\w)!|->|=>|::|(?<![\w'\"\])]):)$")
_COMPLETE_AT_END = re.compile(r"(\+\+|--|\*/|/>|\)\?|!!|\.\.\.\)|\w[?!*])$")
_TOKEN_ENDS = re.compile(r"\w+|[^\w\s]")
_PROSE_ENDS = re.compile(r"[.,;:!?)\]}\"'`](?=\s|$)")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What an answer continues: `head` is the cursor's line left of it; `prose` means that it is not code."""

    head: str
    closers: Closers
    language: Language | None
    prose: bool = False


def is_whole(text: str, begun: Beginning) -> bool:
    """Whether `text`, all of an answer up to a line end, ends where a person would stop."""
    return bool(text.strip()) and (begun.prose or _ends_whole(text.rstrip(), begun, at_line_end=True))


def wants_more(text: str, begun: Beginning) -> bool:
    """Whether something must follow on the line that `text` ends with: behind a keyword, or an operator."""
    code = _without_comment(f"{begun.head}{text}".rpartition("\n")[2].strip(), begun.language)
    if begun.prose or begun.closers.in_string or _COMPLETE_AT_END.search(code):
        return False
    return bool(_WORD_AT_END.search(code) or re.search(r"[\w)\]]\s*([=+\-*/%&|<]|:=|->|=>)$", code))


def last_border(text: str, end: int, begun: Beginning) -> int:
    """The last place up to `end` where a person would stop in `text`, which continues; 0 without one."""
    ends = _PROSE_ENDS if begun.prose else _TOKEN_ENDS
    for at in reversed([match.end() for match in ends.finditer(text) if match.end() <= end]):
        at_line_end = not text[at:].partition("\n")[0].strip()
        if begun.prose or (not re.match(r"\w", text[at:]) and _ends_whole(text[:at], begun, at_line_end)):
            return at
    return 0


def _ends_whole(text: str, begun: Beginning, at_line_end: bool) -> bool:
    """Whether nothing that the text opened is open, and its last token wants nothing behind it."""
    found = pair(text, begun.closers, begun.language)
    if found.open or (begun.closers.in_string and not found.count and not at_line_end):
        return False
    code = _without_comment(f"{begun.head}{text}".rpartition("\n")[2].strip(), begun.language)
    if re.search(r"\w$", code):
        return not (_WORD_AT_LINE_END if at_line_end else _WORD_AT_END).search(code)
    if at_line_end and begun.language is not None and re.search(begun.language.opens, code):
        return True
    if at_line_end and code.endswith(","):
        return True  # an entry of a list that was opened above
    if _COMPLETE_AT_END.search(code):
        return True
    return not _OPERATOR_AT_END.search(code) and (at_line_end or code[-1:] not in "([{:")


def _without_comment(line: str, language: Language | None) -> str:
    mark = language.comment if language else ""
    if not mark:
        return line
    return re.split(rf"(?:^|\s){re.escape(mark)}", line)[0].rstrip() or line
