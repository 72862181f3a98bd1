"""What a model is asked at a cursor: the prompt, how much is wanted, and where the answer ends."""

from msgspec import structs

from hearth.engine.completion.cursor import Cursor
from hearth.engine.completion.prompt_state import FramedPrompt
from hearth.engine.context.documents import Document
from hearth.engine.context.syntax import block_expected, unfinished_indent
from hearth.engine.languages import language_of
from hearth.engine.screen import completion_request
from hearth.engine.secrets.halves import is_being_typed
from hearth.engine.settings import CompletionSettings
from hearth.engine.stopping import scanner
from hearth.engine.stopping.pairs import BRACKETS
from hearth.engine.types import CompletionRequest, Members


def in_secret(document: Document, offset: int) -> bool:
    """Whether a key or a password is being typed there: whatever could be suggested would be wrong."""
    language = language_of(document.language, document.path)
    return is_being_typed(document.text, offset, language.name if language else document.language)


def request_for(
    prompt: FramedPrompt,
    cursor: Cursor,
    automatic: bool,
    settings: CompletionSettings,
    members: Members | None = None,
) -> CompletionRequest:
    """`prompt` is the one of the cursor. A user who asks by hand gets more lines than an `automatic` request.

    `members` may stand at the cursor, unless that is in a text.
    """
    lines = settings.max_lines if automatic else max(settings.max_lines, settings.max_lines_by_hand)
    shown = prompt.fim(unfinished_indent(cursor.code, cursor.offset_in_code))
    if members is not None and not shown.begun and not cursor.is_prose:
        shown = structs.replace(shown, members=members)
    return completion_request(
        document=prompt.snapshot.uri,
        prompt=shown,
        stop=scanner.policy_at(
            cursor.text,
            cursor.offset,
            _mode(cursor, automatic),
            cursor.code.language,
            cursor.closers if cursor.tail.is_closed else None,
            lines,
            cursor.is_prose,
        ),
        max_tokens=settings.max_tokens * lines // max(1, settings.max_lines),
    )


def _mode(cursor: Cursor, automatic: bool) -> scanner.Mode:
    """An automatic suggestion is a line unless the syntax asks for a block; by hand, it is all that is missing.

    In front of a line of code that is a line too: for more, people make an empty one. Behind an opening bracket at
    the end of the line, or a tag, all that it holds is wanted, on that line or on more.
    """
    if _is_behind_bracket(cursor) or cursor.tail.is_in_tag:
        return "block"
    if not automatic:
        return "span"
    return "block" if block_expected(cursor.code, cursor.offset_in_code) else "line"


def _is_behind_bracket(cursor: Cursor) -> bool:
    tail = cursor.tail
    is_open = tail.is_closed and tail.head.rstrip()[-1:] in tuple(BRACKETS)
    return is_open and (not tail.text.strip() or not cursor.is_text)
