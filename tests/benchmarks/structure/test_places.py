import random

import pytest

from tests.benchmarks.structure import files
from tests.benchmarks.structure.pairs import languages, rules_of
from tests.benchmarks.structure.places import KINDS, File, Place, places
from tests.benchmarks.structure.scripts import SCRIPTS, pieces, said_at


def found(kind: str, text: str, language: str = "typescript") -> list[Place]:
    return places(File(language, "a", text, rules_of(language)), kind, random.Random(1))


@pytest.mark.parametrize(
    ("kind", "language", "text", "marked"),
    [
        ("block", "typescript", "f(() => {\n  a();\n})\nb();\n", "f(() => {‸})\nb();\n"),
        ("bare block", "typescript", "f(() => {\n  a();\n});\nb();\n", "f(() => {‸\nb();\n"),
        ("word block", "lua", "if a then\n  b()\nend\nc()\n", "if a then‸\nc()\n"),
        ("word block", "html", "<ul>\n  <li>a</li>\n</ul>\n", "<ul>‸\n"),
        ("indented block", "python", "def f():\n    a()\n\n\nb()\n", "def f():‸\n\n\nb()\n"),
        ("call", "typescript", "x = f(1, 2)\n", "x = f(‸)\n"),
        ("blank", "rust", "P { x: 0 }\n", "P { ‸ }\n"),
        ("string", "python", "f('abc')\n", "f('‸')\n"),
        ("interpolation", "python", 'f"a {b} c"\n', 'f"a {‸}"\n'),
        ("interpolation", "ruby", 'puts "a #{b}"\n', 'puts "a #{‸}"\n'),
        ("triple quotes", "python", '"""Adds."""\n', '"""‸"""\n'),
        ("line", "python", "if a:\n    b()\n", "‸\n    b()\n"),
        ("above closer", "typescript", "{\n  a();\n}\n", "{\n  ‸\n}\n"),
        ("in front", "python", "a = 1\nb = 2\n", "‸b = 2\n"),
        ("comment", "go", "// Order is one,\n// with items.\ntype A int\n", "// Order is one,\n‸\ntype A int\n"),
    ],
)
def test_a_place_of_each_kind(kind: str, language: str, text: str, marked: str) -> None:
    first = found(kind, text, language)[0]
    assert first.marked == marked
    assert first.before + first.missing + first.after == text


def test_a_string_in_a_comment_and_a_format_without_its_prefix_are_no_places() -> None:
    assert not found("string", "// f('abc')\n")
    assert not found("interpolation", '"a {b} c"\n', "python")


def test_closers_are_found_where_they_belong_in_the_right_text() -> None:
    place = found("interpolation", 'x = f"a {b} {c}"\n', "python")[0]
    assert (place.content, place.closers) == ("b", '}"')
    assert [place.missing[at] for at in place.closers_at[:-1]] == ["}", '"']


def test_every_place_of_the_samples_can_be_made_right() -> None:
    for file in files.samples():
        for kind in KINDS:
            for place in places(file, kind, random.Random(1)):
                assert place.truth == file.text == place.before + place.missing + place.after
                assert place.text == place.before + place.closers + place.after
                assert place.missing.startswith(place.content)


def test_every_language_has_a_sample_that_is_sound() -> None:
    assert {file.language for file in files.samples()} == set(languages())


def test_the_answers_are_the_right_text_or_more_or_less_of_it() -> None:
    place = found("block", "f(() => {\n  a();\n})\nb();\nc();\n")[0]
    said = {each.script: each.text for each in said_at(place, "  ")}
    assert said == {
        "exact": "\n  a();\n})",
        "line end": "\n  a();\n})\n",
        "runs on": "\n  a();\n})\nb();\nc();\n",
        "no closers": "\n  a();",
        "first closer": "\n  a();\n}",
        "CRLF": "\r\n  a();\r\n})",
        "CRLF, runs on": "\r\n  a();\r\n})\r\nb();\r\nc();\r\n",
        "other unit": "\n\ta();\n})",
        "closer misplaced": "\n  a();\n  })",
    }
    assert set(said) == set(SCRIPTS)


def test_an_answer_is_cut_into_pieces_and_nothing_is_lost() -> None:
    text = "\r\n\tconst a = f(`x ${y}`);\r\n"
    assert "".join(pieces(text)) == text
