"""Where answers end whatever the server does, and how what it sends is read."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.backends.shared import json_text, limits, sse
from hearth.engine.backends.shared.http import Patience, Site
from hearth.engine.backends.shared.streaming import Stream
from hearth.engine.errors import BackendUnavailable
from hearth.engine.fim import FIM_TEMPLATES, first_stops, stop_strings
from hearth.engine.types import Finished, Piece
from tests.engine.backends.asking import collect
from tests.engine.backends.shared.test_streaming import saying

MARKS = ("<|file_sep|>", "<|fim_pad|>", "</s>", "<|file_separator|>")
SITE = Site("the server", "there", "url", "Is it up?", "")


@given(st.text("<|fi_lesp/adx >", max_size=40), st.sampled_from(("", *MARKS)), st.lists(st.integers(0, 60)))
def test_marks_end_an_answer_however_it_is_cut(text: str, mark: str, cuts: list[int]) -> None:
    whole = f"{text}{mark}behind"
    ends = [place for each in MARKS if (place := whole.find(each)) >= 0]
    places = sorted({0, len(whole), *(min(cut, len(whole)) for cut in cuts)})
    pieces = [whole[start:end] for start, end in pairwise(places)]
    answer = asyncio.run(collect(limits.until(saying(pieces), MARKS)))
    assert (answer.text, answer.reason) == (whole[: min(ends)] if ends else whole, "eog")


@pytest.mark.parametrize("family", FIM_TEMPLATES)
def test_no_family_has_more_than_four_first_stops_and_none_that_is_not_one(family: str) -> None:
    row = FIM_TEMPLATES[family]
    few = first_stops(row)
    assert len(set(few)) == 4 and set(few) <= set(stop_strings(row))
    assert not row.sep or few[0] == row.sep


async def test_an_answer_is_cut_at_what_its_tokens_can_be() -> None:
    closed: list[str] = []
    stream = limits.bounded(lambda: saying(["ab"] * 10_000, closed), 10, Patience(), SITE)
    answer = await collect(stream)
    assert (len(answer.text), answer.reason, closed) == (4096 + 320, "limit", ["closed"])


async def test_a_long_piece_is_handed_on_in_short_ones() -> None:
    pieces = [event async for event in limits.bounded(lambda: saying(["x" * 2000]), 10, Patience(), SITE)]
    texts = [event.text for event in pieces if isinstance(event, Piece)]
    assert "".join(texts) == "x" * 2000 and max(map(len, texts)) <= 256


async def test_the_time_for_an_answer_goes_on_while_it_streams() -> None:
    async def slow() -> Stream:
        while True:
            await asyncio.sleep(0.01)  # too slow for the limit of an answer's length
            yield Piece("x")
        yield Finished("never")

    with pytest.raises(BackendUnavailable, match=r"the server has not finished its answer for 0\.3 seconds"):
        await collect(limits.bounded(slow, 10, Patience(first_token=0.2, token=0.01), SITE))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b'data: {"a":1}\n\ndata: {"a":2}\n\n', [{"a": 1}, {"a": 2}]),
        (b'data:{"a":1}\r\n\r\ndata:{"a":2}\r\n\r\n', [{"a": 1}, {"a": 2}]),
        (b'data: {"a":1}\r\rdata: {"a":2}\r\r', [{"a": 1}, {"a": 2}]),
        (b': hi\nevent: x\ndata: {"a":\ndata: 1}\nid: 4\n\n', [{"a": 1}]),
        (b'data: {"a":1}\ndata: {"a":2}\n', [{"a": 1}, {"a": 2}]),
        (b'data: {"a":1}', [{"a": 1}]),
        (b'\xef\xbb\xbfdata: {"a":1}\n\n', [{"a": 1}]),
        (b'data: {"a":1}\n\ndata: [DONE]\n\ndata: {"a":2}\n\n', [{"a": 1}, None]),
        (b'data: {"a":1}\ndata: [DONE]\n', [{"a": 1}, None]),
        ('data: {"a":"\u2028\x85"}\n\n'.encode(), [{"a": "\u2028\x85"}]),
        (b"data:\n\ndata\n\n\n\n", []),
    ],
)
async def test_events_are_read_however_they_are_cut(sent: bytes, read: Sequence[object], size: int) -> None:
    assert [event async for event in sse.events(_cut(sent, size), json.loads)] == read


async def test_comments_alone_are_not_read_for_ever() -> None:
    async def comments() -> AsyncIterator[bytes]:
        while True:
            yield b": still here\n\n" * 1000

    with pytest.raises(ValueError, match="says nothing"):
        [event async for event in sse.events(comments(), json.loads)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("\udc00", "\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        ("plain", "plain"),
        ("\udc00\ud83d", "\ufffd\ufffd"),
    ],
)
def test_halves_of_characters_are_replaced(text: str, said: str) -> None:
    assert json_text.sound(text) == said
    assert json_text.loaded(json.dumps({text: [text]}).encode()) == {said: [said]}


async def _cut(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]
