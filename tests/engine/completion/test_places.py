"""Whole completions at places that an editor leaves, with what a model says there: right, more than that, or less.

`places/closed.jsonl`: between the two `‸` stands what the editor closed; `missing` is right there, and `closing`
closes it. `places/around.jsonl`: an answer, and what stands there `then`; without that nothing is shown. The kinds
are those of `test_completion_fits`; DE is what is said behind the closers, S what a stranger tries first.
Each is played with line feeds and with CRLF, a character at a time and all at once.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings

_FOLDER = Path(__file__).with_name("places")
_LINES_ON = 4  # lines of the text below that an answer runs on into
_WAYS = (("\n", 1), ("\n", 1000), ("\r\n", 1))  # (line end, characters that the model says at once)


def places(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_FOLDER / name).read_text("utf-8").splitlines()]


async def played(language: str, around: tuple[str, str], says: str, mode: str, line_end: str, size: int) -> str:
    """The text once the answer was accepted."""
    before, after, said = (text.replace("\n", line_end) for text in (*around, says))
    pieces = [said[start : start + size] for start in range(0, len(said), size)]
    completer = Completer(ScriptedBackend(pieces), CompletionSettings(deadline_ms=60_000))
    document = Document("file:///a", before + after, language, "/a")
    answer = await completer.complete(document, len(before), mode == "automatic")
    assert answer is not None
    return document.text[: answer.start] + answer.text + document.text[answer.end :]


def scripts(closers: str, missing: str, closing: str, after: str) -> Iterator[tuple[str, str]]:
    """What a model may say where all this is right: without its closers, exact, with a line end, running on."""
    if closers:
        yield "no closers", missing
    yield "exact", missing + closing
    if after.startswith("\n"):
        yield "line end", f"{missing}{closing}\n"
    if after.strip():
        yield "runs on", missing + closing + "\n".join(after.split("\n")[: _LINES_ON + 1])


def _named(place: Any) -> str:
    return place if isinstance(place, str) else f"{place['kind']} {place['language']} {place['text'][-60:]!r}"


@pytest.mark.parametrize("mode", ["automatic", "invoked"])
@pytest.mark.parametrize("place", places("closed.jsonl"), ids=_named)
async def test_what_the_editor_closed_is_there_once(place: dict[str, str], mode: str) -> None:
    before, closers, after = place["text"].split("‸")
    truth = before + place["missing"] + place["closing"] + after
    wrong = []
    for name, said in scripts(closers, place["missing"], place["closing"], after):
        for end, size in _WAYS:
            result = await played(place["language"], (before, closers + after), said, mode, end, size)
            if result != truth.replace("\n", end):
                wrong.append(f"{name} {end!r} {size}: said {said!r}\n  is     {result!r}\n  should {truth!r}")
    assert not wrong, "\n".join(wrong)


_ASKED = [(place, mode) for place in places("around.jsonl") for mode in place["asked"]]


@pytest.mark.parametrize(("place", "mode"), _ASKED, ids=_named)
async def test_an_answer_fits_what_stands_around_it(place: dict[str, Any], mode: str) -> None:
    before, after = place["text"].split("‸")
    truth = place.get("then", before + after)
    wrong = []
    for end, size in _WAYS:
        result = await played(place["language"], (before, after), place["says"], mode, end, size)
        if result != truth.replace("\n", end):
            wrong.append(f"{end!r} {size}: is     {result!r}\n  should {truth!r}")
    assert not wrong, "\n".join(wrong)
