"""A model that cannot fill in the middle is asked by chat: its code is taken, and never its prose."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hearth.engine.backends.shared import chat_infill, streaming
from hearth.engine.types import CompletionRequest, Finished, FinishReason, Piece
from tests.engine.backends.asking import collect, completion

PYTHON = completion()
PYTHON = replace(PYTHON, stop=replace(PYTHON.stop, language="python", comment="#", max_lines=12, mode="span"))
IN_A_COMMENT = replace(PYTHON, stop=replace(PYTHON.stop, prose=True))


async def saying(pieces: Sequence[str], probability: float = 1.0) -> streaming.Stream:
    for text in pieces:
        yield Piece(text, probability=probability)
    yield Finished(FinishReason.EOG)


async def code_in(answer: str, request: CompletionRequest = PYTHON) -> str:
    """However the answer is cut into pieces."""
    whole = (await collect(chat_infill.code_of(saying([answer]), request))).text
    for size in (1, 3):
        pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
        assert (await collect(chat_infill.code_of(saying(pieces), request))).text == whole
    return whole


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("x = 1", "x = 1"),
        ("```python\nx = 1\n", "x = 1\n"),
        ("\n\n```\n  x = 1", "  x = 1"),
        ("`x` + 1", "`x` + 1"),
        ("``", "``"),
        ("```x", ""),
        ("  x", "  x"),
        ("\n  x", "\n  x"),
        ("", ""),
        ("```python\nx = 1\n```\nThis sets x.", "x = 1\n"),
        ("Here is the code:\n\n```python\nx = 1\ny = 2\n```\n", "x = 1\ny = 2\n"),
        ("Sure!\n```\nx = 1\n```\nand then\n```\ny = 2\n```", "x = 1\n"),
        ("x = 1\nThis line sets the value of x to one.\ny = 2", "x = 1\n"),
        ("x = 1\n\n\ny = 2\n", "x = 1\n\n\ny = 2\n"),
        (
            '"""The sum of the two values that are given."""\nreturn a',
            '"""The sum of the two values that are given."""\nreturn a',
        ),
        (
            '"""Add.\n\nThe sum of the values that you give it.\n"""\nx',
            '"""Add.\n\nThe sum of the values that you give it.\n"""\nx',
        ),
        ("# The sum of the values that you give it\nx", "# The sum of the values that you give it\nx"),
        (
            'print("The file has a function that you can use here")',
            'print("The file has a function that you can use here")',
        ),
        ("for item in items if item not in seen else other:", "for item in items if item not in seen else other:"),
    ],
)
async def test_code_is_let_through(answer: str, text: str) -> None:
    assert await code_in(answer) == text


@pytest.mark.parametrize(
    "answer",
    [
        "The file has a function `area` that computes the area of a rectangle.",
        "The hole should be replaced by `width * height`.",
        "This function returns the product of width and height (in pixels).",
        "Sure! Here's the completed code:",
        "Here is the text that replaces the hole:\n\nThe area of the shape.",
        "I'm sorry, but I cannot complete this code.",
        "I am an AI language model.",
        "You can use the `sum` function to add the values.",
        "To complete the code, you need to return the value.",
        "It looks like the function is not complete.",
        "Note that the value is never used",
        "As an AI language model, I don't have access to files",
        "Explanation:\n\n1. The function takes a value.\n2. It returns the value.",
        "**Answer**: the value",
        "- The function takes a value and returns it\n- Nothing else",
        "### The completed function",
        "> The value is returned",
        "No, this is right.",
        "Die Datei hat eine Funktion, die den Wert zurückgibt.",
        "Le fichier contient une fonction qui renvoie la valeur.",
        "El archivo tiene una función que devuelve el valor.",
        "这个函数返回给定的值并且打印出来。",
        "この関数は値を返します。引数は一つです。",
        "Эта функция возвращает значение, которое было передано.",
        "```\nThe function returns the value that was given to it.\n```",
        "\n\n  The function returns the value.  \n",
        "Yes.",
    ],
)
@pytest.mark.parametrize("language", ["python", "javascript", "rust", "c", "ruby", ""])
async def test_prose_shows_nothing(answer: str, language: str) -> None:
    request = replace(PYTHON, stop=replace(PYTHON.stop, language=language))
    assert (await code_in(answer, request)).strip() == ""
    shown = await collect(streaming.stopped(chat_infill.code_of(saying([*answer]), request), request))
    assert shown.text == "" and shown.reason


async def test_where_prose_is_written_it_is_let_through() -> None:
    said = "The sum of the values that you give it.\nNothing else is done."
    assert await code_in(said, IN_A_COMMENT) == said
    assert await code_in(f"```\n{said}\n```", IN_A_COMMENT) == f"{said}\n"


async def test_code_comes_as_soon_as_it_is_seen_to_be_code() -> None:
    stream = chat_infill.code_of(saying(["x = [", "1", ", 2", "]\n", "y"]), PYTHON)
    assert [event.text async for event in stream if isinstance(event, Piece) and event.text] == [
        "x = [",
        "1",
        ", 2",
        "]\n",
        "y",
    ]


@pytest.mark.parametrize(("each", "together"), [(1.0, 0.5), (0.9, 0.5), (0.5, 0.25)])
async def test_it_is_never_sure(each: float, together: float) -> None:
    """Nor where a server tells no probabilities; of what was held back all count."""
    stream = chat_infill.code_of(saying(["value", "\n"], each), PYTHON)
    assert [event.probability async for event in stream if isinstance(event, Piece) and event.text] == [together]
