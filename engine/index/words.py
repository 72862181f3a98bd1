"""Words: those of a question, and those that a name is made of (`mergeCookies`: merge, cookies)."""

import re
from functools import lru_cache

MAX_QUESTION = 4_000  # characters of a question that are looked at
_MAX_NAME = 200
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_TOKEN = re.compile(r"[^\W\d]\w*(?:(?:\.|::|->|#)[^\W\d]\w*)*")
# What every question is made of. A name of these words is found when it is written as a name.
_SAID_ANYWAY = frozenset(
    """
    a about above actually after again all also always am an and another any anything are around as ask at away
    be because been before behind being below between both but by can cannot could describe did do does doing
    done each either else ever every everything exactly explain for from give given gives go goes had happen
    happens has have having hello help here how however i if in instead into is it its itself just know last let
    like look looks lot made main make makes many may me mean means might more most much must my need needed
    needs never new no not nothing now of off on once one only or other others our out over own please possible
    project put quite really same say says see shall should show shows since so some something somewhere still
    such sure take takes tell than thank thanks that the their them then there these they thing things this
    those through to together too under until up us use used uses using usually very want was way we well were
    what when where whether which while who whole why will with within without work works would wrong yes you
    your code function functions method methods class classes module modules variable variables
    """.split()
)
_ENDINGS = (
    *("ization", "isation", "ations", "ation", "ingly", "ments", "ment", "ings", "ing", "ions", "ion", "edly"),
    *("izers", "izer", "ized", "izes", "ize", "ers", "ors", "er", "or", "es", "ed", "ly", "al", "s", "e"),
)
_Y = re.compile(r"(?:ies|ied|ie|(?<![aeiou])y)$")


def parts(name: str) -> tuple[str, ...]:
    """The stems of an identifier's words, in order."""
    return _parts(name[:_MAX_NAME])


def stems(text: str) -> frozenset[str]:
    """The stems of a text's words, without those that say nothing."""
    found = (part.lower() for part in _PART.findall(text[:MAX_QUESTION]))
    return frozenset(stem(word) for word in found if word not in _SAID_ANYWAY and len(word) > 1)


def identifiers(text: str) -> dict[str, bool]:
    """Each word that may be a name in code, and whether it is written like one: `merge_cookies`, `Session.get`."""
    text = text[:MAX_QUESTION]
    found: dict[str, bool] = {}
    for match in _TOKEN.finditer(text):
        name, start, end = match[0], match.start(), match.end()
        is_quoted = text[start - 1 : start] == "`" or text[end : end + 1] in ("`", "(")
        begins = not text[:start].rstrip(" \t\"'([").strip() or text[:start].rstrip().endswith(
            (".", "?", "!", ":")
        )
        is_capital = name[:1].isupper() and not begins and name.lower() != "i"
        is_name = is_quoted or is_capital or "_" in name or re.search(r"[a-z][A-Z]|\d|[^\w]", name) is not None
        for each in re.split(r"\W+", name):
            found[each] = found.get(each, False) or (is_name and len(each) > 1)
    return found


def is_said_anyway(word: str) -> bool:
    return word.lower() in _SAID_ANYWAY


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A word without its ending, so that merge, merges, merging and merged are one."""
    if len(word) > 3 and (found := _Y.search(word)):
        return f"{word[: found.start()]}i"  # query and queries, cookie and cookies
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou" else word


@lru_cache(maxsize=65_536)
def _parts(name: str) -> tuple[str, ...]:
    return tuple(stem(part.lower()) for part in _PART.findall(name))
