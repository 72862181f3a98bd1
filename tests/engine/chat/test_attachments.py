"""Words of a question that attach something, and what is done when too much is attached."""

import pytest

from hearth.engine.chat.attachments import Mention, Problem, fitted, mentions, other_text, problems, tokens
from hearth.engine.chat.passage import Passage


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Is #file:src/shop.py right?", [Mention("file", "src/shop.py")]),
        ("See #file:a.py, #file:b.py.", [Mention("file", "a.py"), Mention("file", "b.py")]),
        ("(#symbol:Basket.add)", [Mention("symbol", "Basket.add")]),
        ("#problems #changes #selection", [Mention("problems"), Mention("changes"), Mention("selection")]),
        ("#changes and #changes", [Mention("changes")]),
        ("C# file: issue #12, ##changes, a#file:x, #filed, #changeset, &#file:x", []),
        ("# changes\n#include <file>", []),
    ],
)
def test_what_a_question_mentions(question: str, found: list[Mention]) -> None:
    assert list(mentions(question)) == found


def test_a_question_of_any_length_is_read_at_once() -> None:
    assert len(mentions("#file:x" * 100_000)) <= 30
    assert len(mentions(" ".join(f"#file:{number}.py" for number in range(1000)))) == 30


def test_problems_are_lines_with_the_code_and_are_counted() -> None:
    found = [Problem("a.py", 1, "is\nwrong", "error", "mypy", "    x = 1"), Problem("b.py", 0, "odd")]
    passage = problems(found)
    assert passage.text == "a.py:2: error is wrong [mypy]\n    x = 1\nb.py:1: odd"
    assert passage.why == "attached: 2 problems"
    assert problems(found * 100).text.endswith("… and 160 more")


def test_a_diff_is_known_for_one() -> None:
    assert other_text("Changes", "diff --git a/x b/x\n").language == "diff"
    assert other_text("Terminal\x1b[2J", "1 failed").path.isprintable()


def test_only_what_does_not_fit_is_shown_as_an_outline_the_longest_first() -> None:
    body = "".join(f"def part{number}():\n    return {'1 + ' * 50}1\n\n\n" for number in range(40))
    long = Passage("long.py", body, "python", why="attached")
    short = Passage("short.py", "def short():\n    return 1\n", "python", why="attached")
    same = fitted([short, long], "", 100_000)
    assert same == (short, long)
    kept, cut = fitted([short, long], "What is part7?", 1000)
    assert kept == short and "def part39():" in cut.text and cut.text.count("return") < 10
    assert "def part7():\n    return" in cut.text
    assert cut.why == "attached, as an outline with the parts that fit" and tokens([kept, cut]) <= 1000


def test_text_without_definitions_stays_as_it_is() -> None:
    long = Passage("notes.txt", "word " * 10_000, why="attached")
    assert fitted([long], "", 100) == (long,)
