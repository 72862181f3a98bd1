"""Which definitions a question is about, by its words: no vectors, so what is found can be explained."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

from hearth.engine.index.entries import Entry, Symbol
from hearth.engine.index.words import identifiers, is_said_anyway, parts, stems

MAX_HITS = 12
# How much a word of the question counts by where it stands.
_IN_OWNER = 0.5
_IN_DOC = 0.5
_IN_PATH = 0.3
_SHARE = 0.3  # of the weight of the question's words, at least
_OWNER_WRITTEN = 1.5  # the same for what stands in something whose name is written
_WRITTEN = 3.0  # times the weight of a word that stands in one file: a name that is written as a name
_KINDS = {"class": 1.1, "type": 1.1, "variable": 0.75, "constant": 0.8, "field": 0.7, "module": 0.6, "macro": 0.9}
_TEST = 0.5  # of a definition in a test, unless the question is about tests
_WORTH = 0.25  # of the best one's score, at least


@dataclass(frozen=True, slots=True)
class Hit:
    """A definition that a question is about, and why, in words for the user."""

    entry: Entry
    symbol: Symbol
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class _Known:
    """The words of one file: all of them, those of its path, and those of each doc line."""

    all: frozenset[str]
    path: frozenset[str]
    docs: tuple[frozenset[str], ...]
    names: frozenset[str]


_known: WeakKeyDictionary[Entry, _Known] = WeakKeyDictionary()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class _Question:
    stems: frozenset[str]
    names: dict[str, bool]
    weights: dict[str, float] = field(default_factory=dict)
    total: float = 0.0  # of the weights of all its words, also of those that stand nowhere
    rarest: float = 1.0


def find(question: str, entries: Sequence[Entry]) -> list[Hit]:
    """The definitions that the question names or describes, best first; none for one that is about nothing here.

    Takes some milliseconds for a thousand files: work for a thread.
    """
    asked = _Question(stems(question), identifiers(question))
    if not asked.stems and not any(asked.names.values()):
        return []
    known = [(entry, words_of(entry)) for entry in entries]
    asked = _weighed(asked, [words for _, words in known])
    hits: list[Hit] = []
    for entry, words in known:
        if asked.stems & words.all or not words.names.isdisjoint(asked.names):
            hits += _hits(asked, entry, words)
    hits.sort(key=lambda hit: (-hit.score, hit.entry.shown, hit.symbol.line))
    return [hit for hit in hits[:MAX_HITS] if hit.score >= _WORTH * hits[0].score]


def words_of(entry: Entry) -> _Known:
    """Found once for each entry."""
    with _lock:
        known = _known.get(entry)
    if known is None:
        path = stems(entry.shown.rpartition(".")[0])
        docs = tuple(stems(symbol.doc) if symbol.doc else frozenset[str]() for symbol in entry.symbols)
        named = (set(parts(symbol.name)) for symbol in entry.symbols)
        every = frozenset(path.union(*docs, *named))
        names = frozenset(name for symbol in entry.symbols for name in (symbol.name, symbol.name.lower()))
        known = _Known(every, path, docs, names)
        with _lock:
            _known[entry] = known
    return known


def _weighed(asked: _Question, files: list[_Known]) -> _Question:
    """With the weight of each word: the fewer files have it, the more it says."""
    count = len(files)

    def weight(there: int) -> float:
        return math.log(1 + (count + 1) / (there + 0.5))

    there = {word: sum(word in file.all for file in files) for word in asked.stems}
    weights = {word: weight(count) for word, count in there.items() if count}
    total = sum(weight(max(1, count)) for count in there.values())
    return _Question(frozenset(weights), asked.names, weights, total, weight(1))


def _hits(asked: _Question, entry: Entry, words: _Known) -> list[Hit]:
    is_test = "test" in words.path and "test" not in asked.stems
    found: list[Hit] = []
    for symbol, doc in zip(entry.symbols, words.docs, strict=True):
        score, why = _scored(asked, symbol, doc, words.path)
        if score:
            score *= _KINDS.get(symbol.kind, 1.0) * (_TEST if is_test else 1.0)
            found.append(Hit(entry, symbol, score, why))
    return found


def _scored(asked: _Question, symbol: Symbol, doc: frozenset[str], path: frozenset[str]) -> tuple[float, str]:
    """0 for a definition that the question is not about."""
    own = parts(symbol.name)
    in_name = asked.stems.intersection(own)
    is_written = asked.names.get(symbol.name, False) or (len(own) > 1 and symbol.name.lower() in asked.names)
    in_doc = (asked.stems & doc) - in_name
    is_of_named = asked.names.get(symbol.owner.rpartition(".")[2], False)
    if not in_name and not is_written and len(in_doc) < 2:
        return 0.0, ""
    in_owner = asked.stems.intersection(parts(symbol.owner)) - in_name - in_doc
    in_path = (asked.stems & path) - in_name - in_doc - in_owner
    weigh = asked.weights.__getitem__
    share = sum(map(weigh, in_name | in_doc | in_owner | in_path)) / (asked.total or 1.0)
    if not is_written and not is_of_named and share < _SHARE:
        return 0.0, ""
    score = sum(map(weigh, in_name)) * (0.5 + 0.5 * len(in_name) / max(1, len(set(own))))
    score += _IN_OWNER * sum(map(weigh, in_owner)) + _IN_DOC * sum(map(weigh, in_doc))
    score += _IN_PATH * sum(map(weigh, in_path))
    score *= 0.4 + 0.6 * share
    if is_of_named and in_name:
        score += _OWNER_WRITTEN * asked.rarest
    if is_written:
        score += _WRITTEN * asked.rarest * (0.5 if is_said_anyway(symbol.name) else 1.0)
        return score, f"the question names {symbol.name}"
    return score, f"{symbol.name} resembles words of the question"
