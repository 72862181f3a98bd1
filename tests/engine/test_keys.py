"""Each key format is known to prompts and to logs. No example stands here whole, so no scanner minds the file."""

import pytest

from engine import logs
from engine.context.secrets import masked, secret_in
from engine.keys import KEY_FORMATS

# In the order of the table.
EXAMPLES = (
    "-----BEGIN EC PRIV" + "ATE KEY-----\nMIIBOgIBAAJB\n-----END EC PRIV" + "ATE KEY-----",
    "AK" + "IA" + "ABCDEFGH" * 2,
    "AS" + "IA" + "ABCDEFGH" * 2,
    "gh" + "o_" + "a1" * 18,
    "github" + "_pat_" + "a1_" * 14,
    "gl" + "pat-" + "aB3-" * 5,
    "xo" + "xe-" + "aB3-" * 5,
    "rk" + "_live_" + "aB3" * 8,
    "AI" + "za" + "aB3-_" * 7,
    "GOC" + "SPX-" + "aB3-" * 5,
    "sk" + "-ant-" + "aB3" * 14,
    "np" + "m_" + "aB3" * 12,
    "py" + "pi-AgE" + "aB3-_" * 10,
    "hf" + "_" + "aB" * 17,
    "S" + "G." + "a" * 22 + "." + "b" * 43,
    "dop" + "_v1_" + "ab12" * 16,
    "Account" + "Key=" + "aB3/" * 20,
    "ey" + "JhbGciOiJIUzI1" + ".ey" + "JzdWIiOiIxMjM0" + "." + "c2lnbmF0dXJl",
)


@pytest.mark.parametrize(("number", "example"), enumerate(EXAMPLES))
def test_a_key_is_kept_from_models_and_from_logs(number: int, example: str) -> None:
    text = f'key = "{example}"\n'
    assert secret_in(text) == KEY_FORMATS[number].kind
    assert set(masked(text).removeprefix('key = "').removesuffix('"\n')) <= set("x\n ")
    assert logs.redacted(f"it said {example} and went") == "it said [redacted] and went"


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_key_that_was_cut_is_kept_from_logs_too(example: str) -> None:
    cut = example[: 2 * len(example) // 3]
    assert logs.redacted(f"it said {cut}") == "it said [redacted]"


def test_every_format_has_an_example() -> None:
    assert len(EXAMPLES) == len(KEY_FORMATS)
