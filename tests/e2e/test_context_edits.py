"""Whatever is typed, the server's text, tree and symbols are those of the client's text."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types as lsp

from hearth.engine.context import parsed
from hearth.engine.context.documents import Document, line_starts
from hearth.engine.context.symbols import symbols
from hearth.engine.languages import language_of
from hearth.lsp_server.capabilities import Capabilities
from hearth.lsp_server.documents import Documents
from hearth.lsp_server.features import text_document_did_change

URI = "untitled:sample"
SEEDS = {
    "python": "import os\n\nclass A:\n    def f(self, x):\n        '''é😀'''\n        return [x, '😀']\n\nB = 1\n",
    "typescript": "import a from './a'\r\n\r\n/** É */\r\nexport const f = (x: T) => {\r\n  return `é`\r\n}\r\n",
    "go": "package a\n\n// Ｆ says 漢.\nfunc F(x int) error {\n\treturn g(x)\n}\n",
    "markdown": "# 😀\n\ntext\n\nB\n===\n",
}
TEXTS = st.sampled_from(
    [
        "",
        "x",
        "é",
        "漢",
        "😀",
        "\n",
        "\r\n",
        "    ",
        "(",
        "}",
        "'",
        "#",
        "def g():\n    return 1\n",
        "class C:\n",
        "/* ",
    ]
)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), TEXTS), min_size=1, max_size=10)
WIDTHS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(SEEDS)),
    st.sampled_from([1, 12]),
    st.sampled_from(sorted(WIDTHS)),
    EDITS,
    st.integers(1, 4),
    st.data(),
)
def test_after_any_changes_the_server_knows_what_the_client_has(
    language: str,
    times: int,
    encoding: str,
    edits: list[tuple[float, int, str]],
    together: int,
    data: st.DataObject,
) -> None:
    text = SEEDS[language] * times
    client: Any = SimpleNamespace(can=Capabilities(), encoding=encoding, roots=())
    documents = Documents(client, Mock(), Mock(), lambda uri: None)
    document = documents.open(lsp.TextDocumentItem(URI, language, 0, text))
    assert document is not None
    # As much as a change needs.
    server: Any = SimpleNamespace(documents=documents, client=client, stats=Mock(), look_for_members=Mock())
    changes: list[lsp.TextDocumentContentChangeEvent] = []
    for number, (where, length, new_text) in enumerate(edits, 1):
        start = _between_line_ends(text, round(where * len(text)))
        end = _between_line_ends(text, min(len(text), start + length))
        if data.draw(st.integers(0, 9)) == 0:
            text = text[:start] + new_text
            changes.append(lsp.TextDocumentContentChangeWholeDocument(text))
        else:
            place = lsp.Range(_position(text, start, encoding), _position(text, end, encoding))
            changes.append(lsp.TextDocumentContentChangePartial(place, new_text))
            text = text[:start] + new_text + text[end:]
        if number % together == 0 or number == len(edits):
            identifier = lsp.VersionedTextDocumentIdentifier(version=number, uri=URI)
            text_document_did_change.handle(server, lsp.DidChangeTextDocumentParams(identifier, changes))
            changes = []
            _compare(document, text, language)
    assert documents.desynced == set()
    assert all(0 <= edit.start <= edit.end <= len(text) for edit in documents.recent_edits.newest())


def _compare(document: Document, text: str, language: str) -> None:
    assert document.text == text
    assert document.line_starts == line_starts(text)
    fresh = parsed.parse(text, language_of(language))
    assert fresh.tree is not None and document.tree is not None
    assert document.tree.root_node.has_error == fresh.tree.root_node.has_error
    if not fresh.tree.root_node.has_error:  # how a parser gets past an error depends on what it had read before
        assert str(document.tree.root_node) == str(fresh.tree.root_node)
        assert symbols(document.code) == symbols(fresh)


def _position(text: str, offset: int, encoding: str) -> lsp.Position:
    """Counted as a client counts: lines end at CR LF, LF and CR, columns are code units."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    codec, width = WIDTHS[encoding]
    column = len(before.rpartition("\n")[2].encode(codec)) // width
    return lsp.Position(before.count("\n"), column)


def _between_line_ends(text: str, offset: int) -> int:
    """No client can stand between a CR and its LF."""
    return offset - 1 if text[offset - 1 : offset + 1] == "\r\n" and offset > 0 else offset
