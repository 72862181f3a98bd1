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
# At the beginning of a line: elsewhere these are names.
_WORD_ALONE = re.compile(r"(val|my|our|local|auto|dim)$")
_SQL_WORD_AT_END = re.compile(
    r"(?i:\b(select|distinct|from|where|and|or|not|on|join|by|having|values|into|set|limit|between|like|insert|update"
    r"|delete|create|table|alter|drop|union|all|when|with|as|in|is|exists|references|default|primary|foreign))$"
)
_OPERATOR_AT_END = re.compile(
    r"(=|\+|-|\*|/|%|&|\||\^|~|<|\?|\.|,|\\|@|\$|#|(?<!\w)!|->|=>|\|>|%>|::|(?<![\w'\"\])]):)$"
)
_COMPLETE_AT_END = re.compile(r"(\+\+|--|\*/|/>|\)\?|!!|\.\.\.\)|\w\.\.\.|\w[?!*])$")
_TOKEN_ENDS = re.compile(r"\w+|[^\w\s]")
_OPEN_TAG = re.compile(r"(^|(?<=[\s(>{?:]))</?([A-Za-z][\w.:-]*(\s[^<>]*)?)?$")
_TAG = re.compile(r"(?:^|(?<=[\s(>{?:\w]))<(/?)[A-Za-z][^<>]*>")
_NAME_GOES_ON = re.compile(r"\w|::|<[\w&'?\[(>]")
_LABEL = re.compile(r"\w+:$|(public|private|protected|signals)( \w+)?:$")
_ELSE_AT_END = re.compile(r"[\w)\]\"'] else$")  # of an expression
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
    if begun.prose:
        return bool(text.strip()) and not text.rstrip().endswith(("&&", "||"))  # of code in an attribute
    return bool(text.strip()) and _ends_whole(text.rstrip(), begun, at_line_end=True)


def wants_more(text: str, begun: Beginning) -> bool:
    """Whether something must follow on the line that `text` ends with: behind a keyword, or an operator."""
    code = _without_comment(f"{begun.head}{text}".rpartition("\n")[2].strip(), begun.language)
    if begun.prose or begun.closers.in_string or _COMPLETE_AT_END.search(code):
        return False
    return bool(_WORD_AT_END.search(code) or re.search(r"[\w)\]]\s*([=+\-*/%&|<]|:=|->|=>)$", code))


def dangles(text: str, begun: Beginning) -> bool:
    """Whether the last line of `text` ends in a tag, or with an operator or a word that want something behind."""
    code = _without_comment(f"{begun.head}{text}".rpartition("\n")[2].strip(), begun.language)
    if begun.prose or is_comment(code, begun.language) or _COMPLETE_AT_END.search(code):
        return False
    if re.search(r"\w$", code):
        return _wants_word(code, begun.language, at_line_end=True)
    return _in_tag(text.rstrip(), begun, at_line_end=True) or _OPERATOR_AT_END.search(code) is not None


def is_comment(line: str, language: Language | None) -> bool:
    """Whether the line is nothing but a comment."""
    return language is not None and bool(language.comment) and line.startswith(language.comment)


def last_border(text: str, end: int, begun: Beginning) -> int:
    """The last place up to `end` where a person would stop in `text`, which continues; 0 without one."""
    ends = _PROSE_ENDS if begun.prose else _TOKEN_ENDS
    for at in reversed([match.end() for match in ends.finditer(text) if match.end() <= end]):
        at_line_end = not text[at:].partition("\n")[0].strip()
        if begun.prose or (not _NAME_GOES_ON.match(text[at:]) and _ends_whole(text[:at], begun, at_line_end)):
            return at
    return 0


def _ends_whole(text: str, begun: Beginning, at_line_end: bool) -> bool:
    """Whether nothing that the text opened is open, and its last token wants nothing behind it."""
    found = pair(text, begun.closers, begun.language)
    if found.open or (begun.closers.in_string and not found.count and not at_line_end):
        return False
    code = _without_comment(f"{begun.head}{text}".rpartition("\n")[2].strip(), begun.language)
    if at_line_end and is_comment(code, begun.language):
        return True
    if not at_line_end and _has_types(begun.language) and _is_in_types(code):
        return False
    if _in_tag(text, begun, at_line_end):
        return False
    if re.search(r"\w$", code):
        return not _wants_word(code, begun.language, at_line_end)
    if at_line_end and begun.language is not None and re.search(begun.language.opens, code):
        return True
    if at_line_end and code.endswith(","):
        return True  # an entry of a list that was opened above
    if _COMPLETE_AT_END.search(code):
        return True
    if re.search(r"\s>$", code) and not _has_tags(begun.language):
        return False
    if code.endswith(":") and at_line_end and not _may_be_label(code, begun.language):
        return False
    return not _OPERATOR_AT_END.search(code) and (at_line_end or code[-1:] not in "([{:")


def _wants_word(code: str, language: Language | None, at_line_end: bool) -> bool:
    """Whether it ends with a keyword that something must follow."""
    if language is not None and language.name == "sql":
        return _SQL_WORD_AT_END.search(code) is not None
    if _ELSE_AT_END.search(code) and not (language is not None and re.search(language.opens, code)):
        return True
    words = _WORD_AT_LINE_END if at_line_end else _WORD_AT_END
    return words.search(code) is not None or _WORD_ALONE.match(code) is not None


def _may_be_label(code: str, language: Language | None) -> bool:
    """Whether nothing need follow a colon: it is no type, and no property of a style sheet."""
    return language is None or (
        _LABEL.match(code) is not None and language.name not in ("css", "scss", "less", "json")
    )


def _has_types(language: Language | None) -> bool:
    return language is not None and language.block == "brace" and language.comment == "//"


def _is_in_types(code: str) -> bool:
    """Whether a bracket of types is open at the end: `Map<String, List<int>`."""
    closed = 0
    for at in reversed(range(len(code))):
        if code[at] in ";=":
            return False
        if code[at] == ">":
            closed += 1
        elif code[at] == "<" and not closed:
            return at > 0 and (code[at - 1].isalnum() or code[at - 1] == "_")
        elif code[at] == "<":
            closed -= 1
    return False


def _has_tags(language: Language | None) -> bool:
    return language is not None and (language.block == "tag" or language.name in ("tsx", "javascript"))


def _in_tag(text: str, begun: Beginning, at_line_end: bool) -> bool:
    """Whether it ends in a tag that it began, or in an element that goes on on its line."""
    if not _has_tags(begun.language) or _OPEN_TAG.search(begun.head.replace("=>", "")):
        return False
    said = text.rpartition("\n")[2].replace("=>", "")
    depth = sum(-1 if tag[1] else 1 for tag in _TAG.finditer(said) if not tag[0].endswith("/>"))
    return _OPEN_TAG.search(said) is not None or (depth > 0 and not at_line_end)


def _without_comment(line: str, language: Language | None) -> str:
    mark = language.comment if language else ""
    if not mark:
        return line
    return re.split(rf"(?:^|\s){re.escape(mark)}", line)[0].rstrip() or line
