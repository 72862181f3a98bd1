"""What goes along with a question: its place, what the user attached, and the definitions that it names."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pygls.uris import to_fs_path

from hearth.engine.chat import attachments, retrieval
from hearth.engine.chat import passages as chosen
from hearth.engine.chat.attachments import Problem
from hearth.engine.chat.passage import Passage
from hearth.engine.chat.retrieval import Shown
from hearth.engine.context.documents import Document
from hearth.engine.context.ignore import Disk
from hearth.engine.context.query import shown_path
from hearth.engine.errors import InvalidRequest, RequestError, RequestForbidden
from hearth.engine.text import estimate_tokens
from hearth.lsp_server import chatting
from hearth.lsp_server.params import AttachedProblem, Attachment, ChatParams
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text

_LEAST = 100  # tokens that must be left for definitions that nobody asked for


@dataclass(frozen=True, slots=True)
class Along:
    """`left_out` are names with the reasons; `room` and `tokens` are estimated.

    The last `found` passages are definitions that nobody attached, but the question names.
    """

    passages: tuple[Passage, ...]
    found: int
    left_out: tuple[tuple[str, str], ...]
    tokens: int
    room: int


async def along(ls: Server, asked: ChatParams) -> Along:
    """Everything that the model is shown with this question. Raises `RequestForbidden` for the place itself."""
    about, question = asked.text_document, asked.message or ""
    range = asked.range.as_lsp() if asked.range else None
    found = list(await chatting.passages(ls, about.uri, range) if about else ())
    left_out: list[tuple[str, str]] = []
    for each in await _attachments(ls, asked, left_out):
        try:
            found += await _attached(ls, each)
        except RequestError as error:
            left_out.append((_name(each), str(error)))
    room = await (await ls.engine()).chats().room() - estimate_tokens(question)
    found = list(await asyncio.to_thread(attachments.fitted, _each_once(found), question, room))
    left = room - attachments.tokens(found)
    named: list[Passage] = []
    if question and asked.search and left >= _LEAST:
        named = await _definitions(ls, question, found, min(left, retrieval.TOKENS))
    found += named
    return Along(tuple(found), len(named), tuple(left_out), attachments.tokens(found), room)


def as_result(found: Along) -> dict[str, Any]:
    """The result of `hearth/chat/context`."""
    return {
        "used": [chatting.as_used(passage) for passage in found.passages],
        "found": found.found,
        "leftOut": left_out(found),
        "tokens": found.tokens,
        "room": found.room,
    }


def left_out(found: Along) -> list[dict[str, str]]:
    return [{"name": text.title(name), "reason": text.message(reason)} for name, reason in found.left_out]


async def _attachments(ls: Server, asked: ChatParams, left_out: list[tuple[str, str]]) -> list[Attachment]:
    """What the client attached, and what words of the question attach."""
    given = list(asked.attachments or ())
    kinds = {each.kind for each in given}
    for mention in attachments.mentions(asked.message or ""):
        if mention.kind == "selection" and asked.text_document is not None:
            continue  # the place of the question
        if mention.kind in ("selection", "problems", "changes"):
            if mention.kind not in kinds:
                left_out.append((f"#{mention.kind}", "the editor has sent none"))
        elif mention.kind == "symbol":
            given.append(Attachment("symbol", name=mention.name))
        elif (file := attachments.matching(mention.name, await ls.indexing.entries())) is not None:
            given.append(Attachment("file", uri=Path(file.path).as_uri()))
        elif (uri := _in_workspace(ls, mention.name)) is not None:
            given.append(Attachment("file", uri=uri, name=mention.name))
        else:
            left_out.append((mention.name, "it is not in the workspace"))
    if len(given) > attachments.MOST:
        left_out.append((f"{len(given) - attachments.MOST} more", f"at most {attachments.MOST} can go along"))
    return given[: attachments.MOST]


async def _attached(ls: Server, each: Attachment) -> list[Passage]:
    """Raises `RequestError` where there is nothing, or nothing that a model may see."""
    if each.kind == "problems" and not each.problems:
        raise InvalidRequest("there are none")
    if each.kind == "problems":
        problems = [_problem(ls, problem) for problem in each.problems or ()]
        return [attachments.problems([problem for problem in problems if problem is not None])] if problems else []
    if each.kind in ("text", "changes"):
        if not (each.text or "").strip():
            raise InvalidRequest("it is empty")
        return [
            attachments.other_text(each.name or ("Changes" if each.kind == "changes" else "Text"), each.text or "")
        ]
    if each.kind == "symbol":
        return await _symbol(ls, each.name or "")
    document = await _document(ls, each.uri or "")
    given = each.range.as_lsp() if each.kind == "selection" and each.range is not None else None
    ends = sorted(ls.documents.offset(document, each) for each in (given.start, given.end)) if given else []
    return [await asyncio.to_thread(_passage, document, ends, _shown(ls, document))]


def _passage(document: Document, ends: list[int], path: str) -> Passage:
    start, end, _ = chosen.around(document, *ends) if ends else chosen.whole(document)
    return chosen.passage(document, (start, end, "attached"), path)


async def _document(ls: Server, uri: str) -> Document:
    """The open document, else the file. Raises `RequestForbidden` for one that no model may see."""
    path = to_fs_path(uri) if uri else None
    document = ls.documents.get(uri) or (ls.documents.at(Path(path)) if path else None)
    if document is not None:
        if ls.documents.is_secret(document):
            raise RequestForbidden("the file may hold secrets, so no model sees it")
        return document
    if not path:
        raise InvalidRequest("there is no such file")
    roots = ls.client.roots
    return await asyncio.to_thread(attachments.document_of_file, path, uri, roots)


async def _symbol(ls: Server, name: str) -> list[Passage]:
    entries, documents = await ls.indexing.entries(), ls.documents.all()
    wanted = f"`{name}`"
    found = await asyncio.to_thread(retrieval.definitions, wanted, entries, documents, ls.client.roots)
    last = name.rpartition(".")[2]
    named = [passage for passage in found if passage.why.endswith(f" {last}")]
    if not named:
        raise InvalidRequest(f"nothing of that name is defined in the workspace: {name[:80]}")
    return named


async def _definitions(ls: Server, question: str, shown: Sequence[Passage], budget: int) -> list[Passage]:
    """What the question names of the workspace, without what is shown anyway."""
    entries = await ls.indexing.entries()
    if not entries and not ls.client.roots:
        return []
    there = [
        Shown(path, passage.first, passage.last) for passage in shown if (path := to_fs_path(passage.uri or ""))
    ]
    documents, roots = ls.documents.all(), ls.client.roots
    return await asyncio.to_thread(retrieval.definitions, question, entries, documents, roots, there, budget)


def _problem(ls: Server, said: AttachedProblem) -> Problem | None:
    document = ls.documents.get(said.uri)
    path = to_fs_path(said.uri) or said.uri
    if document is not None and ls.documents.is_secret(document):
        return None
    lines = document.text.split("\n") if document is not None else []
    line = max(0, said.range.start.line)
    code = lines[line] if line < len(lines) else ""
    shown = shown_path(said.uri, path, ls.client.roots)
    return Problem(shown, line, str(said.message), said.severity or "", str(said.source or ""), code)


def _shown(ls: Server, document: Document) -> str:
    return shown_path(document.uri, document.path, ls.client.roots, Disk())


def _in_workspace(ls: Server, name: str) -> str | None:
    """The URI of a path below one of the workspace's folders, the first unless the path says which."""
    for root in ls.client.roots:
        path = os.path.normpath(Path(root) / name)
        if path.startswith(root.rstrip(os.sep) + os.sep):
            return Path(path).as_uri()
    return None


def _name(each: Attachment) -> str:
    path = to_fs_path(each.uri) if each.uri else None
    return each.name or (Path(path).name if path else f"#{each.kind}")


def _each_once(passages: Sequence[Passage]) -> list[Passage]:
    """Without passages that stand in another one."""
    kept: list[Passage] = []
    for each in passages:
        if not any(other.uri and other.uri == each.uri and _holds(other, each) for other in kept):
            kept = [other for other in kept if not (each.uri and other.uri == each.uri and _holds(each, other))]
            kept.append(each)
    return kept


def _holds(one: Passage, other: Passage) -> bool:
    if one.first is None or one.last is None or other.first is None or other.last is None:
        return one.text == other.text
    return one.first <= other.first and other.last <= one.last
