"""What the features and commands around code actions share: protocol values in, `WorkspaceEdit`s out.

A code action travels as plain data, `{action, uri, version, range, diagnostic?, instruction?}`: it is computed
when the client resolves it, or runs the command `hearth.act` with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from hearth.engine import aside
from hearth.engine.backends import Backend
from hearth.engine.characters import PlainStream, quoted
from hearth.engine.code_actions import actions
from hearth.engine.code_actions.actions import Action
from hearth.engine.code_actions.chosen import temperature_for
from hearth.engine.code_actions.moved import moved
from hearth.engine.code_actions.rewrite import Rewrite, rewrite, write_tests
from hearth.engine.code_actions.targets import ActionContext, Problem, Target
from hearth.engine.code_actions.unit_tests import Plan, planner, running
from hearth.engine.code_actions.unit_tests.running import Ran, Run
from hearth.engine.context.documents import Document
from hearth.engine.context.ignore import root_of
from hearth.engine.errors import EditRefused, InvalidRequest
from hearth.engine.trust import is_trusted
from hearth.lsp_server import workspace_edits
from hearth.lsp_server.params import ActionParams, read
from hearth.lsp_server.progress import Progress
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text as words
from hearth.lsp_server.words.client import note

_PLAN_SECONDS = 10.0  # to find where tests go; a disk may be a network's


@dataclass(frozen=True, slots=True)
class Wanted:
    """A code action that somebody wants, found again from its data."""

    action: Action
    target: Target
    document: Document
    version: int
    title: str


def place(
    ls: Server,
    document: Document,
    range: lsp.Range,
    diagnostics: tuple[lsp.Diagnostic, ...] = (),
    instruction: str = "",
) -> ActionContext:
    start, end = ls.documents.offset(document, range.start), ls.documents.offset(document, range.end)
    problems = tuple(_problem(ls, document, diagnostic) for diagnostic in diagnostics)
    return ActionContext(document.code, min(start, end), max(start, end), problems, instruction)


def data_of(
    action: Action, document: Document, range: lsp.Range, diagnostic: lsp.Diagnostic | None
) -> dict[str, Any]:
    data = {"action": action.id, "uri": document.uri, "version": document.version, "range": _plain_range(range)}
    if diagnostic is not None:
        related = [each.message for each in diagnostic.related_information or ()]
        data["diagnostic"] = {
            "range": _plain_range(diagnostic.range),
            "message": diagnostic.message,
            "code": str(diagnostic.code or ""),
            "source": diagnostic.source or "",
            "related": related,
        }
    return data


def wanted(ls: Server, data: Any) -> Wanted:
    """Raises `InvalidRequest` when it never could be done, `EditRefused` when it can no longer be."""
    try:
        asked = read(data, ActionParams)
    except InvalidRequest as error:
        raise InvalidRequest("this is no action of Hearth: it needs action, uri and range") from error
    row, document = actions.action(asked.action), ls.documents.get(asked.uri)
    if row is None:
        raise EditRefused(f"there is no action {quoted(asked.action)}")
    if document is None:
        raise EditRefused("the file is not open")
    if ls.documents.is_secret(document):
        raise EditRefused("the file may hold secrets, so no model sees it")
    if asked.version is not None and asked.version != document.version:
        raise EditRefused("the file has changed since; ask again")
    problems: tuple[Problem, ...] = ()
    if found := asked.diagnostic:
        start, end = (ls.documents.offset(document, position) for position in _ends(found.range.as_lsp()))
        message, code, source = (str(each or "") for each in (found.message, found.code, found.source))
        problems = (Problem(start, end, message, code, source, tuple(map(str, found.related or ()))),)
    start, end = (ls.documents.offset(document, position) for position in _ends(asked.range.as_lsp()))
    instruction = (asked.instruction or "").strip()
    if row.id == "instruct" and not instruction:
        raise EditRefused("say what is to be changed (the argument `instruction`)")
    target = row.find(ActionContext(document.code, min(start, end), max(start, end), problems, instruction))
    if target is None:
        raise EditRefused("there is nothing here that this could be done to")
    return Wanted(row, target, document, document.version, actions.title(row, target))


async def edit_for(ls: Server, asked: Wanted) -> lsp.WorkspaceEdit | None:
    """The edit, with a progress bar that can be cancelled; None when it was. Raises `HearthError`."""

    def preview(kind: str, **more: str) -> None:
        ls.client.preview(asked.document.uri, kind, **more)

    shown = PlainStream()
    async with Progress(ls.client, asked.title) as progress:

        def on_piece(piece: str) -> None:
            progress.add(piece)
            if said := shown.push(piece):
                preview("text", text=said)

        backend = (await ls.engine()).action_backend(asked.action.id)
        preview("begin", title=words.title(asked.title))
        try:
            answered = await progress.cancellable(_answered(ls, backend, asked, on_piece))
        finally:
            preview("end")
    # Nothing is awaited from here on, so the edit is one of the text that the editor has now.
    if answered is None:
        return None
    if ls.documents.get(asked.document.uri) is not asked.document:
        raise EditRefused("the file was closed meanwhile; nothing was applied")
    return _rewritten(ls, asked, answered) if isinstance(answered, Rewrite) else answered


async def _answered(
    ls: Server, backend: Backend, asked: Wanted, on_piece: Callable[[str], None]
) -> Rewrite | lsp.WorkspaceEdit:
    settings = ls.settings.chat
    temperature = temperature_for(ls.settings, asked.action.id)
    if asked.action.mode == "file":
        tried: list[Ran] = []
        planner(asked.target)
        try:
            plan = await aside.run(
                _PLAN_SECONDS, lambda: workspace_edits.test_plan(ls, asked.document, asked.target)
            )
            run = await aside.run(_PLAN_SECONDS, lambda: _runner(ls, plan, tried))
        except TimeoutError as error:
            raise EditRefused("the folder of the tests does not answer") from error
        text = await write_tests(backend, settings, asked.action, asked.target, plan, on_piece, temperature, run)
        if tried:
            ls.client.show_message(tried[-1].verdict, lsp.MessageType.Info)
        return workspace_edits.of_file(ls, plan, text)
    return await rewrite(backend, settings, asked.action, asked.target, on_piece, temperature)


def _runner(ls: Server, plan: Plan, tried: list[Ran]) -> Run | None:
    """What runs a new file of tests, where the user wants that; one that is open in the editor is left alone."""
    root = root_of(str(plan.path), ls.client.roots)
    wanted = ls.settings.actions.run_tests and plan.old_text is None and root is not None
    if root is None or not wanted or not is_trusted(str(root), ls.settings.chat.trusted_folders):
        return None

    def run(text: str) -> Ran | None:
        ran = running.run(plan, text, Path(root))
        tried.extend([ran] if ran is not None else [])
        return ran

    return run


def _rewritten(ls: Server, asked: Wanted, result: Rewrite) -> lsp.WorkspaceEdit:
    """The edits where they belong now: somebody may have typed elsewhere meanwhile."""
    document, target = asked.document, asked.target
    edits = moved(result.edits, target.code.text, document.text, *target.outer)
    said = "; ".join(["written by a model; read it", *result.notes])
    annotation = note(asked.title, asked.action.ask_first, said)
    if result.notes and not ls.client.can.annotated_edits:
        ls.client.show_message(f"{asked.title}: {', '.join(result.notes)}")
    return workspace_edits.of_document(ls, document, document.version, edits, annotation)


def _problem(ls: Server, document: Document, diagnostic: lsp.Diagnostic) -> Problem:
    start, end = (ls.documents.offset(document, position) for position in _ends(diagnostic.range))
    related = tuple(each.message for each in diagnostic.related_information or ())
    return Problem(start, end, diagnostic.message, str(diagnostic.code or ""), diagnostic.source or "", related)


def _ends(range: lsp.Range) -> tuple[lsp.Position, lsp.Position]:
    return range.start, range.end


def _plain_range(range: lsp.Range) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": range.start.line, "character": range.start.character},
        "end": {"line": range.end.line, "character": range.end.character},
    }
