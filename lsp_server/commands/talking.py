"""Chat in the terminal: Markdown as it streams."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

from rich.live import Live
from rich.text import Text

from hearth.engine import backends
from hearth.engine.characters import PlainStream
from hearth.engine.chat import history, own_prompts, passages
from hearth.engine.chat.answering import Answered, Chats
from hearth.engine.chat.passage import Passage
from hearth.engine.context.documents import Document
from hearth.engine.errors import BackendError, HearthError, InvalidRequest
from hearth.engine.secrets.hiding import seen_by_model
from hearth.engine.types import Piece, Status
from hearth.lsp_server.commands import terminal
from hearth.lsp_server.words import screen
from hearth.lsp_server.words import text as words

_GO_ON = "continue"
_NOTES = {"stopped": "(stopped)", "limit": "(cut off: the answer is too long)"}
_DIFF = re.compile(r"\s{0,80}+(?:diff --git |Index: |--- \S[^\n]{0,4000}+\n\+\+\+ |commit [0-9a-f]{7,64}\b)")
_ABOUT_A_DIFF = "Explain briefly what this change does. Point out mistakes in it, if there are any."
_MOST_PIPED = 16 << 20  # bytes


def passage(document: Document, start: int, end: int) -> Passage:
    """The lines, or what is around a single one."""
    return passages.passage(document, passages.around(document, start, end), str(document.path))


async def one_answer(question: str, about: tuple[Passage, ...]) -> None:
    """Without history: the next one is about something else."""
    async with _chats(keep=False) as open_chats:
        id = history.new_id()
        await _stream(open_chats, open_chats.ask(question, about, id), id)


async def conversation(about: tuple[Passage, ...], model: str = "", backend: str = "", question: str = "") -> None:
    """Questions and answers until the input ends. An empty `model` or `backend` is that of the settings.

    What comes from a pipe is one question, or what the `question` is about: a diff has many lines. Then nothing
    but the answer is printed, and an error ends it.
    """
    if not sys.stdin.isatty():
        await _one_piped_question(about, model, backend, question)
        return
    screen.out.print("Ctrl-C stops an answer, Ctrl-D ends the chat.", style="dim")
    async with _chats(True, model, backend) as open_chats:
        id, reason = history.new_id(), ""
        while (typed := question or _read()) is not None:
            question = ""
            if not typed.strip():
                continue
            goes_on = typed.strip().lower() == _GO_ON and reason == "limit"
            try:
                asked = open_chats.go_on(id) if goes_on else open_chats.ask(typed, about, id, _meant(typed))
                reason = await _stream(open_chats, asked, id)
                about = ()  # from now on they are part of the history
            except HearthError as error:
                screen.complain(str(error))


async def _one_piped_question(about: tuple[Passage, ...], model: str, backend: str, question: str) -> None:
    piped = _piped()
    if not question and _DIFF.match(piped):
        question = _ABOUT_A_DIFF
    if question and piped.strip():
        language = "diff" if _DIFF.match(piped) else ""
        about = (*about, Passage("standard input", seen_by_model(piped), language, why="piped"))
    if not (question or piped).strip():
        return
    async with _chats(True, model, backend) as open_chats:
        id = history.new_id()
        question = question or piped.strip()
        await _stream(open_chats, open_chats.ask(question, about, id, _meant(question)), id)


def tell(status: Status) -> None:
    """A download, in steps, and before it what there is to know about the model."""
    if status.kind == "starting" and status.help:
        screen.complain(status.help, "yellow")
    if status.kind == "downloading" and (status.percent or 0) % 10 == 0:
        screen.errors.print(f"downloading {status.message}: {status.percent}%")


async def _stream(open_chats: Chats, answer: AsyncGenerator[Piece | Answered, None], id: str) -> str:
    """One answer on the screen, Markdown where it is a terminal, plain text where it is not; why it ended."""
    text, thinking, forgotten = "", "", 0
    reason, message = "", ""
    of_text, of_thinking = PlainStream(), PlainStream()
    with _ctrl_c(lambda: open_chats.stop(id)), _Growing() as growing:
        async with aclosing(answer) as events:
            async for event in events:
                if isinstance(event, Answered):
                    reason, message, forgotten = event.reason, event.message, event.forgotten
                    text += of_text.finish()
                elif event.part == "thinking":
                    thinking += of_thinking.push(event.text)
                else:
                    text += of_text.push(event.text)
                growing.show(text, thinking)
    if reason == "error":
        raise BackendError(message)  # what there is of the answer stands on the screen
    notes = [_NOTES[reason]] if reason in _NOTES else []
    if reason == "limit" and sys.stdin.isatty():
        notes.append(f"({_GO_ON!r} goes on with it)")
    if forgotten:
        notes.append(f"({words.forgotten(forgotten)})")
    for note in notes:
        if sys.stdin.isatty():
            screen.out.print(note, style="dim")
        else:
            screen.errors.print(note, style="dim")
    return reason


class _Growing:
    """What is shown of an answer, growing."""

    def __init__(self) -> None:
        self._live = Live(console=screen.out, refresh_per_second=8, vertical_overflow="visible")
        self._printed = 0

    def __enter__(self) -> "_Growing":
        if screen.out.is_terminal:
            self._live.start()
        return self

    def show(self, text: str, thinking: str) -> None:
        if screen.out.is_terminal:
            self._live.update(screen.markdown(text) if text.strip() else Text(thinking[-500:], style="dim"))
        else:
            screen.piece(text[self._printed :])
            self._printed = len(text)

    def __exit__(self, *_: object) -> None:
        if screen.out.is_terminal:
            self._live.stop()
        else:
            screen.piece("\n")


@contextmanager
def _ctrl_c(stop: Callable[[], object]) -> Iterator[None]:
    """Ctrl-C stops the answer, not the program."""
    loop = asyncio.get_running_loop()
    before = signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(stop))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@asynccontextmanager
async def _chats(keep: bool, model: str = "", backend: str = "") -> AsyncIterator[Chats]:
    settings = terminal.user_settings()
    chat = replace(settings.chat, model=model or settings.chat.model, backend=backend or settings.chat.backend)
    source = backends.create(chat.backend, replace(settings, chat=chat), tell)
    try:
        yield Chats(source, chat if keep else replace(chat, keep_history=False))
    finally:
        await source.close()


def _meant(question: str) -> str:
    """The question with the user's own prompt that it calls by `/name`."""
    if not own_prompts.calls(question):
        return question
    trusted = terminal.user_settings().chat.trusted_folders
    return own_prompts.meant(question, own_prompts.own_prompts([str(Path.cwd())], trusted))


def _piped() -> str:
    """All of the standard input."""
    data = sys.stdin.buffer.read(_MOST_PIPED + 1)
    if len(data) > _MOST_PIPED:
        raise InvalidRequest("what was piped is longer than 16 MB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidRequest("what was read is not text in UTF-8") from None


def _read() -> str | None:
    """A line, empty after Ctrl-C; None at the end of the input. The event loop stands still meanwhile."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # asyncio's own would wait for a whole line
    try:
        return screen.out.input(Text("> ", style="bold"), markup=False, emoji=False)
    except KeyboardInterrupt:
        screen.out.print()
        return ""
    except EOFError:
        return None
    except UnicodeDecodeError:
        raise InvalidRequest("what was read is not text in UTF-8") from None
    finally:
        signal.signal(signal.SIGINT, before)
