"""Next edits of an open document: what is asked, and the answer in the protocol's words."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hearth.engine.backends import Predicting
from hearth.engine.context.documents import Document
from hearth.engine.errors import HearthError, ModelError, SettingsError
from hearth.lsp_server import convert
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text

if TYPE_CHECKING:  # imported in short steps once the session has begun, or with the first question
    from hearth.engine.next_edit.filling import Hole
    from hearth.engine.next_edit.predictor import Question, Suggestion

MAX_OTHERS = 40  # open documents that are looked into
REST_SECONDS = 0.5  # since the last key, before a trained model is asked


def is_off(ls: Server, document: Document, by_hand: bool) -> bool:
    """Whether nothing is offered here: switched off, paused, or a text that is none of our business."""
    settings = ls.settings.next_edit
    is_quiet = ls.status.paused or document.language in settings.languages_off
    refused = ls.documents.is_secret(document) or ls.documents.is_too_long(document)
    return not settings.enabled or refused or document.uri in ls.documents.desynced or (is_quiet and not by_hand)


async def find(
    ls: Server, document: Document, offset: int, by_hand: bool, with_model: bool = False
) -> "Suggestion | None":
    """The next edit at a cursor; None where there is none, or somebody has typed meanwhile."""
    await ls.loaded()
    from hearth.engine.next_edit import predictor
    from hearth.engine.next_edit.filling import Hole

    question = _question(ls, document, offset, by_hand)
    versions = [(each, each.version) for each in (document, *question.others)]

    def is_current() -> bool:
        return all(each.version == version and ls.documents.get(each.uri) is each for each, version in versions)

    found = await asyncio.to_thread(predictor.find, question)
    if isinstance(found, Hole):
        value = await _value(ls, document, found, is_current) if with_model and is_current() else None
        found = await asyncio.to_thread(predictor.filled, question, found, value) if value else None
    if found is None and with_model and is_current():
        found = await _rewritten(ls, question, is_current)
    return found if is_current() else None


async def inspected(ls: Server, document: Document, offset: int) -> str:
    """What a model that was trained to predict edits would be asked there now; "" for nothing."""
    name = ls.settings.next_edit.trained_model
    if not name or is_off(ls, document, by_hand=True):
        return ""
    await ls.loaded()
    from hearth.engine.next_edit import formats, predictor

    window = await asyncio.to_thread(predictor.window, _question(ls, document, offset, True), formats.SLOW)
    asked = formats.prompt(formats.format_of(name), window) if window is not None else None
    return "".join(each.mark + each.text for each in asked.passages) if asked is not None else ""


def _question(ls: Server, document: Document, offset: int, by_hand: bool) -> "Question":
    others = [each for each in ls.documents.all() if each is not document and not ls.documents.is_secret(each)]
    can = ls.client.can
    opened = tuple(others[-MAX_OTHERS:])
    return ls.next_edits.question(document, opened, offset, by_hand, can.other_files, ls.indexing.known())


async def _rewritten(ls: Server, question: "Question", is_wanted: Callable[[], bool]) -> "Suggestion | None":
    """What a model that was trained to predict edits writes once the user rests, if there is one."""
    name = ls.settings.next_edit.trained_model
    if not name or ls.status.current.kind not in ("ready", "busy"):
        return None
    from hearth.engine.next_edit import formats, predictor, trained

    if await asyncio.to_thread(predictor.window, question, formats.SLOW) is None:
        return None
    if not question.by_hand:
        await asyncio.sleep(question.edits[0].at + REST_SECONDS - time.monotonic())
    try:
        format = formats.format_of(name)
        backend = (await ls.engine()).predictor()
        speed = await backend.prepare_to_predict() if isinstance(backend, Predicting) else 0.0
        size = format.size if speed >= formats.FAST else formats.SLOW
        window = await asyncio.to_thread(predictor.window, question, size)
        written = await trained.write(backend, format, window, is_wanted) if window and is_wanted() else None
    except (ModelError, SettingsError) as error:
        ls.client.show_message_once(str(error))
        return None
    except HearthError:
        return None
    return await asyncio.to_thread(predictor.rewritten, question, window, written) if window and written else None


async def _value(ls: Server, document: Document, hole: "Hole", is_wanted: Callable[[], bool]) -> str | None:
    """What the completion model writes into a hole, if it is loaded: nobody waits for that here."""
    if not ls.settings.next_edit.model or ls.status.current.kind not in ("ready", "busy") or ls.is_off(document):
        return None
    from hearth.engine.next_edit import filling

    completer = await (await ls.engine()).completer()
    with suppress(HearthError):
        return await filling.fill(completer.prompts, document, hole, is_wanted)
    return None


def item(ls: Server, suggestion: "Suggestion") -> dict[str, Any] | None:
    """The suggestion as Copilot's language server answers it; None for a document that is no longer open."""
    document = ls.documents.get(suggestion.uri)
    if document is None:
        return None
    id = ls.next_edits.offer(suggestion)
    answer: dict[str, Any] = {
        "text": suggestion.text,
        "range": convert.range_at(document, suggestion.start, suggestion.end, ls.client.encoding),
        "textDocument": {"uri": document.uri, "version": document.version},
        "command": {"title": "Accepted", "command": "hearth.didAcceptNextEdit", "arguments": [id]},
    }
    if ls.client.can.next_edit:
        answer["hearth"] = {"title": text.title(suggestion.title), "left": suggestion.left}
    return answer
