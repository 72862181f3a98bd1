"""A model that was trained to predict edits: what it is asked, and which of its answers are offered."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from hearth.engine.errors import SettingsError
from hearth.engine.next_edit import trained
from hearth.engine.next_edit.formats import FORMATS, SLOW, Format, format_of, prompt, read
from hearth.engine.next_edit.predictor import Suggestion, rewritten, window
from hearth.engine.next_edit.windows import Size, Window
from hearth.engine.types import Finished, FinishReason, Piece, Priority, RewritePrompt, RewriteRequest
from tests.engine.next_edit.playing import Player, played

SWEEP, ZETA = FORMATS["sweep"], FORMATS["zeta2.1"]
SHOP = "\n".join(
    (
        "def price_of(item):",
        "    return item.price * ⟦RATE→rate_of(item)⟧",
        "",
        "",
        "def weight_of(item):",
        "    return item.weight * RATE",
        "",
        "",
        "def name_of(item):",
        "    return item.name",
        "",
    )
)
WIDE = Size(10, 10, 3, 0)


@dataclass
class Model:
    """Says its pieces with their probabilities; "" where the window is to be said again."""

    pieces: Sequence[tuple[str, float]]
    reason: FinishReason = FinishReason.EOG
    requests: list[RewriteRequest] = field(default_factory=list)
    said: int = 0

    async def generate(self, request: Any) -> AsyncGenerator[Piece | Finished, None]:
        self.requests.append(request)
        for text, probability in self.pieces:
            self.said += 1
            yield Piece(text, probability=probability)
        yield Finished(self.reason)


def asked(player: Player, size: Size = WIDE) -> Window:
    found = window(player.question(), size)
    assert found is not None
    return found


async def offered(player: Player, model: Model, format: Format = SWEEP, size: Size = WIDE) -> Suggestion | None:
    shown = asked(player, size)
    backend: Any = model
    written = await trained.write(backend, format, shown, lambda: True)
    return rewritten(player.question(), shown, written) if written is not None else None


def saying(text: str, probability: float = 1.0) -> Model:
    return Model([(char, probability if index % 7 == 3 else 1.0) for index, char in enumerate(text)])


def after(marked: str, old: str, new: str) -> str:
    text = asked(played("shop.py", marked)).text
    assert old in text
    return text.replace(old, new)


# What is asked.


def test_sweeps_prompt_has_the_form_that_it_was_trained_with() -> None:
    shown = asked(played("shop.py", SHOP), Size(10, 10, 3, 400))
    made = prompt(SWEEP, shown)
    assert made is not None and made.draft == shown.text
    said = "".join(passage.mark + passage.text for passage in made.passages)
    now = shown.text
    before = now.replace("rate_of(item)", "RATE", 1)
    assert said == (
        f"<|file_sep|>project/shop.py\n{now}\n\n"
        "<|file_sep|>project/shop.py.diff\n"
        "original:\n    return item.price * RATE\nupdated:\n    return item.price * rate_of(item)\n"
        f"<|file_sep|>original/project/shop.py\n{before}\n"
        f"<|file_sep|>current/project/shop.py\n{now}\n"
        "<|file_sep|>updated/project/shop.py\n"
    )
    assert [passage.may_go for passage in made.passages] == [True, True, False, False, False]


def test_zetas_prompt_has_one_region_with_the_cursor_in_it() -> None:
    shown = asked(played("shop.py", SHOP), Size(1, 0, 6, 0))
    made = prompt(ZETA, shown)
    assert made is not None
    said = "".join(passage.mark + passage.text for passage in made.passages)
    below = SHOP.split("⟧\n")[1]
    assert said == (
        f"<[fim-suffix]>\n{below}<[fim-prefix]><filename>edit_history\n"
        "--- a/project/shop.py\n+++ b/project/shop.py\n"
        "-    return item.price * RATE\n+    return item.price * rate_of(item)\n\n"
        "<filename>project/shop.py\n<|marker_1|>def price_of(item):\n"
        "    return item.price * rate_of(item)<|user_cursor|><|marker_2|>\n<[fim-middle]>"
    )
    assert made.draft == f"<|marker_1|>{shown.text}<|marker_2|>"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("<|marker_1|>a\nb<|marker_2|>", "a\nb"),
        ("<|marker_1|>a<|user_cursor|>\nb<|marker_2|>\n", "a\nb"),
        ("<|marker_1|><|marker_2|>", ""),
        ("<|marker_1|><|marker_1|>", None),
        ("<|marker_1|>a\nb", None),
        ("a\nb<|marker_2|>", None),
        ("<|marker_1|>", None),
        ("", None),
    ],
)
def test_zetas_answer_is_what_stands_between_its_markers(answer: str, expected: str | None) -> None:
    parts = read(ZETA, answer)
    assert ("".join(answer[start:end] for start, end in parts) if parts else None) == expected


def test_a_window_with_the_formats_own_marks_is_not_asked_about() -> None:
    player = played("shop.py", "a = ⟦1→2⟧\nb = '<|user_cursor|>'\n")
    assert prompt(ZETA, asked(player)) is None and prompt(SWEEP, asked(player)) is not None


def test_braces_of_the_user_are_text() -> None:
    made = prompt(SWEEP, asked(played("a.js", "const a = {path: ⟦1→2⟧, edit: `{window}`}\n")))
    assert made is not None and "{path: 2, edit: `{window}`}" in made.passages[-2].text


def test_keys_and_passwords_are_not_shown() -> None:
    secret = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    player = played("a.py", f'api_key = "{secret}"\nRATE = ⟦1→2⟧\nprint(RATE)\n')
    player.edit("a.py", "api_key", "the_key")
    made = prompt(SWEEP, asked(player))
    assert made is not None
    assert secret not in made.draft and not any(secret in passage.text for passage in made.passages)


def test_the_window_is_whole_lines_around_the_cursor_and_begins_with_text() -> None:
    text = "".join(f"line_{number}\n" for number in range(40))
    player = played("a.py", text.replace("line_20", "⟦line_20→changed⟧").replace("line_18\n", "\n"))
    shown = asked(player, SLOW)
    lines = shown.text.split("\n")
    assert lines[:2] == ["line_19", "changed"] and lines[-1] == "line_25", "two above, one of which is empty"
    assert asked(player, Size(100, 100, 1, 0)).text == player.documents["a.py"].text.rstrip("\n")


def test_lines_that_are_too_long_are_no_window() -> None:
    assert window(played("a.py", f"a = ⟦1→2⟧\nb = '{'x' * 4000}'\n").question(), SLOW) is None


def test_nothing_is_asked_where_nothing_would_be_shown() -> None:
    assert window(played("a.py", "a = 1\n").question(), SLOW) is None
    player = played("a.py", "a = ⟦1→2⟧\n")
    player.apply("a.py", 4, 5, "1")
    assert window(player.question(), SLOW) is None, "typed and mended"
    unfinished = played("a.py", "a = ⟦1→f(⟧\nb = 2\n")
    assert window(unfinished.question(), SLOW) is None


def test_the_name_of_a_model_says_how_it_is_asked() -> None:
    for name in ("sweep-next-edit-1.5b", "/models/sweep-next-edit-0.5b.q8_0.gguf", "hf:x/Sweep-v2-7B-GGUF/a.gguf"):
        assert format_of(name) is SWEEP
    for name in ("zeta-2.1-Q4_K_M.gguf", "~/zeta_2_1.gguf", "zeta2.1.gguf"):
        assert format_of(name) is ZETA
    for name in ("zeta-2-Q4.gguf", "qwen2.5-coder-0.5b"):
        with pytest.raises(SettingsError, match=r"sweep, zeta-2\.1"):
            format_of(name)


# What is offered.


async def test_the_line_that_the_model_changes_is_the_next_edit() -> None:
    player = played("shop.py", SHOP)
    text = after(SHOP, "weight * RATE", "weight * rate_of(item)")
    model = saying(text)
    found = await offered(player, model)
    assert found is not None
    assert (found.old, found.text) == ("    return item.weight * RATE", "    return item.weight * rate_of(item)")
    assert found.title == "Change to return item.weight * rate_of(item)" and found.left == 0
    (request,) = model.requests
    assert request.priority == Priority.WARM_UP and isinstance(request.prompt, RewritePrompt)


async def test_of_two_changes_the_nearest_below_comes_first_and_the_other_is_left() -> None:
    text = after(SHOP, "weight * RATE", "weight * rate_of(item)").replace("item.name", "item.name()")
    found = await offered(played("shop.py", SHOP), saying(text))
    assert found is not None and "weight" in found.text and found.left == 1


async def test_lines_come_and_go_with_the_documents_own_line_ends() -> None:
    marked = SHOP.replace("\n", "\r\n")
    for old, new in (
        ("\n    return item.name", "\n    check(item)\n    return item.name"),
        ("\n    return item.weight * RATE", "\n    weight = item.weight\n    return weight * RATE"),
        ("def name_of(item):\n    return item.name", "name_of = None"),
        ("    return item.name", "    return item.name\n\n\nprint(name_of)"),
    ):
        player = played("shop.py", marked)
        text = asked(player).text
        found = await offered(player, saying(text.replace(old, new)))
        assert text != text.replace(old, new) and found is not None
        document = player.documents["shop.py"]
        player.accept(found)
        assert document.text.count("\n") == document.text.count("\r\n")
        assert document.text.replace("\r\n", "\n").rstrip("\n") == text.replace(old, new)


async def test_a_line_that_goes_is_gone() -> None:
    marked = SHOP.replace("    return item.weight", "    print(1)\n    return item.weight")
    player = played("shop.py", marked)
    found = await offered(player, saying(asked(player).text.replace("    print(1)\n", "")))
    assert found is not None and (found.old, found.text) == ("    print(1)\n", "")


async def test_a_window_that_stays_is_no_edit() -> None:
    player = played("shop.py", SHOP)
    assert await offered(player, saying(asked(player).text)) is None
    assert await offered(player, saying(asked(player).text + "\n")) is None


async def test_what_the_model_is_not_sure_of_is_not_written_to_its_end() -> None:
    text = after(SHOP, "weight * RATE", "weight * rate_of(item)")
    sure, doubtful = saying(text, 0.9), saying(text, 0.5)
    assert await offered(played("shop.py", SHOP), sure) is not None
    assert await offered(played("shop.py", SHOP), doubtful) is None
    assert doubtful.said < len(text) - 40


async def test_doubt_about_one_change_says_nothing_of_another() -> None:
    text = after(SHOP, "weight * RATE", "weight * rate_of(item)").replace("item.name", "item.title")
    at = text.index("item.title")
    model = Model([(char, 0.6 if at <= index < at + 10 else 1.0) for index, char in enumerate(text)])
    found = await offered(played("shop.py", SHOP), model)
    assert found is not None and "weight" in found.text and found.left == 0


async def test_an_answer_that_did_not_end_by_itself_is_not_used() -> None:
    text = after(SHOP, "weight * RATE", "weight * rate_of(item)")
    model = Model([(text, 1.0)], FinishReason.LENGTH)
    assert await offered(played("shop.py", SHOP), model) is None
    assert await offered(played("shop.py", SHOP), Model([(text[:120], 1.0)])) is None, "it ends early"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("price * rate_of(item)", "price * RATE"),  # what the user has just changed
        ("return item.weight * RATE", "return item.weight  *  RATE"),  # blanks
        ("\n\n\ndef name_of", "\n\ndef name_of"),
        ("return item.weight * RATE", "return item.weight * RATE)"),  # an error
        (
            "def weight_of(item):\n    return item.weight * RATE\n\n\ndef name_of(item):\n    return item.name",
            "x = 1",
        ),
    ],
)
async def test_what_would_be_a_nuisance_is_not_offered(old: str, new: str) -> None:
    assert await offered(played("shop.py", SHOP), saying(after(SHOP, old, new))) is None


async def test_a_comment_by_itself_is_not_offered() -> None:
    text = after(SHOP, "    return item.weight", "    # by its weight\n    return item.weight")
    assert await offered(played("shop.py", SHOP), saying(text)) is None


async def test_what_stands_below_the_window_is_not_offered_again() -> None:
    marked = "a = ⟦1→2⟧\nb = 2\nc = 3\nd = 4\n"
    player = played("a.py", marked)
    assert await offered(player, saying("a = 2\nb = 2\nc = 3"), size=Size(0, 1, 1, 0)) is None


async def test_rejected_it_is_not_offered_again() -> None:
    player, model = played("shop.py", SHOP), saying(after(SHOP, "weight * RATE", "weight * rate_of(item)"))
    found = await offered(player, model)
    assert found is not None
    player.next_edits.declined(player.next_edits.offer(found), "rejected")
    assert window(player.question(), WIDE) is None
    player.edit("shop.py", "item.name", "item.label")
    shown = asked(player)
    text = shown.text.replace("weight * RATE", "weight * rate_of(item)")
    assert await offered(player, saying(text)) is None


async def test_nothing_is_written_that_nobody_waits_for() -> None:
    shown = asked(played("shop.py", SHOP))
    model: Any = saying(shown.text)
    assert await trained.write(model, SWEEP, shown, lambda: False) is None
    assert model.said <= 1


async def test_a_secret_in_the_changed_line_is_left_alone() -> None:
    secret = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    player = played("a.py", f'RATE = ⟦1→2⟧\napi_key = "{secret}"\nprint(RATE)\n')
    shown = asked(player)
    changed = shown.text.replace("api_key = ", "the_key = ")
    assert changed != shown.text and await offered(player, saying(changed)) is None


async def test_zetas_answer_becomes_the_same_edit() -> None:
    text = after(SHOP, "weight * RATE", "weight * rate_of(item)")
    at = text.index("weight * rate")
    answer = f"<|marker_1|>{text[:at]}<|user_cursor|>{text[at:]}<|marker_2|>\n"
    found = await offered(played("shop.py", SHOP), saying(answer), ZETA)
    assert found is not None and found.text == "    return item.weight * rate_of(item)"
    assert await offered(played("shop.py", SHOP), saying("<|marker_1|><|marker_1|>"), ZETA) is None
