import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.lsp_server import framing

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


def read(body: str) -> Any:
    data = body.encode()
    return json.loads(framing.BoundedInput(io.BytesIO(data)).read(len(data)))


@pytest.mark.parametrize("open, close", [("[", "]"), ('{"a":', "}"), ('[{"[":', "}]")])
@pytest.mark.parametrize("depth", [10_000, 50_000])
def test_a_message_nested_too_deeply_is_read_without_what_is_too_deep(open: str, close: str, depth: int) -> None:
    deep = open * depth + "1" + close * depth
    message = read(f'{{"id": 1, "params": [{deep}, "]]}}}}", {deep}], "method": "initialize"}}')
    assert (message["id"], message["method"], message["params"][1]) == (1, "initialize", "]]}}")
    assert "null" in json.dumps(message)


@pytest.mark.parametrize(
    "number", ["1" * 5_000, "-1." + "2" * 5_000, "9" * 5_000 + ".5e-7", "0." + "0" * 9_000 + "e1"]
)
def test_a_number_of_thousands_of_digits_is_null(number: str) -> None:
    assert read(f'{{"a": {number}, "b": [{number}], "c": "{"1" * 5_000}"}}') == {
        "a": None,
        "b": [None],
        "c": "1" * 5_000,
    }


@given(any_json)
def test_any_other_message_stays_as_it_is(value: Any) -> None:
    body = json.dumps(value).encode()
    assert framing.readable(body) == body


def test_text_with_many_brackets_stays_as_it_is() -> None:
    text = '"[{\\' * 10_000
    assert read(json.dumps({"text": text})) == {"text": text}
