"""What the features and commands around chat share: what a question is about, and how an answer is handed out."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from hearth.engine import aside, paths
from hearth.engine.characters import PlainStream, plain
from hearth.engine.chat import history, own_prompts
from hearth.engine.chat import passages as chosen
from hearth.engine.chat.answering import Answered
from hearth.engine.chat.history import Source
from hearth.engine.chat.own_prompts import OwnPrompt
from hearth.engine.chat.passage import Passage
from hearth.engine.context.query import shown_path
from hearth.engine.errors import InvalidRequest, RequestForbidden
from hearth.engine.files import write_atomically
from hearth.engine.types import Piece
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text

_PROMPT_SECONDS = 5.0  # for the disk
log = logging.getLogger("hearth.server")


async def answer(
    ls: Server,
    question: str,
    passages: tuple[Passage, ...],
    conversation: str = "",
    on_piece: Callable[[Piece], None] = lambda piece: None,
) -> Answered:
    """One answer; its pieces are handed out as they come, without what is hidden. Raises `HearthError`."""
    if not question.strip():
        raise InvalidRequest("there is no question")
    meant = await _meant(ls, question)
    return await _handed_out((await ls.engine()).chats().ask(question, passages, conversation, meant), on_piece)


async def _meant(ls: Server, question: str) -> str:
    """The question with the user's own prompt that it calls by `/name`."""
    if not own_prompts.calls(question):
        return question
    return own_prompts.meant(question, await prompts(ls))


async def prompts(ls: Server) -> dict[str, OwnPrompt]:
    """The user's own prompts, and those of the projects that the user trusts; none from a disk that hangs."""
    roots, trusted = ls.client.roots, ls.settings.chat.trusted_folders
    try:
        return await aside.run(_PROMPT_SECONDS, lambda: own_prompts.own_prompts(roots, trusted))
    except TimeoutError:
        log.warning("the folders of prompts do not answer")
        return {}


async def rest(ls: Server, conversation: str, on_piece: Callable[[Piece], None]) -> Answered:
    """The rest of an answer that came to its limit. Raises `HearthError`."""
    return await _handed_out((await ls.engine()).chats().go_on(conversation), on_piece)


async def _handed_out(
    answer: AsyncGenerator[Piece | Answered, None], on_piece: Callable[[Piece], None]
) -> Answered:
    streams = {"text": PlainStream(), "thinking": PlainStream()}
    async with aclosing(answer) as events:
        async for event in events:
            if isinstance(event, Answered):
                if rest := streams["text"].finish():
                    on_piece(Piece(rest))
                return replace(event, text=plain(event.text), thinking=plain(event.thinking))
            if said := streams[event.part].push(event.text):
                on_piece(Piece(said, event.part))
    raise AssertionError("a chat ends with its answer")


async def passages(ls: Server, uri: str, range: lsp.Range | None) -> tuple[Passage, ...]:
    """What a question about a place is shown with: the place, its problems, and what it uses of other files.

    Empty for a file that is not open. Raises `RequestForbidden` for one that may hold secrets.
    """
    document = ls.documents.get(uri)
    if document is None:
        return ()
    if ls.documents.is_secret(document):
        raise RequestForbidden("the file may hold secrets, so no model sees it")
    part = chosen.whole(document)
    if range is not None:
        start, end = sorted(ls.documents.offset(document, each) for each in (range.start, range.end))
        part = chosen.around(document, start, end)
    path = shown_path(document.uri, document.path, ls.client.roots)
    found, snapshot, (start, end, _) = [chosen.passage(document, part, path)], document.snapshot(), part
    query = (await ls.engine()).surroundings(snapshot, start, (start, end))
    if query is not None:
        found += await asyncio.to_thread(chosen.used_elsewhere, query, document.language)
    return tuple(found)


def as_result(answered: Answered) -> dict[str, Any]:
    """The result of `hearth/chat`."""
    result = {
        "conversation": answered.conversation,
        "text": answered.text,
        "thinking": answered.thinking,
        "used": [as_used(passage) for passage in answered.used],
        "reason": answered.reason,
        "forgotten": answered.forgotten,
    }
    return {**result, "message": text.message(answered.message)} if answered.reason == "error" else result


def failed(conversation: str, message: str) -> dict[str, Any]:
    """The result where there is no answer; the message says why."""
    empty = {"conversation": conversation, "text": "", "thinking": "", "used": [], "leftOut": [], "forgotten": 0}
    return {**empty, "reason": "error", "message": text.message(message)}


def as_markdown(question: str, answered: Answered) -> str:
    """The answer as a document of its own, with what it is based on."""
    lines = [f"# {text.markdown_line(question[:120])}", "", text.markdown(answered.text).strip(), ""]
    if answered.reason == "limit":
        lines += ["*(The answer was cut off here: it was too long.)*", ""]
    if answered.forgotten:
        lines += [f"*({text.forgotten(answered.forgotten)})*", ""]
    if answered.reason == "error":
        lines += [f"*(The answer broke off here: {text.markdown_line(answered.message)})*", ""]
    if answered.used:
        lines += ["---", "", "Shown to the model:", ""]
        lines += [_as_source(passage) for passage in answered.used]
    return "\n".join(lines).rstrip() + "\n"


async def show(ls: Server, question: str, answered: Answered) -> None:
    """Open the answer as a document, where the client can; else show its beginning as a message."""
    if answered.reason == "error":
        ls.client.show_message(answered.message)
    if not await _opened(ls, question, answered):
        ls.client.show_answer(answered.text)


async def _opened(ls: Server, question: str, answered: Answered) -> bool:
    """Whether the client shows the answer as a document."""
    if not ls.client.can.documents_shown:
        return False
    try:
        folder = history.folder() if ls.settings.chat.keep_history else paths.runtime_dir()
        file = folder / f"{answered.conversation}.md"
        document = await asyncio.to_thread(as_markdown, question, answered)
        write_atomically(file, document.encode("utf-8", "replace"))
    except OSError as error:  # a full disk costs the document, not the answer
        log.warning("an answer cannot be written: %s", error)
        return False
    try:
        return await ls.client.open_document(file.as_uri())
    except JsonRpcException as error:
        log.warning("the client does not show the answer: %s", type(error).__name__)
        return False


def as_used(passage: Passage | Source) -> dict[str, Any]:
    """What the model was shown, as the client is told; `uri` is null for what lies in no file."""
    range = None
    if passage.first is not None and passage.last is not None:
        range = {
            "start": {"line": passage.first, "character": 0},
            "end": {"line": passage.last + 1, "character": 0},
        }
    shown = {"path": text.title(passage.path), "range": range, "why": text.title(passage.why)}
    return {**shown, "uri": passage.uri or None}


def _as_source(passage: Passage) -> str:
    return f"- {text.markdown_name(passage.path)}{_lines(passage)}: {text.markdown_line(passage.why)}"


def _lines(passage: Passage) -> str:
    if passage.first is None or passage.last is None:
        return ""
    return f", lines {passage.first + 1} to {passage.last + 1}"
