import time

from lsprotocol import types as lsp

from lsp_server import convert
from lsp_server.hearth import Hearth

NOTHING = lsp.InlineCompletionList(items=[])


async def handle(ls: Hearth, params: lsp.InlineCompletionParams) -> lsp.InlineCompletionList | None:
    """Ghost text. An empty list clears what is shown; null, for a request that a newer one replaced, does not."""
    asked = time.perf_counter()
    document = ls.documents.get(params.text_document.uri)
    if document is None or ls.is_off(document):
        return NOTHING
    offset = ls.offset(document, params.position)
    version = document.version
    automatic = params.context.trigger_kind == lsp.InlineCompletionTriggerKind.Automatic
    completer = await ls.completer()
    if document.version != version:
        return None
    completion = await completer.complete(document, offset, automatic)
    if completion is None or document.version != version:
        return None
    if not completion.text:
        return NOTHING
    seconds, floor = time.perf_counter() - asked, completer.settings.min_confidence
    id = ls.usage.offered(document, completion, seconds, automatic, floor)
    item = lsp.InlineCompletionItem(
        insert_text=completion.text,
        range=convert.range_at(document, completion.start, completion.end, ls.encoding),
        command=lsp.Command("Accepted", "hearth.didAcceptCompletion", arguments=[id]),
    )
    return lsp.InlineCompletionList(items=[item])
