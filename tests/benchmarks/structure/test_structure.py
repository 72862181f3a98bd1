"""The benchmark of structure on the small samples: no right answer damages what it is accepted into."""

import pytest

from tests.benchmarks.structure import files
from tests.benchmarks.structure.places import KINDS
from tests.benchmarks.structure.run import played, told
from tests.benchmarks.structure.typed import Editor, chosen_lines, typed

_TRIES = 8  # of each language and kind


@pytest.mark.parametrize("kind", KINDS)
async def test_a_right_answer_damages_nothing(kind: str) -> None:
    tries = await played(files.samples(), _TRIES, seed=1, kinds=(kind,))
    assert tries
    damaged = [one for one in tries if one.verdict.damage]
    assert not damaged, f"{len(damaged)} of {len(tries)}\n" + "\n".join(told(one) for one in damaged[:3])
    nothing = [one for one in tries if one.verdict.shown == "nothing"]
    assert len(nothing) <= 0.02 * len(tries), "\n".join(told(one) for one in nothing[:3])


async def test_what_is_typed_key_by_key_is_never_damaged() -> None:
    done = [await typed(*line) for line in chosen_lines(files.samples(), keys=40, seed=1)]
    damaged = [one for each in done for one in each.tries if one.verdict.damage]
    assert not damaged, "\n".join(told(one) for one in damaged[:3])


def test_the_editor_closes_steps_over_and_breaks_lines_between_brackets() -> None:
    file = next(file for file in files.samples() if file.language == "typescript")
    start, end = file.text.index("return {\n"), file.text.index("}", file.text.index("return {\n")) + 1
    editor = Editor(file, end, file.text[:start] + file.text[end:], start)
    seen = []
    while editor.reached < end:
        editor.press()
        seen.append(f"{editor.text[start : editor.reached]}‸{editor.closed}")
    assert "return {‸}" in seen
    assert "return {\n    ‸\n  }" in seen
    assert editor.text == file.text
