"""What is shown while typing ends where a person would stop, wherever the answer is cut.

`places/stops.jsonl` has statements with a `¦` at each place where that is. A name in front of its brackets is one.
"""

import re

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion.completer import Completer
from hearth.engine.completion.cursor import cursor_at
from hearth.engine.completion.suggestions import Shown
from hearth.engine.completion.whole import whole
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings
from tests.engine.completion.test_places import places

STOPS = [tuple(place.values()) for place in places("stops.jsonl")]

_TOKENS = re.compile(r"[ \t]*\w{1,6}|[ \t]*[^\w\s]{1,2}|[ \t]+")


# An operator, a comma, an opener, a keyword that says nothing alone.
_DANGLES = re.compile(
    r"([-+*/%=<&|,.(\[$]| >|\"name\":|border:"
    r"|\b(if|and|or|not|as|in|from|import|const|let|val|my|local|auto|await|new|export|else|^type))$"
    r"|^(SELECT|.* (FROM|WHERE))$"
)


def _dangles(text: str) -> bool:
    return _DANGLES.search(text.rstrip()) is not None or text.count('"') % 2 == 1


def _stops(statement: str) -> tuple[str, set[str]]:
    """The statement, and all of its beginnings that may be shown."""
    parts = statement.split("¦")
    return "".join(parts), {"".join(parts[:count]) for count in range(len(parts) + 1)}


def _document(language: str, marked: str) -> tuple[Document, int]:
    return Document("file:///a", marked.replace("‸", ""), language, "/a"), marked.index("‸")


@pytest.mark.parametrize(("language", "marked", "statement"), STOPS)
def test_of_a_statement_that_is_cut_only_what_can_stand_is_shown(
    language: str, marked: str, statement: str
) -> None:
    document, offset = _document(language, marked)
    cursor = cursor_at(document, offset)
    said, allowed = _stops(statement)
    wrong = set()
    for cut in [match.end() for match in _TOKENS.finditer(said)][:-1]:
        shown = whole(cursor, Shown(said[:cut], 0.9, said[cut:], is_part=True)).rstrip()
        if shown not in allowed:
            wrong.add(f"{shown!r} of {said[:cut]!r}")
        growing = whole(cursor, Shown(said[:cut], 0.9, is_part=True)).rstrip()  # no more has come yet
        if growing not in allowed and not cursor.is_prose and _dangles(growing):
            wrong.add(f"{growing!r} of {said[:cut]!r}, which grows")
    assert not wrong, "\n".join(sorted(wrong))


@pytest.mark.parametrize(("language", "marked", "statement"), STOPS)
async def test_of_a_model_that_ends_in_the_middle_nothing_is_shown_that_dangles(
    language: str, marked: str, statement: str
) -> None:
    """It may have ended in a name, as nobody can tell."""
    said, allowed = _stops(statement)
    wrong = set()
    for cut in [match.end() for match in _TOKENS.finditer(said)][:-1]:
        document, offset = _document(language, marked)
        completer = Completer(ScriptedBackend([said[:cut]]), CompletionSettings(deadline_ms=60_000))
        answer = await completer.complete(document, offset)
        assert answer is not None and said.startswith(answer.text.rstrip())
        is_prose = cursor_at(document, offset).is_prose
        if answer.text.rstrip() not in allowed and not is_prose and _dangles(answer.text):
            wrong.add(f"{answer.text!r} of {said[:cut]!r}")
    assert not wrong, "\n".join(sorted(wrong))


@pytest.mark.parametrize(("language", "marked", "statement"), STOPS)
async def test_a_whole_statement_is_shown(language: str, marked: str, statement: str) -> None:
    said, _ = _stops(statement)
    document, offset = _document(language, marked)
    completer = Completer(ScriptedBackend(list(said)), CompletionSettings(deadline_ms=60_000))
    answer = await completer.complete(document, offset)
    assert answer is not None and answer.text.startswith(said)
