from lsprotocol import types as lsp

from hearth.engine.code_actions import actions
from hearth.engine.code_actions.actions import Action
from hearth.engine.code_actions.edits import Edit
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.documents import Document
from hearth.lsp_server import convert, next_editing, rewriting, workspace_edits
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text
from hearth.lsp_server.words.client import note

_MAX_FIXES = 3  # problems at one place that get an action each


async def handle(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """What makes sense at a place; nothing is asked of the model before one of them is resolved."""
    document = ls.documents.get(params.text_document.uri)
    if document is None or ls.documents.is_secret(document):
        return []
    diagnostics = tuple(params.context.diagnostics[:_MAX_FIXES])
    place = rewriting.place(ls, document, params.range, diagnostics)
    found = await _next_edit(ls, document, params)
    of_problem = dict(zip(place.problems, diagnostics, strict=True))
    for row, target in actions.offered(place):
        if _is_asked_for(row.kind, params.context.only):
            diagnostic = of_problem[target.problem] if target.problem else None
            found.append(_code_action(ls, document, params.range, row, target, diagnostic))
    return found


async def _next_edit(ls: Server, document: Document, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """The next edit, for clients that have no other way to show it."""
    await ls.loaded()
    kind = lsp.CodeActionKind.QuickFix
    is_shown = ls.client.can.next_edit or ls.next_edits.is_asked_for
    if (
        is_shown
        or not _is_asked_for(kind, params.context.only)
        or next_editing.is_off(ls, document, by_hand=False)
    ):
        return []
    offset = ls.documents.offset(document, params.range.start)
    found = await next_editing.find(ls, document, offset, by_hand=False)
    if found is None:
        return []
    ls.next_edits.offer(found)  # that it was taken is seen in the edits
    line = convert.position_at(document, found.start, ls.client.encoding).line + 1
    said = f"Next edit: line {line}: {found.title}"
    annotation = note(said, needs_confirmation=False, description=found.title)
    edits = (Edit(found.start, found.end, found.text),)
    edit = workspace_edits.of_document(ls, document, document.version, edits, annotation)
    return [lsp.CodeAction(title=text.title(said), kind=kind, edit=edit)]


def _code_action(
    ls: Server,
    document: Document,
    range: lsp.Range,
    row: Action,
    target: Target,
    diagnostic: lsp.Diagnostic | None,
) -> lsp.CodeAction:
    action = lsp.CodeAction(
        title=text.title(actions.title(row, target)),
        kind=row.kind,
        diagnostics=[diagnostic] if diagnostic else None,
        data=rewriting.data_of(row, document, range, diagnostic),
    )
    can = ls.client.can
    if row.mode == "answer":
        action.data = None
        arguments = [{"uri": document.uri, "range": range}]
        action.command = lsp.Command(action.title, f"hearth.{row.id}", arguments=arguments)
    elif can.disabled_actions and (reason := actions.too_long(target)):
        action.disabled = lsp.CodeActionDisabled(text.message(reason))
    elif not can.resolved_edits:
        action.command = lsp.Command(action.title, "hearth.act", arguments=[action.data])
    return action


def _is_asked_for(kind: str, only: object) -> bool:
    """Kinds are a tree: `refactor` asks for `refactor.rewrite.hearth.document` too."""
    if not isinstance(only, list | tuple) or not only:
        return True
    wanted = [str(getattr(each, "value", each)) for each in only]
    return any(not each or kind == each or kind.startswith(f"{each}.") for each in wanted)
