import re
import time

from lsprotocol import types as lsp

from hearth.engine.completion.quiet import is_quiet
from hearth.lsp_server import convert
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text as words

NOTHING = lsp.CompletionList(is_incomplete=True, items=[])


async def handle(ls: Server, params: lsp.CompletionParams) -> lsp.CompletionList:
    """The same answer as a menu entry, for editors without ghost text."""
    asked = time.perf_counter()
    document = ls.documents.get(params.text_document.uri)
    if document is None or ls.is_off(document):
        return NOTHING
    offset = ls.documents.offset(document, params.position)
    if is_quiet(document, offset, ls.settings.completion.off_in):
        return NOTHING
    version = document.version
    completer = await (await ls.engine()).completer()
    if document.version == version:
        ls.look_for_members(document, offset)
    completion = await completer.complete(document, offset)
    if completion is None or not completion.text.strip() or document.version != version:
        return NOTHING
    seconds, min_confidence = time.perf_counter() - asked, completer.settings.min_confidence
    ls.stats.offered(document, completion, seconds, True, min_confidence)  # the edits tell whether it is taken
    # Menus filter by the word left of the cursor, so the entry has to begin with it.
    word = re.search(r"(?<!\w)\w*$", document.text[max(0, offset - 100) : offset])
    prefix = word[0] if word else ""
    text = prefix + completion.text
    item = lsp.CompletionItem(
        label=text.strip().split("\n")[0].rstrip(),
        # Helix expands a Snippet whatever its format: `$` would mean something, and lines be indented twice
        kind=lsp.CompletionItemKind.Text,
        detail="Hearth",
        documentation=_preview(ls, document.language, text),
        filter_text=text,
        insert_text_format=lsp.InsertTextFormat.PlainText,
        text_edit=lsp.TextEdit(
            convert.range_at(document, completion.start - len(prefix), completion.end, ls.client.encoding), text
        ),
    )
    return lsp.CompletionList(is_incomplete=True, items=[item])


def _preview(ls: Server, language: str, text: str) -> lsp.MarkupContent | str:
    if ls.client.can.menu_markdown:
        return lsp.MarkupContent(lsp.MarkupKind.Markdown, words.markdown_code(text, language))
    return text
