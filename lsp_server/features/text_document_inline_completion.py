import time

from lsprotocol import types as lsp

from hearth.engine.completion.completer import Completer
from hearth.engine.completion.quiet import is_quiet
from hearth.engine.context.documents import Document
from hearth.engine.types import Completion
from hearth.lsp_server import convert, selected
from hearth.lsp_server.session import Server

NOTHING = lsp.InlineCompletionList(items=[])


async def handle(ls: Server, params: lsp.InlineCompletionParams) -> lsp.InlineCompletionList | None:
    """Ghost text; other answers too for who asks for it by hand, which is also what editors do to go through them.

    An empty list clears what is shown; null, for a request that a newer one replaced, does not.
    """
    began = time.perf_counter()
    document = ls.documents.get(params.text_document.uri)
    if document is None or ls.is_refused(document):
        return NOTHING
    entry = params.context.selected_completion_info
    asked, version = selected.asked(document, params.position, entry, ls.client.encoding), document.version
    automatic = params.context.trigger_kind == lsp.InlineCompletionTriggerKind.Automatic
    completer = await (await ls.engine()).completer()
    if document.version != version:
        return None
    if automatic and not _is_wanted(ls, completer, document, asked.document, asked.offset):
        return NOTHING
    if entry is None:
        ls.look_for_members(document, asked.offset)
    grows = entry is None and ls.client.can.completion_grew
    first = await completer.complete(asked.document, asked.offset, automatic, grows)
    if first is None or document.version != version:
        return None
    if grows:
        completer.follow(document, lambda: _tell_growth(ls, completer, document, params.position))
    seconds, min_confidence = time.perf_counter() - began, completer.settings.min_confidence
    answers = [first] if first.text else []
    if not automatic:
        answers += await completer.alternatives(asked.document, first)
        if document.version != version:
            return None
    found = [asked.told(each) for each in answers if each.text]
    if not found or not asked.is_shown:
        return NOTHING
    id = ls.stats.offered(document, found[0], seconds, automatic, min_confidence, len(asked.entry))
    ids = [id, *(ls.stats.also_offered(id, each) for each in found[1:])]
    return lsp.InlineCompletionList([_item(ls, document, *each) for each in zip(found, ids, strict=True)])


def _is_wanted(ls: Server, completer: Completer, document: Document, asked: Document, offset: int) -> bool:
    """Whether something is shown there unasked. What was asked for by hand goes on even where nothing else is."""
    settings = ls.settings.completion
    is_off = ls.is_off(document) or not settings.automatic or is_quiet(asked, offset, settings.off_in)
    return not is_off or completer.goes_on_by_hand(asked, offset)


def _tell_growth(ls: Server, completer: Completer, document: Document, position: lsp.Position) -> None:
    """The same cursor would be answered with more by now: the client may ask again."""
    if ls.documents.get(document.uri) is not document or ls.is_refused(document):
        return
    if not _is_wanted(ls, completer, document, document, ls.documents.offset(document, position)):
        return
    ls.client.completion_grew(document.uri, document.version, position)


def _item(ls: Server, document: Document, completion: Completion, id: str) -> lsp.InlineCompletionItem:
    text = completion.text.replace("\r\n", "\n") if ls.client.can.needs_lf else completion.text
    return lsp.InlineCompletionItem(
        insert_text=text,
        range=convert.range_at(document, completion.start, completion.end, ls.client.encoding),
        command=lsp.Command("Accepted", "hearth.didAcceptCompletion", arguments=[id]),
    )
