"""A key that is being typed: nothing is asked about it, and a part of it is not sent."""

import re

from hearth.engine.secrets import named
from hearth.engine.secrets.finding import in_lines
from hearth.engine.secrets.judging import is_mixed
from hearth.engine.secrets.kinds import HALF, SIGN, kinds_of
from hearth.engine.text import start_of_line

_MOST_LINE = 3000  # characters left of the cursor
_MOST_KEY = 600
_QUOTE = re.compile(r"""[A-Za-z@$]{0,2}(?P<quote>"{3}|'{3}|["'`])""")
_CODE = re.compile(r"[$%{<#(]")
_URL_PASSWORD = re.compile(r"""://[^\s:@/"'<>{}]{1,128}+:(?P<password>[^\s/"'<>{}$@]{1,256})$""")
# Languages in which a value needs no quotes.
_BARE_LANGUAGES = frozenset(
    """
    yaml ini properties dotenv env toml bash shell shellscript dockerfile makefile
    """.split()
)


def is_being_typed(text: str, offset: int, language: str = "") -> bool:
    """Whether the cursor stands in a key or a password, or right behind what there is of it so far."""
    line_start = max(start_of_line(text, offset), offset - _MOST_LINE)
    line_end = text.find("\n", offset, offset + _MOST_LINE)
    head = text[line_start:offset]
    tail = text[offset : line_end if line_end >= 0 else offset + _MOST_LINE]
    if not head.strip():
        return False
    return _is_half_issued(head) or _is_value(head, language) or _is_inside(head, tail)


def _is_half_issued(head: str) -> bool:
    head = head[-_MOST_KEY:]
    at = 0
    while (sign := SIGN.search(head, at)) is not None:
        at = sign.start() + 1
        for kind in kinds_of(sign[0]):
            match = kind.half.match(head, sign.start())
            if match is None or len(match[1]) < HALF or match.end() != len(head):
                continue
            # Behind a sign such as `pat` may stand the rest of a word.
            is_word = kind.row.mixed or (sign[0].isalnum() and "a-z" in kind.row.chars)
            rest = match[1]
            if not is_word or is_mixed(rest) or (rest.isalnum() and any(map(str.isdigit, rest[1:-1]))):
                return True
    return False


def _is_value(head: str, language: str) -> bool:
    """Whether the cursor is in the value of the last secret name on the line: in an open string, or unquoted."""
    names = list(named.assigned(head, named.lower(head)))
    if not names:
        url = _URL_PASSWORD.search(head[-400:])
        return url is not None and not url["password"].isdigit()
    last = names[-1]
    rest = head[last.start :]
    quote = _QUOTE.match(rest)
    if quote is not None:
        value = rest[quote.end() :]
        return (
            bool(value) and quote["quote"] not in value and not _CODE.match(value) and not re.search(r"\s", value)
        )
    bare = rest.strip()
    is_bare = last.op in ("=", ":") and language in _BARE_LANGUAGES and bool(bare) and " " not in bare
    return is_bare and re.match(r"[$%{<#(\[!&*|>@`]", bare) is None


def _is_inside(head: str, tail: str) -> bool:
    return any(span.start < len(head) <= span.end for span in in_lines(head + tail))
