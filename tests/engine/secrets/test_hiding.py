"""Stand-ins: as long as the secret, one for each, and the way back."""

import pytest

from hearth.engine.secrets.hiding import count, hidden, restored, seen_by_model, seen_near, stand_ins
from tests.engine.secrets.examples import BLOCKS, ISSUED, NAMED, PLAIN, any_of

ALL = [
    *(f'k = "a\\n{example}\\nb"' for _, example in ISSUED),
    *(f'k = "{example}"' for _, example in ISSUED),
    *(text for text, _ in NAMED),
    *BLOCKS,
]


@pytest.mark.parametrize("text", ALL)
def test_every_offset_and_line_holds_and_the_way_back_is_exact(text: str) -> None:
    text = f"a = 1\r\n{text}\nb = 2\n"
    seen = seen_by_model(text)
    assert seen != text
    assert [len(line) for line in seen.split("\n")] == [len(line) for line in text.split("\n")]
    assert restored(seen, text) == text
    assert seen_by_model(seen) is seen


def test_two_keys_of_one_length_have_different_stand_ins_and_one_key_always_the_same() -> None:
    keys = [any_of(PLAIN, 40) for _ in range(300)]
    seen = {key: seen_by_model(f'token = "{key}"') for key in keys}
    assert len(set(seen.values())) == len(set(keys))
    assert all(seen_by_model(f'other_token = "{key}"').endswith(seen[key][-20:]) for key in keys)


def test_short_ones_are_different_too_and_no_words_of_the_text() -> None:
    passwords = [f"pw{number:03d}x" for number in range(900)]
    text = "\n".join(f'password = "{password}"' for password in passwords)
    seen = seen_by_model(text)
    assert len(set(stand_ins(seen))) == 900
    assert restored(seen, text) == text


def test_a_stand_in_says_what_it_is() -> None:
    assert '"hidden' in seen_by_model(f'token = "{any_of(PLAIN, 30)}"')


def test_what_belongs_to_another_text_is_not_restored() -> None:
    text = f'token = "{any_of(PLAIN, 30)}"'
    assert restored(seen_by_model(text), "another file") == seen_by_model(text)


def test_letters_of_other_scripts_keep_their_places() -> None:
    text = 'é = 1\npassword = "pässwörd9"\nü = "密码"\n'
    seen = seen_by_model(text)
    assert len(seen) == len(text)
    assert "pässwörd9" not in seen
    assert restored(seen, text) == text


def test_a_text_without_secrets_is_the_very_same_object_and_nothing_counts() -> None:
    text = "def area(radius):\n    return radius**2\n"
    assert hidden(text).text is text
    assert count(text) == 0
    assert count(f'token = "{any_of(PLAIN, 30)}"') == 1


def test_an_edit_of_a_long_text_hides_the_same_as_the_text_anew() -> None:
    key = any_of(PLAIN, 40)
    text = "x = 1\n" * 2000 + f'token = "{key}"\n' + "y = 2\n" * 2000
    seen = seen_by_model(text)
    for added in ("#", f"# {key[:3]}", 'password = "Xk29fjq3Lm81"\n'):
        edited = text[:6000] + added + text[6000:]
        again = seen_by_model(edited)
        assert key not in again and "Xk29fjq3Lm81" not in again
        assert again.endswith(seen[-300:])


KEY = "ghp_" + any_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789", 36)


@pytest.mark.parametrize("shift", [0, 1, 50_000, 99_999])
def test_in_a_very_long_text_what_is_near_is_hidden_and_every_offset_holds(shift: int) -> None:
    secret = f'token = "{KEY}"\n'
    text = "x" * shift + "\n" + "value = 1\n" * 100_000 + secret + "value = 2\n" * 100_000
    at = text.index("token")
    seen = seen_near(text, at - 5_000, at + 5_000)
    assert len(seen) == len(text) and secret not in seen
    begin, stop = at - 50_000, at + 50_000
    assert seen[begin:stop] == seen_by_model(text[begin:stop])
    assert seen[:begin] == text[:begin] and seen[stop:] == text[stop:]


def test_a_text_of_usual_length_is_looked_through_as_a_whole() -> None:
    text = f'token = "{KEY}"\n' + "value = 1\n" * 50_000
    assert seen_near(text, 400_000, 400_100) == seen_by_model(text)
