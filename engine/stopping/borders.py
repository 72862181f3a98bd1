"""Where a person would stop writing: behind a statement, an argument, a call, a clause, a closed bracket.

What is shown of an answer ends there, never behind an operator, a comma, a keyword, an opening bracket, or in a
string. This is read by hand, as an answer may be anything; `engine.whole` asks the tree as well.
"""

import re

from engine.languages import Language
from engine.stopping.pairs import Closers, pair

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
_GLUED = re.compile(r"\w|\.[\w*]|\?\.|::|->|[(\[{<]\S|[(\[]$|['\"`]|!\(|!\[")
_ASSIGNS = re.compile(r"[ \t]*(:=|<-|=(?!=)|[+\-*/%|&^]=|:(?!:))")
_TOKEN_ENDS = re.compile(r"\w+|[^\w\s]")
_PROSE_ENDS = re.compile(r"[.,;:!?)\]}\"'`](?=\s|$)")


def is_whole(text: str, closers: Closers, language: Language | None, prose: bool = False) -> bool:
    """Whether `text`, all of an answer up to a line end, ends where a person would stop."""
    return bool(text.strip()) and (prose or _ends_whole(text.rstrip(), closers, language, at_line_end=True))


def last_border(text: str, end: int, closers: Closers, language: Language | None, prose: bool = False) -> int:
    """The last place up to `end` where a person would stop in `text`, which goes on; 0 without one."""
    ends = _PROSE_ENDS if prose else _TOKEN_ENDS
    places = [match.end() for match in ends.finditer(text) if match.end() <= end]
    for at in reversed(places):
        following = text[at:]
        at_line_end = not following.partition("\n")[0].strip()
        if prose or (at_line_end and _ends_whole(text[:at], closers, language, at_line_end=True)):
            return at
        if at_line_end or _GLUED.match(following) or _ASSIGNS.match(following):
            continue
        if _ends_whole(text[:at], closers, language, at_line_end=False):
            return at
    return 0


def _ends_whole(text: str, closers: Closers, language: Language | None, at_line_end: bool) -> bool:
    """Whether nothing that the text opened is open, and its last token wants nothing behind it."""
    found = pair(text, closers, language)
    if found.open or (closers.in_string and not found.count and not at_line_end):
        return False
    line = text.rpartition("\n")[2].strip()
    code = _without_comment(line, language)
    if re.search(r"\w$", code):
        return not (_WORD_AT_LINE_END if at_line_end else _WORD_AT_END).search(code)
    if at_line_end and language is not None and re.search(language.opens, code):
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
