import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.commit.changes import ChangedFile, Changes
from hearth.engine.commit.message import tidy, write
from hearth.engine.commit.patch import Hunk
from hearth.engine.commit.style import Style, style
from hearth.engine.commit.summary import summary
from hearth.engine.errors import EditRefused
from hearth.engine.text import CHARS_PER_TOKEN, estimate_tokens
from hearth.engine.types import ChatPrompt

PLAIN = ("Prices are rounded", "A basket knows its total", "Begin")
CONVENTIONAL = ("feat(shop): round prices", "fix: a total of nothing is 0", "chore: begin")
WITH_BODY = tuple(f"{subject}\n\nSo that it is right.\n\nSigned-off-by: A <a@b>" for subject in PLAIN)


def changed(path: str, count: int, word: str = "x") -> ChangedFile:
    return ChangedFile(path, "M", count, 0, hunks=(Hunk(tuple(f"+{word}_{n} = {n}" for n in range(count))),))


def backend(*answers: str) -> ScriptedBackend:
    return ScriptedBackend([], answers=[answer.split("|") for answer in answers])


def asked(model: ScriptedBackend) -> str:
    (request,) = model.requests
    assert isinstance(request.prompt, ChatPrompt)
    return request.prompt.messages[-1].content


async def written(answer: str, *messages: str) -> str:
    return await write(backend(answer), Changes("staged", (changed("shop.py", 2),), messages))


@pytest.mark.parametrize(
    ("messages", "conventional", "body"),
    [((), False, False), (PLAIN, False, False), (CONVENTIONAL, True, False), (WITH_BODY, False, True)],
)
def test_the_style_is_that_of_most_messages(messages: tuple[str, ...], conventional: bool, body: bool) -> None:
    found = style(messages)
    assert (found.is_conventional, found.has_body) == (conventional, body)
    assert found.examples == tuple(message.split("\n")[0] for message in messages)


def test_a_signature_is_no_body() -> None:
    assert not style(tuple(f"{each}\n\nSigned-off-by: A <a@b>\nReviewed-by: B <b@c>" for each in PLAIN)).has_body


async def test_the_model_sees_the_change_and_the_last_messages() -> None:
    model = backend("feat: add x")
    await write(model, Changes("staged", (changed("shop.py", 2),), CONVENTIONAL))
    said = asked(model)
    assert "shop.py (+2 -0)" in said and "+x_1 = 1" in said and "feat(shop): round prices" in said
    assert "begins with a type" in said and "no second line" in said


async def test_it_grows_as_it_is_written() -> None:
    grown: list[str] = []
    message = await write(
        backend("```|\nAdd| two| numbers.|\n```"), Changes("staged", (changed("a.py", 1),), PLAIN), grown.append
    )
    assert message == grown[-1] == "Add two numbers"
    assert grown[:2] == ["Add", "Add two"]


async def test_what_follows_a_complete_subject_is_not_waited_for() -> None:
    model = backend("Add two numbers\n|" + "|".join(f"more {n}" for n in range(1000)))
    grown: list[str] = []
    assert await write(model, Changes("staged", (changed("a.py", 1),), PLAIN), grown.append) == "Add two numbers"
    assert len(grown) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("Commit message: Add x.", "Add x"),
        ('"Add x"', "Add x"),
        ("**Add x**", "Add x"),
        ("# Add x", "Add x"),
        ("```text\nAdd x\n```", "Add x"),
        ("Here:\n", "Here:"),
        ("Rename `a` to `b`", "Rename `a` to `b`"),
        ("`a` becomes `b`", "`a` becomes `b`"),
        ("feat(shop): add x", "Add x"),
        ("\n\nAdd x\n\nBecause.", "Add x"),
        ("Add\u202e x\x1b[2J", "Add x"),
    ],
)
async def test_what_models_put_around_a_message_is_dropped(answer: str, message: str) -> None:
    assert await written(answer, *PLAIN) == message


async def test_the_type_stays_where_the_repository_has_one() -> None:
    assert await written("feat(shop): add x", *CONVENTIONAL) == "feat(shop): add x"
    assert await written("feat: add x") == "feat: add x"


def test_a_body_is_wrapped_and_holds_no_signature_and_no_comment() -> None:
    answer = (
        "Add x\n# A reason\n\n" + "word " * 30 + "\n- " + "item " * 30 + "\n\n\n\nSigned-off-by: A <a@b>\n"
        "Co-Authored-By: B <b@c>\nNote: it is new."
    )
    lines = tidy(answer, Style(PLAIN, has_body=True)).split("\n")
    assert lines[:3] == ["Add x", "", "A reason"] and lines[-1] == "Note: it is new."
    assert max(map(len, lines)) <= 72 and not any(line.startswith("#") or "-by:" in line.lower() for line in lines)
    assert any(line.startswith("  item") for line in lines)


async def test_no_answer_is_told() -> None:
    with pytest.raises(EditRefused, match="wrote no message"):
        await written("``` ```", *PLAIN)


def test_a_short_change_is_shown_whole_beside_a_long_one() -> None:
    said = summary((changed("long.py", 5000, "long"), changed("short.py", 3, "short")))
    assert "short.py (+3 -0)" in said and "+short_2 = 2" in said
    assert "long.py (+5000 -0)" in said and "+long_0 = 0" in said and "more lines" in said
    assert estimate_tokens(said) <= 2200


@pytest.mark.parametrize("tokens", [300, 1000, 2200])
def test_hundreds_of_files_are_named_or_counted_within_the_window(tokens: int) -> None:
    files = tuple(changed(f"src/part{n % 7}/module_{n}.py", 30, f"v{n}") for n in range(300))
    said = summary(files, tokens)
    assert "240 more files in src (240)" in said
    assert len(said) <= max(tokens * CHARS_PER_TOKEN, 3000)


def test_what_is_not_shown_says_why() -> None:
    files = (
        ChangedFile("logo.png", "A", None, None, why="binary"),
        ChangedFile(".env", "M", 1, 0, why="it may hold secrets"),
        ChangedFile("b.py", "R", 0, 0, "a.py"),
    )
    assert summary(files).split("\n") == [
        "logo.png (new file, binary)",
        ".env (+1 -0, it may hold secrets)",
        "b.py (renamed from a.py, +0 -0)",
    ]
