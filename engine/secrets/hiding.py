"""What a model is shown instead of keys and passwords: stand-ins of the same length, so that every offset holds.

A stand-in is made of words, which models copy without mistakes. The same secret has the same one as long as the
process lives: a digest with a salt of this process chooses it, so that nobody can try passwords on it.
"""

import hashlib
import re
import secrets
from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from hearth.engine.secrets.finding import Span, find, find_again

_WORDS = tuple(
    """
    Amber Birch Cedar Delta Ember Fable Grove Haven Ivory Jolly Kayak Lemon Maple Noble Ocean Pearl Quiet
    River Stone Tulip Umber Velvet Willow Yonder Zephyr Bamboo Candle Dragon Falcon Garden Harbor Island
    """.split()
)
_BEGINS = "hidden"  # so that readers of a prompt recognise it
_SHORT = 14  # characters; below that words would be words that the code may have, too
_LEAST = 3
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_MOST_STAND_INS = 50_000
_MOST_REMEMBERED = 4_000_000  # characters of texts
_LONG = 4_000  # characters of a text whose older version is worth looking for
_VERY_LONG = 1_000_000  # characters of a text that is not looked through for each place in it
_AROUND = 50_000
_WORD = re.compile(r"[A-Za-z0-9]{3,}")
_salt = secrets.token_bytes(16)


class Hidden(NamedTuple):
    """`text` is as long as what it was made of and has the same lines; `spans` are what is hidden in it."""

    text: str
    spans: tuple[Span, ...] = ()


class _Vault:
    """Which stand-in is for which secret. May be asked in any thread."""

    def __init__(self) -> None:
        self._by_stand_in: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def stand_in(self, secret: str, text: str) -> str:
        """A stand-in that the text does not contain yet."""
        with self._lock:
            number = 0
            while True:
                made = _made(secret, number)
                known = self._by_stand_in.get(made)
                if known == secret or (known is None and made not in text):
                    break
                number += 1
            self._by_stand_in[made] = secret
            self._by_stand_in.move_to_end(made)
            while len(self._by_stand_in) > _MOST_STAND_INS:
                self._by_stand_in.popitem(last=False)
            return made

    def secret(self, stand_in: str) -> str | None:
        return self._by_stand_in.get(stand_in)

    def __len__(self) -> int:
        return len(self._by_stand_in)


class _Texts:
    """What was hidden in the last texts; an older version of a text saves looking through all of it."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Hidden] = OrderedDict()
        self._length = 0
        self._lock = Lock()

    def get(self, text: str) -> Hidden | None:
        with self._lock:
            known = self._known.get(text)
            if known is not None:
                self._known.move_to_end(text)
            return known

    def older(self, text: str) -> tuple[str, Hidden] | None:
        with self._lock:
            newest_first = list(reversed(self._known.items()))[:8]
        for old, hidden in newest_first:
            if (
                len(old) >= _LONG
                and abs(len(old) - len(text)) < _LONG
                and (old[:64] == text[:64] or old[-64:] == text[-64:])
            ):
                return old, hidden
        return None

    def add(self, text: str, hidden: Hidden) -> None:
        with self._lock:
            if text not in self._known:
                self._length += len(text)
            self._known[text] = hidden
            while self._length > _MOST_REMEMBERED and len(self._known) > 1:
                self._length -= len(self._known.popitem(last=False)[0])


_vault = _Vault()
_texts = _Texts()


def seen_by_model(text: str) -> str:
    """The text as a model may see it; the very same object where there is nothing to hide."""
    return hidden(text).text


def seen_near(text: str, start: int, end: int) -> str:
    """The same where only `start:end` is shown of it: of a very long text what is far from there is left as it is.

    A block that is a secret is shorter than what is looked at around. As somebody types that begins at one place.
    """
    begin, stop = _around(text, start, end)
    part = text[begin:stop]
    seen = seen_by_model(part)
    return text if seen is part else f"{text[:begin]}{seen}{text[stop:]}"


def secret_around(text: str, offset: int) -> int | None:
    """Where the secret around the offset begins; None where there is none."""
    begin, stop = _around(text, offset, offset)
    spans = hidden(text[begin:stop]).spans
    return next((begin + span.start for span in spans if span.start < offset - begin < span.end), None)


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The part to look through for `start:end`: all of the text, unless it is very long."""
    if len(text) <= _VERY_LONG:
        return 0, len(text)
    return max(0, start - _AROUND) // _AROUND * _AROUND, min(len(text), end + _AROUND)


def hidden(text: str) -> Hidden:
    """The text with a stand-in for every secret, and where they stood. Stand-ins themselves stay as they are."""
    known = _texts.get(text)
    if known is not None:
        return known
    older = _texts.older(text) if len(text) >= _LONG else None
    # The spans of older texts are those of what they were, stand-ins or not: what is one is left out below.
    spans = find(text) if older is None else find_again(text, older[0], older[1].spans)
    found = Hidden(_replaced(text, spans), spans)
    _texts.add(text, found)
    return found


def kind_in(text: str) -> str | None:
    """What kind of issued key is in the text, if any: that one is no password in plain words."""
    return next((span.kind for span in hidden(text).spans if span.issued), None)


def count(text: str) -> int:
    """How many secrets are hidden in what is shown of the text."""
    return sum(1 for span in hidden(text).spans if not _is_stand_in(text[span.start : span.end]))


def restored(text: str, own: str) -> str:
    """The text with those stand-ins replaced whose secret stands in `own`."""

    def secret(word: re.Match[str]) -> str:
        before, stand_in = _parted(word[0])
        known = _vault.secret(stand_in)
        return before + known if known is not None and known in own else word[0]

    return _WORD.sub(secret, text) if len(_vault) else text


def stand_ins(text: str) -> tuple[str, ...]:
    """The stand-ins that are in a text, each once."""
    found = (_parted(word)[1] for word in _WORD.findall(text)) if len(_vault) else ()
    return tuple(dict.fromkeys(word for word in found if _is_stand_in(word)))


def _replaced(text: str, spans: tuple[Span, ...]) -> str:
    parts: list[str] = []
    done = 0
    for span in spans:
        parts.append(text[done : span.start])
        # A line is a stand-in's unit: what is shown must have the same lines.
        parts.append(re.sub(r"[^\r\n]+", lambda line: _in_place_of(line[0], text), text[span.start : span.end]))
        done = span.end
    if not done:
        return text
    replaced = "".join([*parts, text[done:]])
    return replaced if replaced != text else text


def _in_place_of(line: str, text: str) -> str:
    secret = line.strip()
    if len(secret) < _LEAST or _is_stand_in(secret):
        return line
    start = line.index(secret)
    return line[:start] + _vault.stand_in(secret, text) + line[start + len(secret) :]


def _parted(word: str) -> tuple[str, str]:
    """(what stands right in front of it, the stand-in): the letter of an escaped line end, or of an option."""
    return ("", word) if _is_stand_in(word) or not _is_stand_in(word[1:]) else (word[0], word[1:])


def _is_stand_in(text: str) -> bool:
    return _vault.secret(text) is not None


def _made(secret: str, number: int) -> str:
    digest = hashlib.blake2b(f"{number} {secret}".encode("utf-8", "replace"), key=_salt, digest_size=64).digest()
    length = len(secret)
    if length < _SHORT:
        return _syllables(digest, length)
    words = [_BEGINS]
    index = 0
    while sum(map(len, words)) < length:
        # A long stand-in needs more bytes than the digest has: it starts over, shifted by one.
        words.append(_WORDS[(digest[index % 64] + index // 64) % len(_WORDS)])
        index += 1
    return "".join(words)[:length]


def _syllables(digest: bytes, length: int) -> str:
    """Letters such as "Bafu7go", which are no word of a program."""
    letters = [
        (_VOWELS if index % 2 else _CONSONANTS)[digest[index] % (5 if index % 2 else 14)]
        for index in range(length)
    ]
    if length > _LEAST:
        letters[length // 2] = str(digest[-1] % 10)
    letters[0] = letters[0].upper()
    return "".join(letters)
