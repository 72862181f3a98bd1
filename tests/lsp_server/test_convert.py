from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import Position, PositionEncodingKind

from hearth.engine.context.documents import Document
from hearth.lsp_server import convert

TEXT = "a\u00e9\u6f22\U0001f600b\r\n\n\tlast"
texts = st.text(st.sampled_from("ab\n\r\t\u00e9\u6f22\U0001f600\u2028\x0c"), max_size=60)
encodings = st.sampled_from(list(PositionEncodingKind))


def document(text: str) -> Document:
    return Document("file:///a.py", text)


def test_columns_count_code_units_of_the_encoding() -> None:
    behind_emoji = TEXT.index("b")
    columns = {
        encoding: convert.position_at(document(TEXT), behind_emoji, encoding).character
        for encoding in PositionEncodingKind
    }
    assert columns == {
        PositionEncodingKind.Utf8: 1 + 2 + 3 + 4,
        PositionEncodingKind.Utf16: 1 + 1 + 1 + 2,
        PositionEncodingKind.Utf32: 4,
    }


def test_positions_outside_the_text_are_moved_inside() -> None:
    for position, offset in [(Position(0, 99), 5), (Position(99, 0), len(TEXT)), (Position(1, 3), 7)]:
        assert convert.offset_at(document(TEXT), position, PositionEncodingKind.Utf16) == offset


@given(texts, st.data(), encodings)
def test_offsets_survive_the_way_there_and_back(
    text: str, data: st.DataObject, encoding: PositionEncodingKind
) -> None:
    known = document(text)
    offset = data.draw(st.integers(0, len(text)))
    if text[offset - 1 : offset + 1] == "\r\n":
        offset -= 1  # there is no place between the two
    assert convert.offset_at(known, convert.position_at(known, offset, encoding), encoding) == offset
