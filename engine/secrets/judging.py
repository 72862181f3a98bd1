"""Whether a value is a secret, by its length and by how its characters are mixed; no words, placeholders, code."""

import re

from hearth.engine.secrets.names import Strength

_LEAST_PASSWORD = 6  # characters
_LEAST_TOKEN = 8
_MOST = 160  # characters that are looked at
_LONG = 16  # letters alone are random only from so many on
_LEAST_HUMP = 3.0  # letters of a word in CamelCase, on average; in a jumble there are fewer

_STANDS_FOR_ANOTHER = re.compile(
    r"[{}<>]|\$[({\[]|^\$|%[({]|%[sdr]\b|^[\[(&|!@]|\.\.\.|…|\*{3}|[xX]{5}|^%\w+%$|#\{|abcdefghijklm|ABCDEFGHIJKLM|^(?:/|~/|\./|https?:)"
)
_COMMON = (
    "change|me|it|this|example|examples|test|testing|tests|tester|dummy|fake|mock|foo|bar|baz|qux|spam|eggs|password"
    "|passwd|passwort|passphrase|pass|pwd|secret|secrets|token|tokens|key|keys|api|apikey|default|admin|administrator"
    "|root|user|username|guest|sample|demo|none|null|nil|true|false|your|my|our|the|a|here|placeholder|value|string"
    "|abc|xyz|xxx|auth|access|private|public|client|server|app|db|database|new|old|some|insert|enter|replace|with"
    "|todo|fixme|redacted|hidden|masked|invalid|valid|wrong|bad|good|random|super|very|not|so|is|for|in|of|to|use"
    "|only|env|prod|dev|local|bearer|basic|oauth|jwt|sha|md|base|hex|utf|rsa|aes|hmac|hs|rs|es|id|name"
)
_ONLY_COMMON = re.compile(rf"(?:(?:{_COMMON})(?![a-z])|[\W\d_])+", re.IGNORECASE)
_PART = re.compile(r"[A-Za-z0-9]+")
_WORDLIKE = re.compile(r"[A-Za-z]*\d{0,4}|\d{1,4}[A-Za-z]{0,12}|[A-Za-z]{2,8}\d{1,2}[A-Za-z]{1,8}")
_NAMES = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SCHEME = re.compile(r"(?:bearer|basic|token|apikey|digest)[ \t]+", re.IGNORECASE)
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{6}")


def is_secret(value: str, strength: Strength, quoted: bool = True) -> bool:
    """Whether the value of a secret name is a secret. A value that is not `quoted` may be code."""
    if quoted and (scheme := _SCHEME.match(value)):
        value = value[scheme.end() :]
    value = value[:_MOST]
    if len(value) < (_LEAST_PASSWORD if strength == "password" else _LEAST_TOKEN) or is_placeholder(value):
        return False
    if any(letter.isspace() for letter in value):
        return False
    if _NAMES.fullmatch(value) and value.count(".") != 2:
        return False
    if is_mixed(value):
        return True
    if strength != "password":
        return False
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    if not quoted:
        return letters and digits and not value.isidentifier()
    signs = any(each in "!@#$%^&*?~+=" for each in value[1:-1])
    return letters and (digits or (signs and value.lower() != value != value.upper()))


def is_placeholder(value: str) -> bool:
    """Whether the value stands for one that is elsewhere, or consists only of words that everybody writes."""
    if _STANDS_FOR_ANOTHER.search(value) or len(set(value)) <= 2:
        return True
    separated = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", value)
    return _ONLY_COMMON.fullmatch(separated) is not None


def is_mixed(value: str) -> bool:
    """Whether the value is a jumble: letters and digits, or letters of both cases, in no order."""
    odd = [part for part in _PART.findall(value) if not _WORDLIKE.fullmatch(part)]
    if any(len(part) >= _LEAST_PASSWORD and any(map(str.isalpha, part)) for part in odd):
        return True
    if sum(map(len, odd)) >= _LEAST_TOKEN and any(map(str.isalpha, "".join(odd))):
        return True
    return any(_is_jumble(part) for part in re.findall(r"[A-Za-z]{16,}", value))


def _is_jumble(letters: str) -> bool:
    if letters.islower() or letters.isupper():
        return len(letters) >= _LONG and bool(_CONSONANTS.search(letters.lower()))
    return len(letters) / len(_HUMP.findall(letters)) < _LEAST_HUMP
