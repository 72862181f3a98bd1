from pathlib import Path
from typing import Any

from pygls.uris import to_fs_path

from hearth.engine import aside, logs
from hearth.engine.commit import changes, git
from hearth.engine.commit.message import write
from hearth.engine.errors import HearthError, InvalidRequest
from hearth.lsp_server.params import CommitParams, read
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text


async def handle(ls: Server, params: Any) -> dict[str, Any]:
    """`{uri?, partialResultToken?}` -> a message for what is staged in the repository around that file or folder.

    With a token the message comes as `$/progress` while it grows. A failure is an answer too, with a `message`.
    """
    source: changes.Source | None = None
    try:
        asked = read(params, CommitParams)
        place = _place(ls, asked.uri)
        found = await _changes(place)
        source = found.source

        def on_message(message: str) -> None:
            if asked.partial_result_token is not None:
                ls.client.commit_message(asked.partial_result_token, message)

        message = await write((await ls.engine()).chat_backend(), found, on_message)
    except HearthError as error:
        return _failed(str(error), source)
    return {"text": text.commit_message(message), "changes": source, "message": None}


def broken(params: Any) -> dict[str, Any]:
    """The answer where we failed: a client waits for one it can show."""
    return _failed(f"an internal error was written to {logs.where()}", None)


async def _changes(place: Path) -> changes.Changes:
    try:
        return await aside.run(git.SECONDS + 1, lambda: changes.read(place))
    except OSError as error:  # of the disk; one that does not answer is a `TimeoutError`
        why = "it does not answer" if isinstance(error, TimeoutError) else error.strerror or error
        raise InvalidRequest(f"the repository cannot be read: {why}") from error


def _place(ls: Server, uri: str | None) -> Path:
    """The file or folder that the client names, else the first folder of the workspace."""
    if uri is None and not ls.client.roots:
        raise InvalidRequest("no folder is open, so there is no repository")
    path = to_fs_path(uri) if uri is not None else ls.client.roots[0]
    if not path or (uri is not None and not uri.startswith("file:")):
        raise InvalidRequest("this is no file on a disk, so there is no repository around it")
    return Path(path)


def _failed(why: str, source: changes.Source | None) -> dict[str, Any]:
    return {"text": "", "changes": source, "message": text.message(why)}
