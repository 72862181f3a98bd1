"""From logits to tokens and from tokens to text."""

import numpy as np
import pytest

from hearth.engine.host.alternatives import Alternatives
from hearth.engine.host.decoding import END, Choice, Decoded, Picker, Run, TextDecoder
from hearth.engine.host.healing import Vocabulary

EURO = "€".encode()
PIECES = [b"ret", b"return", b" x", b"", EURO[:1], EURO[1:], b"re"]
VOCABULARY = Vocabulary(PIECES)
ENDS = np.array([3], dtype=np.int64)


def picked(wanted: bytes = b"", **logits: float) -> Choice:
    """The choice where the tokens `t0`, `t1`, … have these logits, and all others very low ones."""
    values = np.full(len(PIECES), -30.0, dtype=np.float32)
    for name, value in logits.items():
        values[int(name[1:])] = value
    return Picker(VOCABULARY, ENDS).pick(values, wanted)


def choice(token: int, second: int | None = None) -> Choice:
    return Choice(token, 0.5, 0.1, second, 0.25)


def test_the_most_probable_token_is_chosen_and_the_second_is_told() -> None:
    found = picked(t1=2.0, t2=1.0)
    assert (found.token, found.second) == (1, 2)
    assert found.probability > found.second_probability > found.ending


def test_an_end_that_is_more_probable_than_any_token_is_the_end() -> None:
    assert picked(t1=1.0, t3=2.0).token == END
    assert picked(t1=2.0, t3=1.0).token == 1


def test_what_must_be_spelled_comes_first_however_improbable() -> None:
    assert picked(b"re", t2=9.0, t0=1.0, t1=0.5).token == 0
    assert picked(b"no such word", t2=9.0).token == END


def test_the_alternative_is_read_at_the_same_place_as_the_text() -> None:
    """Both begin behind the healed bytes, and the second has moved nothing on."""
    text = TextDecoder(VOCABULARY, b"re")
    assert text.decoded(choice(1, second=0))[1:3] == ("turn", "t")
    assert text.decoded(choice(2, second=1))[1:3] == (" x", "return")


def test_healed_bytes_may_be_spelled_by_several_tokens() -> None:
    text = TextDecoder(VOCABULARY, b"retre")
    assert [text.decoded(choice(token)).text for token in (0, 1)] == ["", "turn"]


def test_half_a_character_waits_for_the_other_half_and_has_no_alternative() -> None:
    text = TextDecoder(VOCABULARY)
    assert text.decoded(choice(4, second=2))[1:3] == ("", " x")
    assert text.decoded(choice(5, second=2))[1:3] == ("€", "")
    assert text.decoded(choice(2, second=4))[1:3] == (" x", "")


def test_the_probability_of_several_lines_is_the_mean_of_one() -> None:
    run = Run(1, 0)
    for _ in range(2):
        run.add(generated=1, probability=0.5)
    assert run.probability_of("a\nb") == pytest.approx(0.5)
    assert run.take_probability("a") == pytest.approx(0.25)
    assert run.take_probability("a") == 1.0
    assert run.usage.generated_tokens == 2


def test_a_beginning_of_what_was_said_is_no_alternative() -> None:
    found = Alternatives()
    found.note("", Decoded(1, "return", "re", 0.5, 0.25, 0.0))
    found.note("return", Decoded(2, " x", " y", 0.5, 0.25, 0.0))
    assert [(each.text, each.probability) for each in found.within(10)] == [("return y", 0.125)]
    assert found.within(6) == ()
