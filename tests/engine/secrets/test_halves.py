"""A key that is being typed."""

import pytest

from hearth.engine.secrets.halves import is_being_typed
from hearth.engine.secrets.kinds import ROWS
from tests.engine.secrets.examples import ISSUED

GITHUB = next(example for name, example in ISSUED if name == "a GitHub token")


def sign_of(key: str) -> str:
    return max((sign for row in ROWS for sign in row.signs if key.startswith(sign)), key=len, default="")


# Those whose first characters say what they are; where that is little, letters and digits have to be mixed.
TYPED = [example for _, example in ISSUED if len(sign_of(example)) > 2 and "/" not in sign_of(example)]

AMBIGUOUS = {
    sign
    for row in ROWS
    for sign in row.signs
    if row.mixed or len(sign) < 4 or (sign.isalnum() and "a-z" in row.chars)
}


@pytest.mark.parametrize("key", TYPED)
@pytest.mark.parametrize("form", ['x = call("{}', "x = {}", "# {}", 'x = "a\\n{}'])
def test_from_the_eighth_character_on_a_key_is_known(key: str, form: str) -> None:
    for length in range(len(sign_of(key)) + 8, len(key) + 1):
        typed = key[len(sign_of(key)) : length]
        if sign_of(key) in AMBIGUOUS and (len(typed) < 16 or not any(map(str.isdigit, typed))):
            continue
        text = "a = 1\n" + form.format(key[:length])
        assert is_being_typed(text, len(text)), text
        assert is_being_typed(text + '"\nb = 2\n', len(text)), text


def test_there_are_many_that_are_known_so() -> None:
    assert len(TYPED) >= 90


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ('password = "h', "python"),
        ('password = "hunter', "python"),
        ("const apiKey: string = 'ab", "typescript"),
        ('{"client_secret": "ab', "json"),
        ('connect(host, token="abc', "python"),
        ('#define DB_PASSWORD "ab', "c"),
        ("db_password: hun", "yaml"),
        ("export API_TOKEN=abc", "bash"),
        ('url = "postgres://shop:hun', "python"),
    ],
)
def test_the_value_of_a_secret_name_is_known_from_its_first_character(text: str, language: str) -> None:
    assert is_being_typed(f"a = 1\n{text}", len(text) + 6, language)
    assert is_being_typed(f"a = 1\n{text}\nb = 2\n", len(text) + 6, language)


def test_the_middle_of_a_key_is_in_it_and_behind_its_quote_is_not() -> None:
    text = f'x = "{GITHUB}"'
    assert is_being_typed(text, 20)
    assert is_being_typed(text, len(text) - 1)
    assert not is_being_typed(text, len(text))
    assert not is_being_typed(text, 3)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "python"),
        ("password = ", "python"),
        ('password = "', "python"),
        ('password = f"{', "python"),
        ('password = "${', "bash"),
        ("password = os.environ[", "python"),
        ("token = tokens.ne", "python"),
        ("token: Tok", "python"),
        ('x = "sk-learn-mod', "python"),
        (".sk-button-prim", "css"),
        ("import hf_hub_downl", "python"),
        ("pathlib.Path", "python"),
        ("patterns.Match2x", "python"),
        ("MTU_default_1500", "python"),
        ('password = "a1b2c3"\nreturn ', "python"),
        ('password = "a1b2c3"; x = ', "javascript"),
        ('help = "the password is wro', "python"),
        ("http://localhost:80", "python"),
        ("token: $", "yaml"),
        ("key: abc", "yaml"),
        ("def get_token(self, na", "python"),
    ],
)
def test_where_no_key_is_typed_everything_is_completed(text: str, language: str) -> None:
    assert not is_being_typed(f"a = 1\n{text}", len(text) + 6, language)
