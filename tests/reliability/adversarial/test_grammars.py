"""No text takes the server along, or its time or memory, whatever the grammar makes of it."""

import os
import sys

import pytest

from hearth.engine import languages
from hearth.engine.context import parsed
from hearth.engine.languages import LANGUAGES, Language
from tests.reliability.adversarial import nests
from tests.reliability.adversarial.nests import Case

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="each text has a forked process of its own")
# `make soak` takes thousands of each language, and longer ones.
_SOME, _LONGEST = (2_000, 30_000) if os.environ.get("HEARTH_SOAK") else (8, 3_000)
_WITH_GRAMMAR = [row for row in LANGUAGES if row.grammar]
_KNOWN = [
    *(Case("yaml", unit, "run", times) for unit in ("- ", "? ", ": ") for times in (254, 300, 30_000)),
    *(Case("yaml", unit, "stairs", 300) for unit in ("a:", "-", "?", "- a:", "? -")),
    *(Case(name, "a<", "run", times) for name in ("java", "csharp") for times in (10_000, 200_000)),
    *(Case(name, "[", "run", 1_000_000) for name in ("javascript", "json", "go", "rust", "lua")),
    *(Case(name, "[", "run", 20_000) for name in ("javascript", "json", "go", "rust", "lua")),
    *(Case("javascript", unit, "run", 150_000) for unit in ("a+", "f(1);", "{a:1}\n", "if(a)b;else ")),
]


@pytest.mark.parametrize(
    "case", _KNOWN, ids=lambda case: f"{case.language}-{case.unit!r}-{case.shape}-{case.times}"
)
def test_what_once_crashed_or_took_all_memory_costs_no_more_than_a_tree(case: Case) -> None:
    language = languages.named(case.language)
    assert language is not None
    nests.load(language)
    assert not (found := nests.attempt(case, nests.ask)).is_bad, found


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("language", _WITH_GRAMMAR, ids=lambda language: language.name)
def test_nests_of_every_token_of_a_language_are_parsed_or_left_alone(language: Language) -> None:
    nests.load(language)
    outcomes = (nests.attempt(case, nests.ask) for case in nests.cases(language, _SOME, 7, _LONGEST))
    assert not [found for found in outcomes if found.is_bad]


@pytest.mark.parametrize("language", _WITH_GRAMMAR, ids=lambda language: language.name)
def test_what_people_write_has_a_tree(language: Language) -> None:
    deep = "f(" * 60 + "1" + ")" * 60 + "\n"
    assert parsed.parse(deep * 20, language).tree is not None


def test_a_crash_is_seen() -> None:
    def crash(text: str, language: Language) -> float:
        import ctypes

        ctypes.string_at(0)
        return 0.0

    found = nests.attempt(Case("python", "a", "run", 1), crash)
    assert found.signal == "SIGSEGV" and found.is_bad
