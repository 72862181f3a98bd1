"""The commands of the table `COMMANDS` in `server.py`: functions of the server and the command's arguments."""

from typing import Any

from hearth.engine.characters import one_line
from hearth.engine.chat.answering import EXPLAIN
from hearth.engine.errors import EditRefused
from hearth.lsp_server import attaching, chatting, rewriting
from hearth.lsp_server.params import ChatParams, PlaceParams, TextDocument, read
from hearth.lsp_server.progress import Progress
from hearth.lsp_server.session import Server


async def pause(ls: Server, *_: Any) -> None:
    """No completions until `hearth.resume`."""
    ls.status.pause()


async def resume(ls: Server, *_: Any) -> None:
    """Completions again; the status is again that of the model, which is loaded if need be."""
    if ls.status.resume().kind != "ready":
        ls.background.start(_wake(ls))


async def fetch(ls: Server, *_: Any) -> None:
    """Get the model that could not be had: after a failed or cancelled download, or a full disk."""
    await (await ls.engine()).fetch()


async def stop_fetching(ls: Server, *_: Any) -> None:
    """End a download; what has come is kept, and `hearth.fetch` goes on with it."""
    (await ls.engine()).stop_fetching()


async def did_accept_completion(ls: Server, id: Any = "", *_: Any) -> None:
    """Clients run it, as the command of an item, when the user takes the suggestion with that id."""
    tracked = ls.stats.tracker.accepted(str(id))
    document = ls.documents.get(tracked.offer.uri) if tracked else None
    if tracked is not None and document is not None:
        ls.documents.history.accepted(document.uri, tracked.offer.start, tracked.offer.text)
        (await (await ls.engine()).completer()).accepted(document, tracked.offer.start, tracked.offer.text)


async def did_accept_next_edit(ls: Server, id: Any = "", *_: Any) -> None:
    """Clients run it, as the command of a next edit, once they have made the edit with that id."""
    ls.next_edits.accepted(str(id))


async def act(ls: Server, wanted: Any = None, *_: Any) -> bool:
    """A code action for clients that cannot resolve one, and for free instructions; whether it was applied.

    `wanted` is `{action, uri, range, version?, diagnostic?, instruction?}`.
    """
    found = rewriting.wanted(ls, wanted)
    edit = await rewriting.edit_for(ls, found)
    if edit is None:
        return False
    answer = await ls.client.apply(edit, found.title)
    if not answer.applied:
        why = one_line(answer.failure_reason or "") or "it does not say why"
        raise EditRefused(f"the editor did not take the edit: {why}")
    return True


async def explain(ls: Server, place: Any = None, *_: Any) -> dict[str, Any] | None:
    """`{uri, range?}`: the explanation opens as a Markdown document, and is the result."""
    return await _show_answer(ls, EXPLAIN, place)


async def chat(ls: Server, message: Any = "", place: Any = None, *_: Any) -> dict[str, Any] | None:
    """A question, and perhaps `{uri, range?, conversation?}`; the answer comes like an explanation."""
    return await _show_answer(ls, str(message or ""), place)


async def _wake(ls: Server) -> None:
    await (await (await ls.engine()).completer()).wake()


async def _show_answer(ls: Server, question: str, place: Any) -> dict[str, Any] | None:
    about = read(place if isinstance(place, dict) else {}, PlaceParams)
    document = TextDocument(about.uri) if about.uri else None
    message = None if question == EXPLAIN else question
    found = await attaching.along(ls, ChatParams(message, text_document=document, range=about.range))
    async with Progress(ls.client, "Answering") as progress:
        work = chatting.answer(
            ls, question, found.passages, about.conversation or "", lambda piece: progress.add(piece.text)
        )
        answered = await progress.cancellable(work)
    if answered is None:
        return None
    ls.background.start(ls.disk.show())
    await chatting.show(ls, question, answered)
    return chatting.as_result(answered)
