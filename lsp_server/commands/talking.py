"""Chat in the terminal: Markdown as it streams."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import replace

from rich.live import Live
from rich.text import Text

from hearth.engine import backends
from hearth.engine.characters import PlainStream
from hearth.engine.chat import history, passages
from hearth.engine.chat.answering import Answered, Chats, Passage
from hearth.engine.context.documents import Document
from hearth.engine.errors import BackendError, HearthError, InvalidRequest
from hearth.engine.types import Status
from hearth.lsp_server.commands import terminal
from hearth.lsp_server.words import screen

_NOTES = {"stopped": "(stopped)", "limit": "(cut off: the answer is too long)"}


def passage(document: Document, start: int, end: int) -> Passage:
    """The lines, or what is around a single one."""
    return passages.passage(document, passages.around(document, start, end), str(document.path))


async def one_answer(question: str, about: tuple[Passage, ...]) -> None:
    """Without history: the next one is about something else."""
    async with _chats(keep=False) as open_chats:
        await _stream(open_chats, question, about, history.new_id())


async def conversation(about: tuple[Passage, ...], model: str = "", backend: str = "") -> None:
    """Questions and answers until the input ends. An empty `model` or `backend` is that of the settings.

    From a pipe, nothing but answers is printed, and the first error ends it.
    """
    if sys.stdin.isatty():
        screen.out.print("Ctrl-C stops an answer, Ctrl-D ends the chat.", style="dim")
    async with _chats(True, model, backend) as open_chats:
        id = history.new_id()
        while (question := _read()) is not None:
            if not question.strip():
                continue
            try:
                await _stream(open_chats, question, about, id)
                about = ()  # from now on they are part of the history
            except HearthError as error:
                if not sys.stdin.isatty():
                    raise
                screen.complain(str(error))


def tell(status: Status) -> None:
    """A download, in steps, and before it what there is to know about the model."""
    if status.kind == "starting" and status.help:
        screen.complain(status.help, "yellow")
    if status.kind == "downloading" and (status.percent or 0) % 10 == 0:
        screen.errors.print(f"downloading {status.message}: {status.percent}%")


async def _stream(open_chats: Chats, question: str, about: tuple[Passage, ...], id: str) -> None:
    """One answer on the screen, Markdown where it is a terminal, plain text where it is not."""
    text, thinking, reason, message = "", "", "", ""
    of_text, of_thinking = PlainStream(), PlainStream()
    with _ctrl_c(lambda: open_chats.stop(id)), _Growing() as growing:
        async with aclosing(open_chats.ask(question, about, id)) as events:
            async for event in events:
                if isinstance(event, Answered):
                    reason, message = event.reason, event.message
                    text += of_text.finish()
                elif event.part == "thinking":
                    thinking += of_thinking.push(event.text)
                else:
                    text += of_text.push(event.text)
                growing.show(text, thinking)
    if reason == "error":
        raise BackendError(message)  # what there is of the answer stands on the screen
    if reason in _NOTES:
        screen.out.print(_NOTES[reason], style="dim")


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


def _read() -> str | None:
    """A line, empty after Ctrl-C; None at the end of the input. The event loop stands still meanwhile."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # asyncio's own would wait for a whole line
    try:
        return screen.out.input(Text("> ", style="bold") if sys.stdin.isatty() else "", markup=False, emoji=False)
    except KeyboardInterrupt:
        screen.out.print()
        return ""
    except EOFError:
        return None
    except UnicodeDecodeError:
        raise InvalidRequest("what was read is not text in UTF-8") from None
    finally:
        signal.signal(signal.SIGINT, before)
