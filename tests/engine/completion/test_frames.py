from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.completion.frames import MAX_TYPED, Budget, Frame, frame_at
from hearth.engine.text import CHARS_PER_TOKEN
from hearth.engine.types import Snapshot

BUDGET = Budget(prefix=200, suffix=50)


def at(marked: str, budget: Budget = BUDGET) -> tuple[Frame, str, int]:
    offset = marked.index("‸")
    text = marked.replace("‸", "")
    return frame_at(text, offset, budget), text, offset


def typed(frame: Frame, marked: str) -> str | None:
    offset = marked.index("‸")
    return frame.typed(marked.replace("‸", ""), offset)


def test_the_head_of_the_line_counts_as_typed() -> None:
    frame, text, offset = at("a = 1\nb = ‸\nc = 3\n")
    assert (frame.above, frame.below, frame.typed(text, offset)) == ("a = 1\n", "\nc = 3\n", "b = ")


def test_typing_enter_and_backspace_stay_in_the_frame() -> None:
    frame, _, _ = at("a = 1\nb = ‸\nc = 3\n")
    assert typed(frame, "a = 1\nb = f(x)\n    y‸\nc = 3\n") == "b = f(x)\n    y"
    assert typed(frame, "a = 1\n‸\nc = 3\n") == ""


def test_brackets_that_the_editor_closes_stay_in_the_frame() -> None:
    frame, _, _ = at("a = 1\nb = ‸\nc = 3\n")
    assert typed(frame, "a = 1\nb = f(‸)\nc = 3\n") == "b = f("
    assert typed(frame, "a = 1\nb = {\n    ‸\n}\nc = 3\n") == "b = {\n    "


def test_closing_brackets_right_of_the_cursor_belong_to_the_answer() -> None:
    frame, _, _ = at("b = f(‸)\nc = 3\n")
    assert frame.below == "\nc = 3\n"
    assert typed(frame, "b = f(x)‸\nc = 3\n") == "b = f(x)"


def test_edits_outside_and_cursors_elsewhere_make_it_stale() -> None:
    frame, _, _ = at("a = 1\nb = ‸\nc = 3\n")
    assert typed(frame, "a = 2\nb = ‸\nc = 3\n") is None
    assert typed(frame, "a = 1\nb = ‸\nc = 4\n") is None
    assert typed(frame, "a = 1‸\nb = \nc = 3\n") is None
    assert typed(frame, "a = 1\nb = \nc‸ = 3\n") is None
    assert typed(frame, "a = 1\nb = " + "x" * MAX_TYPED + "‸\nc = 3\n") is None


def test_window_starts_move_in_steps() -> None:
    lines = [f"line_{number:03} = {number}\n" for number in range(300)]
    text = "".join(lines)
    starts = set()
    for at_line in range(200, 230):
        frame = frame_at(text, sum(map(len, lines[:at_line])), BUDGET)
        starts.add(len(frame.left) - len(frame.above))
    assert len(starts) <= 4


@given(st.text("ab\n", max_size=3000), st.integers(0, 3000))
def test_windows_fit_their_budget_and_are_parts_of_the_text(text: str, where: int) -> None:
    offset = min(where, len(text))
    frame = frame_at(text, offset, BUDGET)
    assert len(frame.above) <= BUDGET.prefix * CHARS_PER_TOKEN
    assert len(frame.below) <= BUDGET.suffix * CHARS_PER_TOKEN
    assert frame.left.endswith(frame.above) and frame.right.startswith(frame.below)
    head = frame.typed(text, offset)
    assert head is None or frame.left + head == text[:offset]


def test_keys_in_the_text_are_crossed_out_of_the_prompt_and_kept_for_comparison() -> None:
    key = "AKIA" + "ABCDEFGH12345678"
    text = f'a = "{key}"\nb = "{key}"\n\nc = "{key}"\n'
    offset = text.index("\n\n")
    frame = frame_at(text, offset, Budget(prefix=100, suffix=100))
    typed = frame.typed(text, offset)
    assert typed == f'b = "{key}"'
    prompt = frame.prompt(typed)
    assert key not in prompt.above + prompt.typed + prompt.below
    assert len(prompt.above) == len(f'a = "{key}"\n')


def test_a_private_key_that_the_window_cuts_is_crossed_out_too() -> None:
    body = "".join(f"MIIEpAIBAAKCAQEA{number:04}\n" for number in range(40))
    text = f"-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\nx = 1\n"
    frame = frame_at(text, len(text), Budget(prefix=100, suffix=100))
    assert "MIIE" not in frame.above
    assert "x = 1" in frame.above


def test_of_a_long_line_the_model_sees_what_stands_left_of_the_cursor() -> None:
    sentence = "Green tea is made of leaves that are heated soon after the harvest. "
    text = f"# Tea\n\n{20 * sentence}Black tea is \n"
    offset = len(text) - 1
    frame = frame_at(text, offset, BUDGET)
    typed = frame.typed(text, offset)
    assert typed is not None and typed.endswith("Black tea is ")
    assert typed.startswith("Green tea") and len(typed) < 400
    assert frame.above and (sentence + typed).startswith(sentence) and text[:offset].endswith(frame.above + typed)


def test_a_long_line_without_borders_is_cut_somewhere() -> None:
    text = "x" * 3000
    frame = frame_at(text, 2500, BUDGET)
    assert frame.above + (frame.typed(text, 2500) or "") == text[2500 - len(frame.above) - 300 : 2500]


def test_a_long_line_is_not_cut_inside_a_key() -> None:
    key = "AKIA" + "ABCDEFGH12345678"
    for before in range(280, 310):
        text = "y" * 600 + f'"{key}"' + "y" * before
        frame = frame_at(text, len(text), BUDGET)
        prompt = frame.prompt(frame.typed(text, len(text)) or "")
        assert "ABCDEFGH" not in prompt.above + prompt.typed and "12345678" not in prompt.above + prompt.typed


def test_the_closing_line_below_the_cursor_is_shown_and_what_an_editor_closed_is_not() -> None:
    text = "f(() => {\n  g()\n});\nh()\n"
    assert frame_at(text, text.index("});"), BUDGET).below.startswith("});")
    assert frame_at("x = f()\ny\n", 6, BUDGET).below == "\ny\n"


def test_what_stands_above_in_other_cells_is_the_text_above_and_no_part_of_the_window() -> None:
    frame = frame_at("b = 2\nc = \n", 10, BUDGET, before="a = 1\n\n")
    assert (frame.above, frame.lead, frame.window) == ("a = 1\n\nb = 2\n", 7, (0, 7))
    same = Snapshot("cell", "b = 2\nc = 3\n", above="a = 1\n\n")
    assert frame.typed_in(same, 11) == "c = 3"
    assert frame.typed_in(replace(same, above="a = 2\n\n"), 11) is None


def test_of_much_text_above_the_nearest_whole_lines_are_shown_where_there_is_room() -> None:
    before = "".join(f"line_{number} = {number}\n" for number in range(1000))
    most = int(BUDGET.prefix * CHARS_PER_TOKEN)
    frame = frame_at("x = ", 4, BUDGET, before=before)
    assert before.endswith("\n" + frame.above) and most // 2 < len(frame.above) <= most
    own = "y = 1\n" * most
    assert frame_at(own, len(own), BUDGET, before=before).lead == 0
