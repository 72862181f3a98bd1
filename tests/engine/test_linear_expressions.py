"""No regular expression that meets text from outside takes more than its share of time, however odd the text.

A new one is found by itself. Where its pattern is not written in the source, say below what may stand there.
"""

import re

import pytest

from hearth.engine.backends.shared.thinking import _HABITS
from hearth.engine.code_actions.doc_sections import _SIGNS
from hearth.engine.fim import FIM_TEMPLATES, stop_strings
from hearth.engine.languages import LANGUAGES
from hearth.engine.secrets.kinds import KINDS
from tests.expressions import MOST, SHAPES, Expression, Unknown, expressions, growth, shapes_for

OPENS = tuple({row.opens for row in LANGUAGES if row.opens})
WORDS = tuple({each for row in LANGUAGES for each in (row.ends, row.middles) if each})
MARKS = tuple({"|".join(map(re.escape, stop_strings(row))) for row in FIM_TEMPLATES.values()})

# (file, what the source names) -> what it may be.
FILLED_IN = {
    ("engine/context/globs.py", "first"): ("",),  # tested with rules, in test_globs.py
    ("engine/context/globs.py", "''.join((f'(?>.*?{chunk})' for chunk in middle))"): (
        "(?>.*?a)(?>.*?[a-z])(?>.*?b)",
    ),
    ("engine/context/globs.py", "last"): ("b", "[^a]"),
    ("engine/context/members.py", "re.escape(access.receiver)"): ("box",),
    ("engine/context/syntax.py", "code.language.opens if code.language else '[{:]$'"): (*OPENS, "[{:]$"),
    ("engine/fim.py", "'|'.join(map(re.escape, stop_strings(template))) if template else '(?!)'"): MARKS,
    ("engine/fim.py", "pattern"): ("qwen",),
    ("engine/backends/shared/thinking.py", "pattern"): tuple(pattern for pattern, _ in _HABITS),
    ("engine/secrets/kinds.py", "begins + row.shape"): tuple(
        kind.exact.pattern for kind in KINDS if kind.row.shape
    ),
    ("engine/secrets/kinds.py", "self._begins"): (KINDS[0]._begins,),
    ("engine/secrets/kinds.py", "_any(row.signs)"): ("ghp_|gho_",),
    ("engine/secrets/kinds.py", "_any(self.row.signs)"): ("ghp_|gho_",),
    ("engine/secrets/kinds.py", "row.chars"): (r"\w-",),
    ("engine/secrets/kinds.py", "self.row.chars"): (r"\w-",),
    ("engine/secrets/kinds.py", "row.least"): (20,),
    ("engine/secrets/kinds.py", "least"): (8,),
    ("engine/code_actions/answers.py", "words[-1] if words else ''"): ("name",),
    ("engine/code_actions/answers.py", "_any_of(begins)"): ("//|#|/\\*|<!--",),
    ("engine/code_actions/answers.py", "_any_of(ends)"): ("\\*/|-->",),
    ("engine/code_actions/doc_sections.py", "sign"): tuple(sign for _, _, sign in _SIGNS),
    ("engine/stopping/borders.py", "begun.language.opens"): OPENS,
    ("engine/stopping/borders.py", "language.opens"): OPENS,
    ("engine/stopping/rules.py", r"'' if policy.prose else '|^```|\\n```'"): ("", "|^```|\n```"),
    ("engine/stopping/lines.py", r"language.opens if language else '[{(\\[:]$'"): (*OPENS, r"[{(\[:]$"),
    ("engine/stopping/rules.py", "language.opens"): OPENS,
    ("engine/stopping/rules.py", "pattern"): WORDS,
}

FOUND = expressions(("engine", "lsp_server"), FILLED_IN)


def test_there_are_enough_odd_texts() -> None:
    assert len(SHAPES) >= 40
    assert {("", "func (", "\0"), ("", "/**", "\0")} <= {
        *shapes_for(r"func \(\w*"),
        *shapes_for(r"(?:(a+)|x*/\*\*)"),
    }


def test_every_expression_is_found() -> None:
    assert len(FOUND) > 200
    places = {each.place.partition(":")[0] for each in FOUND}
    assert {
        "engine/context/near.py",
        "engine/code_actions/edits.py",
        "lsp_server/framing.py",
    } <= places
    assert any(each.pattern == KINDS[0].exact.pattern for each in FOUND)  # one that stands in a table


def test_a_pattern_that_nobody_can_read_is_told() -> None:
    with pytest.raises(Unknown):
        expressions(("engine/stopping",), {})


@pytest.mark.parametrize(
    "pattern", [r"(\w+)\.$", r"\s*\n\s*x", r"^\s*a?\s*$", r"(a|b|ab)*c", r"(\w+\s*)+=", r"(.*,)*x", r"\s+$"]
)
def test_what_grows_too_fast_is_noticed(pattern: str) -> None:
    expression = Expression("here", pattern, 0, "search")
    assert any(growth(expression, shape) > MOST for shape in shapes_for(pattern))


def too_fast(place: str) -> dict[Expression, tuple[str, str, str]]:
    """The expressions of a file that grow too fast, each with a text that shows it."""
    here = [each for each in FOUND if each.place.partition(":")[0] == place]
    found = {
        each: next((shape for shape in shapes_for(each.pattern) if growth(each, shape) > MOST), None)
        for each in here
    }
    return {each: shape for each, shape in found.items() if shape is not None}


PLACES = {each.place.partition(":")[0] for each in FOUND}


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_expression_takes_time_as_the_text_is_long(place: str) -> None:
    assert too_fast(place) == {}
