import asyncio
import json
import re
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from hearth.engine import state
from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.chat import history
from hearth.engine.chat.answering import WINDOW, Answered, Chats
from hearth.engine.chat.passage import Passage
from hearth.engine.errors import BackendError, InvalidRequest, PromptTooLong
from hearth.engine.settings import ChatSettings
from hearth.engine.types import ChatMessage, ChatPrompt
from tests.waiting import until

CODE = Passage("shop.py", "x = '```'", "python", 3, 3)


def talk(*answers: str, **settings: object) -> tuple[Chats, ScriptedBackend]:
    backend = ScriptedBackend([], answers=[answer.split("|") for answer in answers])
    return Chats(backend, ChatSettings(**settings)), backend  # type: ignore[arg-type]  # tests choose known names


async def ask(conversations: Chats, question: str, id: str = "it", passages: tuple[Passage, ...] = ()) -> Answered:
    async with aclosing(conversations.ask(question, passages, id)) as events:
        async for event in events:
            if isinstance(event, Answered):
                return event
    raise AssertionError("no end")


def sent(backend: ScriptedBackend) -> list[tuple[ChatMessage, ...]]:
    return [each.prompt.messages for each in backend.requests if isinstance(each.prompt, ChatPrompt)]


async def test_each_turn_begins_with_the_last_one_so_that_the_cache_serves() -> None:
    conversations, backend = talk("Yes.", "No.")
    await ask(conversations, "First?", passages=(CODE,))
    await ask(conversations, "Second?")
    first, second = sent(backend)
    assert second[: len(first)] == first
    assert [(message.role, message.content) for message in second[len(first) :]] == [
        ("assistant", "Yes."),
        ("user", "Second?"),
    ]
    assert len({each.cache_key for each in backend.requests if isinstance(each.prompt, ChatPrompt)}) == 1


async def test_code_is_shown_between_fences_that_it_cannot_close() -> None:
    conversations, backend = talk("Yes.")
    await ask(conversations, "What?", passages=(CODE,))
    assert sent(backend)[0][-1].content == "shop.py, lines 4 to 4:\n````python\nx = '```'\n````\n\nWhat?"


async def test_what_the_model_thought_is_not_fed_back() -> None:
    conversations, backend = talk("<think>secret</think>Yes.", "No.")
    answered = await ask(conversations, "First?")
    assert (answered.text, answered.thinking) == ("Yes.", "secret")
    await ask(conversations, "Second?")
    assert "secret" not in str(sent(backend)[1])


async def test_endless_thoughts_are_ended_and_the_question_is_asked_without() -> None:
    conversations, backend = talk("<think>" + "|hm " * 60, "Yes.", max_tokens=50)
    answered = await ask(conversations, "Well?")
    assert answered.text == "Yes."
    assert [each.prompt.think for each in backend.requests if isinstance(each.prompt, ChatPrompt)] == [True, False]


async def test_the_oldest_turns_are_dropped_when_the_window_is_full() -> None:
    conversations, backend = talk("word " * 300)
    for number in range(12):
        await ask(conversations, f"Question {number}? " + "word " * 200)
    lengths = [sum(len(message.content) for message in messages) for messages in sent(backend)]
    assert max(lengths) < WINDOW * 3.3
    last = sent(backend)[-1]
    assert last[0].role == "system" and "Question 0?" not in str(last) and "Question 10?" in str(last)
    # Not at every turn: as long as nothing is dropped, the prompt's beginning stays as it is.
    begins = [messages[1] for messages in sent(backend)]
    assert len(set(begins)) <= 4


async def test_a_question_that_cannot_fit_says_what_to_do() -> None:
    conversations, backend = talk("Yes.")
    with pytest.raises(PromptTooLong, match="select less"):
        await ask(conversations, "What?", passages=(Passage("a.py", "x = 1\n" * 2000),))
    assert backend.requests == []


async def test_stop_works_while_the_model_is_silent() -> None:
    backend = ScriptedBackend([], answers=[["never"]], chat_delay_ms=60_000)
    conversations = Chats(backend, ChatSettings())
    waiting = asyncio.create_task(ask(conversations, "What?"))
    await until(lambda: backend.requests, "the question")
    assert conversations.stop("it")
    assert (await asyncio.wait_for(waiting, 60)).reason == "stopped"
    assert not conversations.stop("it")


async def test_what_was_said_before_a_stop_stays_in_the_history() -> None:
    backend = ScriptedBackend([], answers=[["one ", "two ", "three "]], chat_delay_ms=50)
    conversations = Chats(backend, ChatSettings())
    async with aclosing(conversations.ask("Count", (), "it")) as events:
        async for event in events:
            if isinstance(event, Answered):
                break
            conversations.stop("it")
    assert isinstance(event, Answered) and event.text == "one "
    saved = history.load("it")
    assert saved is not None and saved.turns[0].answer == "one "


async def test_a_new_question_ends_the_answer_to_the_old_one() -> None:
    backend = ScriptedBackend([], answers=[["slow "] * 100, ["fast"]], chat_delay_ms=30)
    conversations = Chats(backend, ChatSettings())
    waiting = asyncio.create_task(ask(conversations, "First?"))
    await until(lambda: backend.requests, "the question")
    assert (await ask(conversations, "Second?")).text == "fast"
    assert (await waiting).reason == "stopped"


async def test_an_answer_that_nobody_reads_to_its_end_is_not_kept() -> None:
    conversations, _ = talk("one |two |three")
    async with aclosing(conversations.ask("Count", (), "it")) as events:
        async for _event in events:
            break
    assert history.load("it") is None


async def test_chats_are_kept_readable_by_their_user_only_and_can_be_deleted() -> None:
    conversations, _ = talk("Yes.")
    await ask(conversations, "Is it?")
    file = history.folder() / "it.json"
    assert file.stat().st_mode & 0o077 == 0
    assert [each.title for each in history.listed()] == ["Is it?"]
    assert conversations.delete("it") and not file.exists()
    assert not conversations.delete("it")


async def test_without_history_nothing_is_written() -> None:
    conversations, _ = talk("Yes.", keep_history=False)
    await ask(conversations, "Is it?")
    assert not history.folder().exists()
    assert conversations.delete("it")  # it was in memory


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"id": 3}', b"\xff" * 10])
async def test_a_broken_file_is_a_new_conversation(content: bytes) -> None:
    history.folder().mkdir(parents=True)
    (history.folder() / "it.json").write_bytes(content)
    conversations, _ = talk("Yes.")
    assert (await ask(conversations, "Is it?")).text == "Yes."
    assert history.load("it") is not None


async def test_a_disk_that_is_full_does_not_lose_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(state, "write_atomically", full)
    conversations, _ = talk("Yes.")
    assert (await ask(conversations, "Is it?")).text == "Yes."


@pytest.mark.parametrize("name", ["../x", "a/b", "a.b", "é", "x" * 65])
async def test_names_that_are_no_names_are_refused(name: str) -> None:
    conversations, _ = talk("Yes.")
    with pytest.raises(InvalidRequest):
        await ask(conversations, "Is it?", name)


def test_a_conversation_written_before_the_field_was_renamed_is_read_and_keeps_its_names() -> None:
    old = b'{"id":"it","started":1.0,"turns":[{"question":"Is it?","asked":"Is it? x = 1","answer":"Yes."}],'
    old += b'"forgotten":0}'
    history.folder().mkdir(parents=True)
    (history.folder() / "it.json").write_bytes(old)
    saved = history.load("it")
    assert saved is not None and saved.turns[0].sent == "Is it? x = 1"
    assert history.save(saved)
    new = json.loads((history.folder() / "it.json").read_bytes())
    assert json.loads(old).items() <= new.items() and set(new) - set(json.loads(old)) == {"name", "workspace"}


class Wide(ScriptedBackend):
    """A backend that knows its window."""

    tokens = 32_000

    async def window(self) -> int:
        return self.tokens


LONG = Passage("a.py", "x = 1\n" * 5000, "python", 0, 4999)  # about 9,000 tokens


async def test_the_window_is_that_of_the_model_and_its_server() -> None:
    backend = Wide([], answers=[["Yes."]])
    conversations = Chats(backend, ChatSettings())
    await ask(conversations, "What?", passages=(LONG,))
    assert sent(backend)[0][-1].content.count("x = 1") == 5000


@pytest.mark.parametrize(("set_to", "tokens"), [(2000, 32_000), (0, 0), (0, 2000)])
async def test_a_window_that_is_small_unknown_or_set_so_is_not_exceeded(set_to: int, tokens: int) -> None:
    backend = Wide([], answers=[["Yes."]])
    backend.tokens = tokens
    with pytest.raises(PromptTooLong, match="select less"):
        await ask(Chats(backend, ChatSettings(window=set_to)), "What?", passages=(LONG,))


async def test_a_window_that_cannot_be_had_is_no_reason_to_ask_nothing() -> None:
    class Failing(ScriptedBackend):
        async def window(self) -> int:
            raise BackendError("gone")

    assert (await ask(Chats(Failing([], answers=[["Yes."]]), ChatSettings()), "What?")).text == "Yes."


async def test_stop_works_while_the_window_is_asked_for() -> None:
    began = asyncio.Event()

    class Slow(ScriptedBackend):
        async def window(self) -> int:
            began.set()
            await asyncio.Event().wait()
            return 0

    conversations = Chats(Slow([], answers=[["Yes."]]), ChatSettings())
    waiting = asyncio.create_task(ask(conversations, "What?"))
    await asyncio.wait_for(began.wait(), 60)
    assert conversations.stop("it")
    assert (await asyncio.wait_for(waiting, 60)).reason == "stopped"


def functions(count: int) -> Passage:
    text = "import os\n\n\n" + "\n\n".join(
        f"def f{number}(a):\n" + "    a = os.fspath(a)\n" * 20 + f"    return a + {number}\n"
        for number in range(count)
    )
    return Passage("many.py", text, "python", 0, text.count("\n"), "the open file")


async def test_of_a_file_that_is_too_long_the_outline_is_shown_with_what_the_question_names() -> None:
    conversations, backend = talk("Yes.")
    answered = await ask(
        conversations, "What does f77 return, and what stands in line 12?", passages=(functions(90),)
    )
    (shown,) = answered.used
    assert "outline" in shown.why and (shown.first, shown.last) == (0, functions(90).last)
    assert all(f"def f{number}(a):" in shown.text for number in range(90))
    assert "return a + 77" in shown.text and "return a + 55" not in shown.text
    assert "… (lines " in shown.text and "import os" in shown.text
    whole = functions(90).text.split("\n")
    number = 1
    for line in shown.text.split("\n"):
        if gap := re.fullmatch(r"… \(lines? (\d+)(?: to (\d+))?\)", line):
            assert int(gap[1]) == number
            number = int(gap[2] or gap[1]) + 1
        else:
            assert line == whole[number - 1]
            assert number != 12 or line.strip()
            number += 1
    assert number == len(whole) + 1
    (messages,) = sent(backend)
    assert sum(len(message.content) for message in messages) / 3.3 < WINDOW - 1024


async def test_what_fits_is_shown_whole() -> None:
    conversations, _ = talk("Yes.")
    (shown,) = (await ask(conversations, "What?", passages=(functions(5),))).used
    assert shown == functions(5)


async def test_code_of_other_files_goes_first_when_something_must_go() -> None:
    conversations, _ = talk("Yes.")
    about, other = functions(12), Passage("b.py", "y = 1\n" * 1000, "python", why="is imported")
    assert (await ask(conversations, "What?", passages=(about, other))).used == (about,)


async def test_code_is_sent_once_in_a_conversation() -> None:
    conversations, backend = talk("Yes.")
    for question in ("First?", "Second?", "Third?"):
        answered = await ask(conversations, question, passages=(CODE,))
        assert answered.used == (CODE,)
    prompts = [messages[-1].content for messages in sent(backend)]
    assert [prompt.count("x = '```'") for prompt in prompts] == [1, 0, 0]
    assert prompts[2] == "This is about shop.py, lines 4 to 4 (shown above).\n\nThird?"
    changed = replace(CODE, text="x = 2")
    await ask(conversations, "Now?", passages=(changed,))
    assert "x = 2" in sent(backend)[-1][-1].content


async def test_what_is_forgotten_is_told_and_its_code_is_sent_again() -> None:
    conversations, backend = talk("word " * 300)
    forgotten = [
        (await ask(conversations, f"Question {number}? " + "word " * 200, passages=(CODE,))).forgotten
        for number in range(12)
    ]
    assert forgotten[0] == 0 and forgotten[-1] > 0 and forgotten == sorted(forgotten)
    for messages in sent(backend):
        assert str(messages).count("lines 4 to 4:") == 1, "shown once in what the model sees"


async def test_an_answer_that_came_to_its_limit_goes_on_and_is_one_with_its_beginning() -> None:
    conversations, backend = talk("one |two |three", "three", max_tokens=2)
    first = await ask(conversations, "Count")
    assert (first.reason, first.text) == ("limit", "one two ")
    pieces = []
    async with aclosing(conversations.go_on("it")) as events:
        async for event in events:
            pieces.append(event)
            if isinstance(event, Answered):
                break
    assert isinstance(event, Answered) and (event.reason, event.text) == ("eog", "three")
    roles = [message.role for message in sent(backend)[1]]
    assert roles == ["system", "user", "assistant", "user"]
    saved = history.load("it")
    assert saved is not None and [(turn.question, turn.answer) for turn in saved.turns] == [
        ("Count", "one two three")
    ]


async def test_there_must_be_an_answer_to_go_on_with() -> None:
    conversations, _ = talk("Yes.")
    with pytest.raises(InvalidRequest, match="no answer"):
        async with aclosing(conversations.go_on("nobody")) as events:
            async for _event in events:
                pass


async def test_the_user_s_own_instructions_and_language_are_told_to_the_model() -> None:
    conversations, backend = talk("Ja.", system="We use Python 2.", answer_language="German")
    await ask(conversations, "What?")
    assert sent(backend)[0][0].content.endswith("\nWe use Python 2.\nAnswer in German.")


async def test_a_prompt_that_was_called_by_its_name_is_asked_and_the_name_is_kept() -> None:
    conversations, backend = talk("Yes.", "No.")
    async with aclosing(conversations.ask("/review", (), "it", "Review this.")) as events:
        async for _event in events:
            pass
    assert sent(backend)[0][-1].content == "Review this."
    saved = history.load("it")
    assert saved is not None and (saved.turns[0].question, saved.turns[0].sent) == ("/review", "Review this.")
