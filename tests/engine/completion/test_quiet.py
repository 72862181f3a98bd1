"""Comments and strings as kinds of places; `‸` marks the cursor."""

import pytest

from hearth.engine.completion.quiet import is_quiet
from hearth.engine.context.documents import Document

LONG = "".join(f"name_{number} = {number}\n" for number in range(40_000))


@pytest.mark.parametrize(
    ("marked", "kind"),
    [
        ("x = 1  # one‸\n", "comments"),
        ("# ‸", "comments"),
        ('s = "one ‸"\n', "strings"),
        ('def f():\n    """It ‸\n', "strings"),
        ("x = ‸\n", ""),
        ("# one\n‸\n", ""),
        ('s = "one" + ‸\n', ""),
        (f"{LONG}# one‸\n{LONG}", "comments"),
    ],
)
def test_a_place_is_of_one_kind_or_of_none(marked: str, kind: str) -> None:
    offset = marked.index("‸")
    document = Document("file:///quiet.py", marked.replace("‸", ""), "python", "/quiet.py", 1)
    assert [each for each in ("comments", "strings") if is_quiet(document, offset, [each])] == (
        [kind] if kind else []
    )
    assert is_quiet(document, offset, ["comments", "strings"]) == bool(kind)
    assert not is_quiet(document, offset, [])
