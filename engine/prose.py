"""Tells prose from code, line by line: chat models explain where they were asked for code.

Known by words that code has no use for, by the shape of a sentence, and by Markdown. Strings, comments and
docstrings are code, whatever they say.
"""

import re

from hearth.engine.languages import named

# Words of English that are neither keywords nor likely names, in any of the languages.
_ENGLISH = frozenset(
    re.findall(
        r"\S+",
        """the that which are was were has have had will would can could should must may here there these those you
        your we our they their its it's i'm i'll let's isn't doesn't don't cannot can't been being be does an also
        because such some just so please sorry sure certainly following based this returns calculates computes
        represents contains defines provides takes means""",
    )
)
_GLUE = _ENGLISH | {"to", "of", "on", "by", "at", "it"}  # of a long line
# What answers begin with that are meant for a person.
_REPLIES = re.compile(
    r"""(?ix)
    (?:sure|certainly|absolutely|of\ course|sorry|apologies|okay|great|yes|no|unfortunately|however)
        \s*[,.!:]\s*(?:\S|$)
    | explanation: | note: | note\ that\ | \[hole\]
    | (?: here(?:'s|’s|\ is|\ are) | as\ an\ ai | (?:the\ )?answer\ is | replace\ (?:the|it|this)
        | i(?:'m|’m|'ll|’ll|\ am|\ will|\ can|\ cannot|\ can't|\ would|\ think)
        | you\ (?:can|need|should|may|could|want|have)
        | to\ (?:complete|fill|replace|fix|answer|do|solve) )(?=\W|$)(?!\s*=|\.\w)
    """
)
_ABOUT_CODE = re.compile(
    r"""(?ix)
    (?:the|this|that|your|in\ this|in\ the)\ (?:\w+\ )?
    (?:code|file|function|method|class|hole|snippet|text|line|program|script|missing|following|above|answer
      |completion|variable|example|value|case)(?=\W|$)(?!\s*=|\.\w)
    """
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Strings and what stands in back quotes; bounded, and each character is looked at once.
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.){0,400}\"|(?<![A-Za-z])'(?:[^'\\\n]|\\.){0,400}'|`[^`\n]{0,400}`")
_SIGNS = re.compile(r"[=;{}<>|&\[\]@\\$^~%+*/]|\w\(|\w\.\w|::|->|_|\)\s*:|\s--?\w|[a-z][A-Z]")
_SENTENCE = re.compile(r"[A-ZÀ-ÞА-Я][^=;{}<>|&\[\]@\\$^~%+*/_]*[.!?:…,]?$")
_MARKDOWN = re.compile(
    r"\*\*[A-Z][^*\n]{1,80}\*\*|>\s\w|(?:[-*•]|\d{1,2}[.)])\s+(?:\*\*|`)?[A-Z][a-z]+['’a-z]*[\s,:.]"
)
_HEADING = re.compile(r"#{2,6}\s+\w")
_MOST = 400  # characters of a line that are looked at
_LETTERS = 12  # of another script, without a sign of code: a sentence


_MARKUP = ("markdown", "latex")  # and what has tags: text between marks is prose by right


class Lines:
    """The lines of one answer, in their order; `language` is the name of its row, "" for an unknown one."""

    def __init__(self, language: str = "") -> None:
        row = named(language)
        self._is_markup = row is not None and (row.block == "tag" or row.name in _MARKUP)
        self._comment = row.comment if row else "#"
        quotes = [(quote, quote) for quote in (row.long_quotes if row else ('"""', "'''"))]
        self._blocks = [*quotes, *([row.block_comment] if row and row.block_comment else [])]
        self._until = ""  # what ends the docstring or comment that the next line stands in

    def is_prose(self, line: str) -> bool:
        """Whether the next line is no code."""
        if self._until:
            self._until = "" if self._until in line else self._until
            return False
        text = line.strip()[:_MOST]
        if _HEADING.match(text):
            return not self._is_markup
        if not text or (self._comment and text.startswith(self._comment)):
            return False
        for begins, ends in self._blocks:
            if _opens(text, begins):
                self._until = "" if ends in text.partition(begins)[2] else ends
                return False
        if self._is_markup:
            return _REPLIES.match(text) is not None
        code = text.partition(f" {self._comment}")[0] if self._comment else text
        return _is_said(text) or _is_sentence(code)


def is_surely_code(beginning: str) -> bool:
    """Whether a line that is not complete yet shows by its signs already that it is code."""
    text = beginning.strip()[:_MOST]
    may_be_markdown = text.startswith(("*", ">", "#", "-", "•")) or text[:1].isdigit()
    return not may_be_markdown and not _is_said(text) and len(_SIGNS.findall(_QUOTED.sub(" x ", text))) >= 2


def _opens(text: str, begins: str) -> bool:
    """Whether a text of several lines may begin there; a single back quote is also Markdown's."""
    return begins in text if len(begins) > 1 else text.count(begins) % 2 == 1


def _is_said(text: str) -> bool:
    """Whether it begins as an answer to somebody does."""
    return _REPLIES.match(text) is not None or _ABOUT_CODE.match(text) is not None


def _is_sentence(text: str) -> bool:
    if _MARKDOWN.match(text):
        return True
    bare = _QUOTED.sub(" x ", text)
    words = [word.lower() for word in _WORD.findall(bare)]
    english = sum(word in _ENGLISH for word in words)
    signs = len(_SIGNS.findall(bare))
    if len(words) >= 5 and english >= 2 and english * 5 >= len(words) and signs <= 1:
        return True
    plain = sum(word.strip("\"'(),.:;!?`").isalpha() for word in text.split())
    glue = sum(word in _GLUE for word in _WORD.findall(bare))  # not in other letters: `ORDER BY` is code
    if (
        plain >= 6
        and plain >= 0.65 * len(text.split())
        and glue >= 2
        and signs <= 3
        and not re.search("[={}]|;$", bare)
    ):
        return True
    if signs:
        return False
    first = bare.split()[0] if bare.split() else ""
    if len(words) >= 4 and _SENTENCE.match(bare) and first != first.upper():
        return True
    foreign = sum(letter.isalpha() and not letter.isascii() for letter in bare)
    return foreign >= _LETTERS or (len(words) >= 4 and foreign >= 4)
