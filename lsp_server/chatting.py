"""What the features and commands around chat share: what a question is about, and how an answer is handed out."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from engine.errors import RequestRefused
from lsp_server import convert
from lsp_server.hearth import Hearth

if TYPE_CHECKING:
    from engine.chat import Answered, Passage
    from engine.types import Piece

_CONTEXT_TOKENS = 384  # of other files, with one question
_NEAR_LINES = 15  # shown above and below a mere cursor outside of any definition


async def answer(
    ls: Hearth,
    question: str,
    passages: tuple["Passage", ...],
    conversation: str = "",
    on_piece: Callable[["Piece"], None] = lambda piece: None,
) -> "Answered":
    """One answer; its pieces are handed out as they come. Raises `HearthError`."""
    from contextlib import aclosing

    from engine.chat import Answered

    if not question.strip():
        raise RequestRefused("there is no question")
    chats = await ls.chats()
    async with aclosing(chats.ask(question, passages, conversation)) as events:
        async for event in events:
            if isinstance(event, Answered):
                return event
            on_piece(event)
    raise AssertionError("a chat ends with its answer")


async def passages(ls: Hearth, uri: str, range: lsp.Range | None) -> tuple["Passage", ...]:
    """What a question about a place is shown with: the place, its problems, and what it uses of other files.

    Empty for a file that is not open. Raises `RequestRefused` for one that may hold secrets.
    """
    from engine.chat import Passage
    from engine.context import gather
    from engine.context.query import shown_path

    document = ls.documents.get(uri)
    if document is None:
        return ()
    if ls.is_secret(document):
        raise RequestRefused("the file may hold secrets, so no model sees it")
    roots = tuple(folder for each in ls.workspace.folders.values() if (folder := to_fs_path(each.uri)))
    path = shown_path(document.uri, document.path, roots)
    start, end, why = _about(ls, document, range)
    position, last = (convert.position_at(document, offset, "utf-32") for offset in (start, max(start, end - 1)))
    found = [Passage(path, document.text[start:end], document.language, position.line, last.line, why)]
    query = ls.surroundings(document.snapshot(), start, (start, end))
    if query is not None:
        gathered = await asyncio.to_thread(gather, query, _CONTEXT_TOKENS)  # it reads and parses other files
        found += [
            Passage(piece.path, piece.text, document.language, why=piece.reason) for piece in gathered.pieces
        ]
    return tuple(found)


def as_result(answered: "Answered") -> dict[str, Any]:
    """The result of `hearth/chat`."""
    return {
        "conversation": answered.conversation,
        "text": answered.text,
        "thinking": answered.thinking,
        "used": [_used(passage) for passage in answered.used],
        "reason": answered.reason,
    }


def as_markdown(question: str, answered: "Answered") -> str:
    """The answer as a document of its own, with what it is based on."""
    lines = [f"# {' '.join(question.split())[:120]}", "", answered.text.strip(), ""]
    if answered.reason == "limit":
        lines += ["*(The answer was cut off here: it was too long.)*", ""]
    if answered.used:
        lines += ["---", "", "Shown to the model:", ""]
        lines += [f"- `{passage.path}`{_lines(passage)}: {passage.why}" for passage in answered.used]
    return "\n".join(lines).rstrip() + "\n"


async def show(ls: Hearth, question: str, answered: "Answered") -> None:
    """Open the answer as a document, where the client can; else show its beginning as a message."""
    from engine import chats, paths
    from engine.files import write_atomically

    window = ls.client_capabilities.window
    if window is None or window.show_document is None or not window.show_document.support:
        ls.say(answered.text.strip()[:2000] or "the model has no answer", lsp.MessageType.Info)
        return
    folder = chats.folder() if ls.settings.chat.keep_history else paths.runtime_dir()
    file = folder / f"{answered.conversation}.md"
    write_atomically(file, as_markdown(question, answered).encode("utf-8", "replace"))
    await ls.window_show_document_async(lsp.ShowDocumentParams(file.as_uri(), take_focus=True))


def _about(ls: Hearth, document: Any, range: lsp.Range | None) -> tuple[int, int, str]:
    """(start, end, why): the selection in whole lines, else the definition around the cursor, else the file."""
    from engine.context.syntax import enclosing_definition

    text: str = document.text
    if range is None:
        return 0, len(text), "the open file"
    start, end = sorted((ls.offset(document, range.start), ls.offset(document, range.end)))
    if start == end and (found := enclosing_definition(document.code, start)) is not None:
        return text.rfind("\n", 0, found.start) + 1, found.end, f"{found.name} is around the cursor"
    if start == end:
        line = convert.position_at(document, start, "utf-32").line
        starts = document.line_starts
        first, behind = max(0, line - _NEAR_LINES), line + _NEAR_LINES + 1
        return starts[first], starts[behind] if behind < len(starts) else len(text), "near the cursor"
    end -= text[start:end].endswith("\n")
    line_end = text.find("\n", end)
    return text.rfind("\n", 0, start) + 1, len(text) if line_end < 0 else line_end, "selected"


def _used(passage: "Passage") -> dict[str, Any]:
    range = None
    if passage.first is not None and passage.last is not None:
        range = {
            "start": {"line": passage.first, "character": 0},
            "end": {"line": passage.last + 1, "character": 0},
        }
    return {"path": passage.path, "range": range, "why": passage.why}


def _lines(passage: "Passage") -> str:
    if passage.first is None or passage.last is None:
        return ""
    return f", lines {passage.first + 1} to {passage.last + 1}"
