"""Each kind of key is known wherever it stands, and nothing that only resembles one."""

import pytest

from hearth.engine import logs
from hearth.engine.secrets.finding import find
from hearth.engine.secrets.hiding import kind_in, seen_by_model
from hearth.engine.secrets.kinds import ROWS
from tests.engine.secrets.examples import BLOCKS, INNOCENT, ISSUED, NAMED

PLACES = (
    'x = call("{}", 1)\n',
    "{}",
    "see {}.\n",
    "- run: tool {}\n",
    'text = "a\\n{}\\nb"\n',
    "https://x.example/?a={}&b=1",
    "https://x.example/v1/{}/end",
    "body=%22{}%22&b=1",
    "\x1b[1;31m{}\x1b[0m",
    "@@ -1 +1 @@\n-{}\n",
    "@@ -1 +1 @@\n+{}\n",
    "密钥：{}。",
    "\u200b{}\u202e\0",
    "| key | {} |\r\n",
)


def secret_of(example: str) -> str:
    """The longest run of an example that nobody else may see."""
    spans = find(f'x = call("{example}", 1)\n')
    return max((f'x = call("{example}", 1)\n'[span.start : span.end] for span in spans), key=len, default=example)


def test_every_row_has_an_example_and_there_are_many() -> None:
    names = {row.name for row in ROWS}
    assert names == {name for name, _ in ISSUED}
    assert len(names) >= 100


@pytest.mark.parametrize(("name", "example"), ISSUED)
def test_an_issued_key_is_known_by_its_kind(name: str, example: str) -> None:
    text = f'x = call("{example}", 1)\n'
    assert kind_in(text) == name
    seen = seen_by_model(text)
    assert len(seen) == len(text)
    assert secret_of(example) not in seen
    assert secret_of(example) not in logs.redacted(text)


@pytest.mark.parametrize("place", PLACES)
def test_an_issued_key_is_hidden_wherever_it_stands(place: str) -> None:
    seen = {example: seen_by_model(place.format(example)) for _, example in ISSUED}
    assert [example for example, text in seen.items() if secret_of(example) in text] == []


@pytest.mark.parametrize("example", [example for _, example in ISSUED if "://" not in example])
def test_a_key_that_was_cut_is_kept_from_logs(example: str) -> None:
    cut = example[: 2 * len(example) // 3]
    if len(cut) < 14:
        return
    assert cut not in logs.redacted(f"token={cut}")


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("form", ["{}", "    '''\n    {}\n    '''", '{{"key": "{}"}}'])
def test_the_lines_of_a_private_key_are_hidden(block: str, form: str) -> None:
    written = form.format(block.replace("\n", "\\n") if '"' in form else block)
    text = f"a = 1\n{written}\nb = 2\n"
    seen = seen_by_model(text)
    lines = [line for line in block.split("\n") if len(line) == 64]
    assert len(lines) == 4
    assert [line for line in lines if line in seen] == []
    assert seen.startswith("a = 1\n") and seen.endswith("b = 2\n")
    assert seen.count("\n") == text.count("\n")


@pytest.mark.parametrize(("text", "secret"), NAMED)
def test_a_value_is_known_by_what_stands_in_front_of_it(text: str, secret: str) -> None:
    seen = seen_by_model(f"a = 1\n{text}\nb = 2\n")
    assert secret not in seen
    assert len(seen) == len(text) + 13
    assert secret not in logs.redacted(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_ordinary_text_holds_no_key(text: str) -> None:
    assert seen_by_model(text) is text
    assert kind_in(text) is None


def test_a_name_is_read_by_its_words() -> None:
    value = "Xk29" + "fjq3Lm81"
    for name in ("password", "DB_PASSWORD", "dbPassword", "x-api-key", "apiKey", "clientSecret", "auth_token_2"):
        assert value not in seen_by_model(f'{name} = "{value}"')
    for name in ("passwordless", "tokenizer", "secretary", "api_keyboard", "monkey", "compass", "authored_by"):
        assert value in seen_by_model(f'{name} = "{value}"')
