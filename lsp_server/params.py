"""The parameters of Hearth's own methods, as `PROTOCOL.md` describes them, and how they are read.

Positions count code units of the negotiated encoding, as everywhere in the protocol.
"""

from typing import Any, Literal, TypeVar

import msgspec
from lsprotocol import types as lsp

from hearth.engine.errors import InvalidRequest
from hearth.engine.msgspec_types import register

T = TypeVar("T")


class Command(msgspec.Struct, frozen=True):
    command: str = ""
    arguments: list[Any] | None = None


class Position(msgspec.Struct, frozen=True):
    line: int
    character: int

    def as_lsp(self) -> lsp.Position:
        return lsp.Position(max(0, self.line), max(0, self.character))


class Range(msgspec.Struct, frozen=True):
    start: Position
    end: Position

    def as_lsp(self) -> lsp.Range:
        return lsp.Range(self.start.as_lsp(), self.end.as_lsp())


class TextDocument(msgspec.Struct, frozen=True):
    uri: str


class InlineEditDocument(msgspec.Struct, frozen=True):
    """`version` is that of the text which the client shows; None where it does not say."""

    uri: str
    version: int | None = None


class InlineEditContext(msgspec.Struct, frozen=True, rename="camel"):
    """`trigger_kind`: 1 if the user has asked for it, else 2."""

    trigger_kind: Any = 2


class InlineEditParams(msgspec.Struct, frozen=True, rename="camel"):
    """Of `textDocument/copilotInlineEdit`."""

    text_document: InlineEditDocument
    position: Position
    context: InlineEditContext | None = None


class FocusParams(msgspec.Struct, frozen=True, rename="camel"):
    """Of `textDocument/didFocus`; without a document the focus is elsewhere."""

    text_document: TextDocument | None = None
    position: Position | None = None


class DocumentParams(msgspec.Struct, frozen=True, rename="camel"):
    """Of `hearth/digest`."""

    text_document: TextDocument


class InspectParams(msgspec.Struct, frozen=True, rename="camel"):
    """Of `hearth/inspect`."""

    text_document: TextDocument
    position: Position


class AttachedProblem(msgspec.Struct, frozen=True):
    """One of the editor's diagnostics; the texts may be missing or of any kind."""

    uri: str
    range: Range
    message: Any = ""
    severity: str | None = None
    source: Any = ""


class Attachment(msgspec.Struct, frozen=True):
    """What goes along with a question besides its place."""

    kind: Literal["file", "selection", "symbol", "problems", "changes", "text"]
    uri: str | None = None
    range: Range | None = None
    name: str | None = None
    text: str | None = None
    problems: list[AttachedProblem] | None = None


class ChatParams(msgspec.Struct, frozen=True, rename="camel"):
    """Of `hearth/chat` and `hearth/chat/context`: a `message`, or an `action` in the place of one.

    `search`: show the model the definitions of the workspace that the message names.
    """

    message: str | None = None
    action: Literal["explain", "continue"] | None = None
    conversation: str | None = None
    text_document: TextDocument | None = None
    range: Range | None = None
    attachments: list[Attachment] | None = None
    search: bool = True
    partial_result_token: str | int | None = None


class CommitParams(msgspec.Struct, frozen=True, rename="camel"):
    """Of `hearth/commitMessage`: a file or folder of the repository."""

    uri: str | None = None
    partial_result_token: str | int | None = None


class ModelsParams(msgspec.Struct, frozen=True, rename="camel"):
    """Of `hearth/models`: of which backend alone, and at which address a server is to be asked."""

    backend: str | None = None
    url: str | None = None


class Problem(msgspec.Struct, frozen=True):
    """What an action of one of the editor's diagnostics says of it; the texts may be missing or of any kind."""

    range: Range
    message: Any = ""
    code: Any = ""
    source: Any = ""
    related: list[Any] | None = None


class ActionParams(msgspec.Struct, frozen=True):
    """The data of a code action, which is also the argument of the command `hearth.act`."""

    action: str
    uri: str
    range: Range
    version: int | None = None
    diagnostic: Problem | None = None
    instruction: str | None = None


class PlaceParams(msgspec.Struct, frozen=True):
    """What the commands `hearth.explain` and `hearth.chat` are about."""

    uri: str | None = None
    range: Range | None = None
    conversation: str | None = None


class ConversationParams(msgspec.Struct, frozen=True):
    """Of `hearth/chat/stop`, `hearth/chat/delete` and `hearth/chat/restore`."""

    conversation: str


class Location(msgspec.Struct, frozen=True):
    uri: str
    range: Range


class FoundDefinitions(msgspec.Struct, frozen=True):
    """A client's answer to `hearth/definitions`: the locations for each position that it was asked about."""

    definitions: list[list[Location]] = []
    types: list[list[Location]] = []


class Member(msgspec.Struct, frozen=True):
    """A name behind a dot; `kind` as the standard counts those of completion items."""

    name: str
    kind: int | None = None
    detail: str | None = None


class FoundMembers(msgspec.Struct, frozen=True):
    """A client's answer to `hearth/members`; `complete`: no other name may stand there."""

    names: list[Member] = []
    complete: bool = False


class FitParams(msgspec.Struct, frozen=True, rename="camel"):
    """Of `hearth/chat/fit`. "auto": the selection, else the definition of the same name."""

    text_document: TextDocument
    code: str
    range: Range | None = None
    how: Literal["auto", "cursor", "selection", "file"] = "auto"


class RenameParams(msgspec.Struct, frozen=True):
    """Of `hearth/chat/rename`; an empty `title` takes the name back."""

    conversation: str
    title: str


class Item(msgspec.Struct, frozen=True, rename="camel"):
    """An inline completion item as the server sent it; its command's first argument is the suggestion's id."""

    insert_text: Any = ""
    command: Command | None = None

    @property
    def id(self) -> str:
        arguments = self.command.arguments if self.command else None
        return str(arguments[0]) if arguments else ""

    @property
    def text(self) -> str:
        return self.insert_text if isinstance(self.insert_text, str) else ""


class ItemParams(msgspec.Struct, frozen=True):
    """Of `textDocument/didShowCompletion` and `hearth/didRejectCompletion`."""

    item: Item


class RejectedEditParams(msgspec.Struct, frozen=True):
    """Of `hearth/didRejectInlineEdit`. What a client says more than these three counts as "ignored"."""

    item: Item
    reason: str = "rejected"


class PartlyAcceptedParams(msgspec.Struct, frozen=True, rename="camel"):
    """`accepted_length` counts UTF-16 code units from the beginning of the item's text, all words together."""

    item: Item
    accepted_length: int


register(FocusParams, DocumentParams, InspectParams, ChatParams, ActionParams, PlaceParams, ConversationParams)
register(FitParams, RenameParams, InlineEditParams, RejectedEditParams)
register(ItemParams, PartlyAcceptedParams, FoundDefinitions, FoundMembers, CommitParams, ModelsParams)


def read(params: Any, kind: type[T]) -> T:
    """What a client sent, typed. Raises `InvalidRequest` with what is wrong with it."""
    try:
        return msgspec.convert(plain(params), kind)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"the editor sent something that is not understood: {error}") from None


def plain(value: Any) -> Any:
    """Of pygls's objects for unknown methods (named tuples): what came over the wire."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(each) for name, each in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return value
