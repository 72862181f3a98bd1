from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.context.changes import Change

EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), st.text("xyz", max_size=4)), min_size=1, max_size=8)


@given(st.text("abc", max_size=30), EDITS)
def test_outside_of_the_stretch_the_text_is_the_old_one(text: str, edits: list[tuple[float, int, str]]) -> None:
    old, change = text, None
    for where, length, new_text in edits:
        start = round(where * len(text))
        end = min(len(text), start + length)
        change = (change or Change(old, start, end, 0)).then(start, end, len(new_text))
        text = text[:start] + new_text + text[end:]
    assert change is not None
    assert text[: change.start] == old[: change.start]
    assert text[change.end :] == old[change.end - change.shift :]


def test_a_stretch_may_be_widened() -> None:
    change = Change("known", 5, 7, 1)
    assert change.with_stretch(2, 6) == Change("known", 2, 7, 1)
    assert change.with_stretch(6, 9) == Change("known", 5, 9, 1)
